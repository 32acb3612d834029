import * as pulumi from "@pulumi/pulumi";

/**
 * An output for the stack to export, also from a deployment that goes on after an error (`--continue-on-error`): there
 * what a failed step gives is never known, and the engine would write a mark of its own in its place.
 *
 * @param former - asks for what the last deployment exported; undefined where it exported nothing
 */
export function orFormer<Value>(
    output: pulumi.Output<Value>,
    former: () => Promise<Value | undefined>,
): pulumi.Output<Value> {
    if (pulumi.runtime.isDryRun()) {
        return output;
    }
    // Not in the SDK's types.
    const { isKnown } = output as unknown as { readonly isKnown: Promise<boolean> };
    const value: Promise<unknown> = isKnown.then<unknown>((known) => (known ? output : former()));
    return pulumi.output(value) as pulumi.Output<Value>;
}
