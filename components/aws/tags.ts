import * as pulumi from "@pulumi/pulumi";

/** The tags of a resource, by which a bill or an inventory tells what it belongs to. */
export type TagsOf = (name: string) => Record<string, string> & {
    /** What the console of AWS shows. */
    readonly Name: string;
};

/**
 * The tags of every resource of a collector in AWS.
 *
 * @param prefix - the beginning of the names of its resources
 * @param expiresAt - when a branch's test stack is of no use any more
 */
export function stackTags(
    prefix: string,
    { ephemeral, expiresAt }: { ephemeral: boolean; expiresAt: string | undefined },
): TagsOf {
    const common = {
        Project: pulumi.getProject(),
        Stack: pulumi.getStack(),
        ManagedBy: "pulumi",
        Ephemeral: String(ephemeral),
        ...(expiresAt === undefined ? {} : { ExpiresAt: expiresAt }),
    };
    return (name) => ({ Name: `${common.Project}-${common.Stack}-${prefix}${name}`, ...common });
}
