import * as pulumi from "@pulumi/pulumi";
import { fixedAddress } from "./aioContainer";
import { installedProgram, readHostFile } from "../remote/hostScript";
import { type Prefix, textsOf } from "../values/addresses";
import { heldPorts, type OutsideLists, outsidePorts } from "../values/ports";
import type { DockerNetwork, Mode } from "../values/modes";
import { remoteStep } from "../remote/remoteStep";
import { answerOf, sha256, stepResult } from "./stepResult";
import { checkedInputs, type StepArgs } from "./stepArgs";

export interface Ipv6DnatArgs extends StepArgs, OutsideLists {
    /** In the mode `proxy` only the ingress filter and the allow lists are installed. */
    readonly mode: Mode;
    /** The Docker network that the container is on. */
    readonly dockerNetwork: DockerNetwork;
    /** Its IPv6 prefix: forwarded packets for it pass only by DNAT. */
    readonly fixedCidrV6: string;
    /** Port on the host for BMP. */
    readonly bmpPort: number;
    /** Port on the host for the REST API; none for an image that has openbmpd alone. */
    readonly restPort: number | undefined;
    /** Who may open BMP sessions. */
    readonly bmpAllowedCidrs: readonly Prefix[];
    /** Who may use the REST API. */
    readonly restAllowedCidrs: readonly Prefix[];
    /** Whether the REST API gets a login in place of the image's own. */
    readonly ownRestLogin: boolean;
}

/** Keys of the configuration that a preview shows; a diff has them all, so those of other steps are left to these. */
const SHOWN = ["bmpAllowedCidrs", "restAllowedCidrs", "kafkaAllowedCidrs", "mysqlAllowedCidrs"] as const;

/** What the step prints. */
export const ipv6DnatAnswer = answerOf({ rulesSha256: sha256 });

/**
 * The rules that bring routers to the collector under their own IPv6 address,
 * and the systemd units that keep them so, across restarts and reboots.
 */
export class Ipv6Dnat extends pulumi.ComponentResource {
    /** Changes when the rules do. */
    readonly rulesSha256: pulumi.Output<string>;

    constructor(name: string, args: Ipv6DnatArgs, opts: pulumi.ComponentResourceOptions) {
        super("openbmp-aio-ipv6:network:Ipv6Dnat", name, checkedInputs(name, args, SHOWN), opts);
        const step = remoteStep(
            `${name}-arm`,
            {
                machine: args.machine,
                script: "ipv6-dnat",
                variables: {
                    MODE: args.mode,
                    DOCKER_NETWORK: args.dockerNetwork,
                    FIXED_CIDR_V6: args.fixedCidrV6,
                    CONTAINER_IPV6: fixedAddress(args.dockerNetwork, args.fixedCidrV6),
                    BMP_PORT: String(args.bmpPort),
                    REST_PORT: String(args.restPort ?? ""),
                    BMP_ALLOWED: textsOf(args.bmpAllowedCidrs),
                    REST_ALLOWED: textsOf(args.restAllowedCidrs),
                    OUTSIDE_PORTS: outsidePorts(args),
                    KAFKA_ALLOWED: textsOf(args.kafkaAllowedCidrs),
                    MYSQL_ALLOWED: textsOf(args.mysqlAllowedCidrs),
                    HELD_PORTS: heldPorts(args.ownRestLogin, args),
                    DNAT_PROGRAM_TEXT: installedProgram("openbmp-dnat"),
                    FILTER_PROGRAM_TEXT: installedProgram("openbmp-filter"),
                    GUARD_UNIT_TEXT: readHostFile("installed/openbmp-aio-ipv6-guard.service"),
                    FOLLOW_UNIT_TEXT: readHostFile("installed/openbmp-aio-ipv6-dnat.service"),
                    FILTER_UNIT_TEXT: readHostFile("installed/openbmp-aio-ipv6-filter.service"),
                    REAPPLY: args.reapply,
                },
            },
            { parent: this, dependsOn: opts.dependsOn },
        );
        this.rulesSha256 = stepResult(step, ipv6DnatAnswer).rulesSha256;
        this.registerOutputs({ rulesSha256: this.rulesSha256 });
    }
}
