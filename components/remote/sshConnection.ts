import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { quote } from "shlex";
import { bracketed } from "../values/addresses";
import { SSH_PORT } from "../values/ports";

/** A jump host, with its own pinned key; the same login key is used. */
export interface Bastion {
    /** An IPv4 or IPv6 address or a DNS name. */
    readonly address: pulumi.Input<string>;
    /** TCP port of its SSH. */
    readonly port: number;
    /** The login name there. */
    readonly user: string;
    /** Its public SSH host key, ed25519 or ecdsa. */
    readonly hostKey: pulumi.Input<string>;
}

/** Who logs in, and over which jump host. */
export interface SshLogin {
    /** The login name: root, or one that may use sudo without a password. */
    readonly user: string;
    /** The private key of the login, OpenSSH or PEM; it is made a secret. */
    readonly privateKey: pulumi.Input<string>;
    /** The password of that key, where it has one; it is made a secret. */
    readonly privateKeyPassword: pulumi.Input<string> | undefined;
    /** The jump host on the way, where there is one. */
    readonly bastion: Bastion | undefined;
}

/** How SSH gets into a machine. */
export interface SshArgs extends SshLogin {
    /** An IPv4 or IPv6 address or a DNS name. */
    readonly address: pulumi.Input<string>;
    /** TCP port of SSH. */
    readonly port: number;
    /** The machine's public SSH host key. */
    readonly hostKey: pulumi.Input<string>;
}

/**
 * The connection with its pinned host key.
 *
 * @param dialErrorLimit - how often to try. A machine that is up needs two:
 * more tries with a wrong key would earn a penalty from OpenSSH 10 (sshd_config,
 * PerSourcePenalties).
 */
export function sshConnection(args: SshArgs, dialErrorLimit = 2): command.types.input.remote.ConnectionArgs {
    return connectionOf(args, dialErrorLimit, (text) => pulumi.secret(text));
}

/** The same for a program that connects by itself: its secrets are plain texts. */
export function plainSshConnection(args: SshArgs) {
    return connectionOf(args, 2, (text) => text);
}

function connectionOf<Args extends SshArgs, Secret>(
    args: Args,
    dialErrorLimit: number,
    secret: (text: pulumi.Input<string>) => Secret,
) {
    const login = {
        privateKey: secret(args.privateKey),
        ...(args.privateKeyPassword ? { privateKeyPassword: secret(args.privateKeyPassword) } : {}),
        dialErrorLimit,
        perDialTimeout: 15,
    };
    const { bastion } = args;
    return {
        host: args.address as Args["address"],
        port: args.port,
        user: args.user,
        hostKey: args.hostKey,
        ...login,
        ...(bastion
            ? {
                  proxy: {
                      host: bastion.address,
                      port: bastion.port,
                      user: bastion.user,
                      hostKey: bastion.hostKey,
                      ...login,
                  },
              }
            : {}),
    };
}

function jumpHost({ address, port, user }: Bastion): pulumi.Output<string> {
    const host = pulumi.output(address).apply(bracketed);
    return pulumi.interpolate`-J ${quote(`${user}@`)}${host}${port === SSH_PORT ? "" : `:${port}`} `;
}

/** The command that opens a shell on the machine. */
export function sshCommandOf({ address, port, user, bastion }: SshArgs): pulumi.Output<string> {
    const jump = bastion ? jumpHost(bastion) : "";
    return pulumi.interpolate`ssh ${jump}-p ${port} ${quote(`${user}@`)}${address}`;
}
