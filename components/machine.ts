import type * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";

/** A machine that steps run on: created by this program, or there already. */
export interface Machine {
    /** How SSH reaches it; always with a pinned host key. */
    readonly connection: pulumi.Input<command.types.input.remote.ConnectionArgs>;
    /** The login name: root, or one that may use sudo without a password. */
    readonly user: string;
    /** Changes when another machine answers at the same address: its public host key. */
    readonly identity: pulumi.Input<string>;
    /** The resource that takes everything on the machine with it when it goes. */
    readonly lifetime?: pulumi.Resource;
}
