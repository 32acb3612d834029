import * as pulumi from "@pulumi/pulumi";
import type { ContainerSettings } from "./aioContainer";
import { containerVariables } from "./aioContainer";
import type { Machine } from "./machine";
import { remoteStep, resultField } from "./remoteStep";
import type { Mode } from "./settings";
import { bracketed, isIpv6Address } from "./addresses";

/** How SSH reaches a machine that is there already, and what the deployment asks of it. */
export interface ExistingHostArgs extends ContainerSettings {
    /** Where SSH goes: an IPv4 or IPv6 address or a DNS name. */
    readonly address: string;
    /** @default 22 */
    readonly port: number;
    readonly user: string;
    /** The machine's public SSH host key. */
    readonly hostKey: string;
    readonly privateKey: pulumi.Input<string>;
    readonly privateKeyPassword?: pulumi.Input<string> | undefined;
    /** A jump host, with its own pinned key; the same login key is used. */
    readonly bastion?: { readonly address: string; readonly user: string; readonly hostKey: string } | undefined;
    /** How IPv6 gets to the collector: what the host must be fit for. */
    readonly mode: Mode;
    /** Whether Docker may restart while other containers run. */
    readonly restartDocker: boolean;
    readonly reapply: string;
}

/**
 * A Linux machine that is there already. Reads it and refuses, with every
 * reason at once, before anything is changed; its removal puts the machine back
 * to how it was found.
 */
export class ExistingHost extends pulumi.ComponentResource implements Machine {
    readonly connection: Machine["connection"];
    readonly user: string;
    readonly identity: string;
    /** A global IPv6 address of the host. */
    readonly ipv6Address: pulumi.Output<string>;
    /** The IPv4 address that the host sends from, empty where it has none. */
    readonly ipv4Address: pulumi.Output<string>;
    /** The command that opens a shell on the host. */
    readonly sshCommand: pulumi.Output<string>;

    constructor(name: string, args: ExistingHostArgs, opts?: pulumi.ComponentResourceOptions) {
        super("openbmp-aio-ipv6:host:ExistingHost", name, {}, opts);
        const { bastion } = args;
        const login = {
            privateKey: pulumi.secret(args.privateKey),
            ...(args.privateKeyPassword ? { privateKeyPassword: pulumi.secret(args.privateKeyPassword) } : {}),
            // The machine is up, or it is not. More tries with a wrong key would earn
            // a penalty from OpenSSH 10 (sshd_config, PerSourcePenalties).
            dialErrorLimit: 2,
            perDialTimeout: 15,
        };
        this.connection = {
            host: args.address,
            port: args.port,
            user: args.user,
            hostKey: args.hostKey,
            ...login,
            ...(bastion
                ? { proxy: { host: bastion.address, user: bastion.user, hostKey: bastion.hostKey, ...login } }
                : {}),
        };
        this.user = args.user;
        this.identity = args.hostKey;

        const preflight = remoteStep(
            `${name}-preflight`,
            {
                machine: this,
                script: "host",
                libraries: ["daemon-json", "engine", "container", "network", "dnat", "verification"],
                variables: {
                    ...containerVariables(args),
                    MODE: args.mode,
                    FIXED_CIDR_V6: args.fixedCidrV6,
                    RESTART_DOCKER: String(args.restartDocker),
                },
                removable: true,
            },
            { parent: this, dependsOn: opts?.dependsOn },
        );
        this.ipv6Address = resultField<string>(preflight, "ipv6Address").apply((found) =>
            isIpv6Address(args.address) ? args.address : found,
        );
        this.ipv4Address = resultField<string>(preflight, "ipv4Address");
        const jump = bastion ? `-J ${bastion.user}@${bracketed(bastion.address)} ` : "";
        this.sshCommand = pulumi.output(`ssh ${jump}-p ${args.port} ${args.user}@${args.address}`);
        this.registerOutputs({
            ipv6Address: this.ipv6Address,
            ipv4Address: this.ipv4Address,
            sshCommand: this.sshCommand,
        });
    }
}
