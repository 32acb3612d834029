import * as pulumi from "@pulumi/pulumi";
import { remoteStep } from "../remote/remoteStep";
import type { DockerNetwork, Mode } from "../values/modes";
import { checkedInputs, type StepArgs } from "./stepArgs";

export interface DockerDaemonConfigArgs extends StepArgs {
    /** The mode `proxy` needs an engine without IPv6 NAT of its own. */
    readonly mode: Mode;
    /** On a network of the collector's own, the daemon's configuration stays the original. */
    readonly dockerNetwork: DockerNetwork;
    /** Docker's IPv6 prefix, `fixed-cidr-v6` (dockerd reference). */
    readonly fixedCidrV6: string;
}

/** `/etc/docker/daemon.json` asks for IPv6 on the default bridge; everything else in it stays. */
export class DockerDaemonConfig extends pulumi.ComponentResource {
    constructor(name: string, args: DockerDaemonConfigArgs, opts: pulumi.ComponentResourceOptions) {
        super(
            "openbmp-aio-ipv6:docker:DockerDaemonConfig",
            name,
            checkedInputs(name, args, ["mode", "dockerNetwork", "fixedCidrV6"]),
            opts,
        );
        remoteStep(
            `${name}-write`,
            {
                machine: args.machine,
                script: "docker-daemon-config",
                variables: {
                    MODE: args.mode,
                    DOCKER_NETWORK: args.dockerNetwork,
                    FIXED_CIDR_V6: args.fixedCidrV6,
                    REAPPLY: args.reapply,
                },
            },
            { parent: this, dependsOn: opts.dependsOn },
        );
        this.registerOutputs();
    }
}
