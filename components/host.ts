import type * as awsHost from "./awsHost";
import type * as awsNetwork from "./awsNetwork";
import type * as cloudInit from "./cloudInit";
import { registryPortOf } from "./imageReference";
import { ExistingHost } from "./existingHost";
import type { Host } from "./machine";
import type { Demands } from "./preflight";
import type { Settings } from "./settings";
import { bastionOf } from "./sshConnection";
import { stackTags } from "./tags";

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
    const { AwsNetwork } = require("./awsNetwork") as typeof awsNetwork;
    const { AwsHost } = require("./awsHost") as typeof awsHost;
    const { VM_USER } = require("./cloudInit") as typeof cloudInit;
    /* eslint-enable @typescript-eslint/no-require-imports */
    return { AwsHost, AwsNetwork, VM_USER };
}
