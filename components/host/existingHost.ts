import * as pulumi from "@pulumi/pulumi";
import { demandAccepted } from "../settings/acceptedArguments";
import { isIpv6Address } from "../values/addresses";
import type { Host, Machine } from "../remote/machine";
import { type HostRequirements, preflight, preflightAnswer } from "../steps/preflight";
import { type SshArgs, sshCommandOf, sshConnection } from "../remote/sshConnection";
import { stepResult } from "../steps/stepResult";

/** How SSH reaches a machine that is there already, and what the deployment asks of it. */
export interface ExistingHostArgs extends SshArgs, HostRequirements {
    /** Where SSH goes: an IPv4 or IPv6 address or a DNS name. */
    readonly address: pulumi.Input<string>;
}

/** A Linux machine that is there already. */
export class ExistingHost extends pulumi.ComponentResource implements Host {
    readonly connection: Machine["connection"];
    readonly user: string;
    readonly identity: Machine["identity"];
    readonly owner: string;
    readonly ipv6Address: pulumi.Output<string>;
    /** The IPv4 address that the host sends from, empty where it has none. */
    readonly ipv4Address: pulumi.Output<string>;
    readonly sshCommand: pulumi.Output<string>;

    constructor(name: string, args: ExistingHostArgs, opts?: pulumi.ComponentResourceOptions) {
        demandAccepted(name, {
            ...args,
            hostAddress: args.address,
            hostPort: args.port,
            hostUser: args.user,
            sshPrivateKey: args.privateKey,
            sshPrivateKeyPassword: args.privateKeyPassword,
        });
        super("openbmp-aio-ipv6:host:ExistingHost", name, {}, opts);
        this.connection = sshConnection(args);
        this.user = args.user;
        this.identity = args.hostKey;
        this.owner = args.owner;

        const found = preflight(`${name}-preflight`, this, args, { parent: this, dependsOn: opts?.dependsOn });
        const facts = stepResult(found, preflightAnswer);
        this.ipv6Address = pulumi
            .all([facts, args.routerFacingAddress ?? "", args.address])
            .apply(([each, given, address]) => given || (isIpv6Address(address) ? address : each.ipv6Address));
        this.ipv4Address = facts.ipv4Address;
        this.sshCommand = sshCommandOf(args);
        this.registerOutputs({
            ipv6Address: this.ipv6Address,
            ipv4Address: this.ipv4Address,
            sshCommand: this.sshCommand,
        });
    }
}
