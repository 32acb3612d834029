import * as pulumi from "@pulumi/pulumi";
import { lateSettings } from "../settings/lateSettings";
import { argumentsRefusal } from "../settings/messages";
import { COLLECTOR_TOKEN, ownerOf } from "../settings/scope";
import { settingsWarnings } from "../settings/warnings";
import { type Collector, makeCollector } from "./makeCollector";
import type { OpenBmpCollectorArgs } from "./openBmpCollectorArgs";

type Dependencies = pulumi.ComponentResourceOptions["dependsOn"];

/**
 * An OpenBMP collector with every router's own IPv6 address: a VM in AWS or a
 * Linux host that is there already, and on it Docker's configuration, the AIO
 * container, its configuration, the rules that carry IPv6 to it, its start, and
 * the verification that routers' addresses are seen.
 *
 * Each collector of a stack is on a machine of its own. The names of its
 * resources begin with its own. Nothing is read from the configuration.
 *
 * @throws pulumi.RunError with a line for each argument that is wrong. Those
 * that are outputs are checked when they are known, before any resource is made.
 */
export class OpenBmpCollector extends pulumi.ComponentResource implements Collector {
    readonly ipv6Address: Collector["ipv6Address"];
    readonly ipv4Address: Collector["ipv4Address"];
    readonly bmpEndpoint: Collector["bmpEndpoint"];
    readonly restUrl: Collector["restUrl"];
    readonly sshCommand: Collector["sshCommand"];
    readonly containerIpv6: Collector["containerIpv6"];
    readonly imageRef: Collector["imageRef"];
    readonly datapath: Collector["datapath"];
    readonly verification: Collector["verification"];
    readonly routerConfig: Collector["routerConfig"];

    constructor(name: string, args: OpenBmpCollectorArgs, opts: pulumi.ComponentResourceOptions = {}) {
        const { settings, whole } = lateSettings({ ...args }, (problems) => argumentsRefusal(name, problems));
        super(COLLECTOR_TOKEN, name, {}, { ...opts, dependsOn: after(whole, opts.dependsOn) });
        whole.apply((known) => {
            for (const warning of settingsWarnings(known)) {
                void pulumi.log.warn(warning, this);
            }
        });

        const collector = makeCollector(settings, {
            prefix: `${name}-`,
            parent: this,
            owner: ownerOf(`${pulumi.getProject()}/${pulumi.getStack()}`, { name, isRoot: false }),
            secretKeys: new Set(),
            // The stack's outputs are the user's own.
            lastDeployment: () => Promise.resolve(undefined),
        });
        this.ipv6Address = collector.ipv6Address;
        this.ipv4Address = collector.ipv4Address;
        this.bmpEndpoint = collector.bmpEndpoint;
        this.restUrl = collector.restUrl;
        this.sshCommand = collector.sshCommand;
        this.containerIpv6 = collector.containerIpv6;
        this.imageRef = collector.imageRef;
        this.datapath = collector.datapath;
        this.verification = collector.verification;
        this.routerConfig = collector.routerConfig;
        this.registerOutputs({ ...collector });
    }
}

/** The same, once the arguments are known to be right: what belongs to the component waits for its registration. */
function after(valid: pulumi.Output<unknown>, dependsOn: Dependencies): Dependencies {
    const nothing = valid.apply((): pulumi.Resource[] => []);
    return [nothing, ...(dependsOn === undefined ? [] : [dependsOn])] as unknown as Dependencies;
}
