import type * as awsHost from "../aws/awsHost";
import type * as awsNetwork from "../aws/awsNetwork";
import type * as cloudInit from "../aws/cloudInit";
import { registryPortOf } from "../values/imageReference";
import { ExistingHost } from "./existingHost";
import type { Host } from "../remote/machine";
import type { Demands } from "../steps/preflight";
import type { Settings } from "../settings/schema";
import { bastionOf } from "../remote/sshConnection";
import { stackTags } from "../aws/tags";

/** The machine that the target asks for: created with its network, or there already. */
export function makeHost(settings: Settings, demands: Demands): Host {
    if (settings.target === "host") {
        return new ExistingHost("host", {
            ...demands,
            address: settings.hostAddress,
            port: settings.hostPort,
            user: settings.hostUser,
            hostKey: settings.hostKey,
            privateKey: settings.sshPrivateKey,
            privateKeyPassword: settings.sshPrivateKeyPassword,
            bastion: bastionOf(settings, settings.hostUser),
        });
    }
    const { AwsHost, AwsNetwork, VM_USER } = loadAws();
    const tagsOf = stackTags(settings);
    const network = new AwsNetwork("network", { ...settings, registryPort: registryPortOf(settings.image), tagsOf });
    return new AwsHost(
        "host",
        { ...settings, ...demands, network, bastion: bastionOf(settings, VM_USER), tagsOf },
        { dependsOn: network },
    );
}

/** Only where they are used: the modules of @pulumi/aws take time to load. */
function loadAws() {
    /* eslint-disable @typescript-eslint/no-require-imports */
    const { AwsNetwork } = require("../aws/awsNetwork") as typeof awsNetwork;
    const { AwsHost } = require("../aws/awsHost") as typeof awsHost;
    const { VM_USER } = require("../aws/cloudInit") as typeof cloudInit;
    /* eslint-enable @typescript-eslint/no-require-imports */
    return { AwsHost, AwsNetwork, VM_USER };
}
