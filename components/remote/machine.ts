import type * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";

/** A machine that steps run on: created by this program, or there already. */
export interface Machine {
    /** How SSH reaches it; always with a pinned host key. */
    readonly connection: pulumi.Input<command.types.input.remote.ConnectionArgs>;
    /** The login name: root, or one that may use sudo without a password. */
    readonly user: string;
    /** Changes when another machine answers at the same address: its public host key, and the VM's id. */
    readonly identity: pulumi.Input<string>;
    /** The stack that it belongs to, `PROJECT/STACK`: what is on it is no other stack's to change. */
    readonly owner: string;
    /** The resource that takes everything on the machine with it when it goes. */
    readonly lifetime?: pulumi.Resource;
}

/** A machine that the preflight found fit, as the step that the others wait for. */
export interface Host extends Machine, pulumi.ComponentResource {
    /** A global IPv6 address of the host. */
    readonly ipv6Address: pulumi.Output<string>;
    /** The IPv4 address that routers use, empty where it has none. */
    readonly ipv4Address: pulumi.Output<string>;
    /** The command that opens a shell on the host. */
    readonly sshCommand: pulumi.Output<string>;
}
