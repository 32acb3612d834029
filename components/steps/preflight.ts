import type * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import { containerSecrets, type ContainerSettings, containerVariables } from "./aioContainer";
import type { Host, Machine } from "../remote/machine";
import { remoteStep, type RemoteStepOptions } from "../remote/remoteStep";
import type { Mode } from "../values/modes";
import { answerOf, ipv4AddressOrNone, ipv6Address } from "./stepResult";

/** What a deployment asks of its machine. */
export interface HostRequirements extends ContainerSettings {
    /** The stack that deploys it, `PROJECT/STACK`. */
    readonly owner: string;
    /** How IPv6 gets to the collector: what the host must be fit for. */
    readonly mode: Mode;
    /** Whether Docker may restart while other containers run. */
    readonly restartDocker: boolean;
    /** The machine's IPv6 address that routers are given, empty where the machine is to say which. @default empty */
    readonly routerFacingAddress?: pulumi.Input<string> | undefined;
    /** Whether a directory for metrics must be there. @default false */
    readonly metrics?: boolean;
    /** Which one; empty where it is to be found. @default empty */
    readonly metricsDirectory?: string | undefined;
}

/** Makes the machine of a collector. */
export type MakeHost = (requirements: HostRequirements) => Host;

/** What the preflight prints. */
export const preflightAnswer = answerOf({ ipv6Address, ipv4Address: ipv4AddressOrNone });

/**
 * Reads the machine and refuses, with every reason at once, before anything is
 * changed; its removal restores the machine.
 */
export function preflight(
    name: string,
    machine: Machine,
    demands: HostRequirements,
    opts: RemoteStepOptions,
): command.remote.Command {
    return remoteStep(
        name,
        {
            machine,
            script: "preflight",
            variables: {
                ...containerVariables(demands),
                MODE: demands.mode,
                FIXED_CIDR_V6: demands.fixedCidrV6,
                RESTART_DOCKER: String(demands.restartDocker),
                ROUTER_FACING_ADDRESS: demands.routerFacingAddress ?? "",
                METRICS: String(demands.metrics ?? false),
                METRICS_DIRECTORY: demands.metricsDirectory ?? "",
            },
            secrets: containerSecrets(demands),
            removable: true,
        },
        opts,
    );
}
