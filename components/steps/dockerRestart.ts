import * as pulumi from "@pulumi/pulumi";
import { remoteStep } from "../remote/remoteStep";
import type { DockerNetwork, Mode } from "../values/modes";
import { checkedInputs, type StepArgs } from "./stepArgs";

export interface DockerRestartArgs extends StepArgs {
    /** The mode `proxy` needs an engine without IPv6 NAT of its own. */
    readonly mode: Mode;
    /** On a network of the collector's own, the daemon's configuration stays the original. */
    readonly dockerNetwork: DockerNetwork;
    /** The IPv6 prefix that the default bridge must have. */
    readonly fixedCidrV6: string;
    /** Whether Docker may restart while other containers run. */
    readonly restartDocker: boolean;
}

/** Restarts Docker where the running engine lacks IPv6 on its default bridge, and only there. */
export class DockerRestart extends pulumi.ComponentResource {
    constructor(name: string, args: DockerRestartArgs, opts: pulumi.ComponentResourceOptions) {
        super(
            "openbmp-aio-ipv6:docker:DockerRestart",
            name,
            checkedInputs(name, args, ["mode", "dockerNetwork", "fixedCidrV6", "restartDocker"]),
            opts,
        );
        remoteStep(
            `${name}-restart`,
            {
                machine: args.machine,
                script: "docker-restart",
                variables: {
                    MODE: args.mode,
                    DOCKER_NETWORK: args.dockerNetwork,
                    FIXED_CIDR_V6: args.fixedCidrV6,
                    RESTART_DOCKER: String(args.restartDocker),
                    REAPPLY: args.reapply,
                },
            },
            { parent: this, dependsOn: opts.dependsOn },
        );
        this.registerOutputs();
    }
}
