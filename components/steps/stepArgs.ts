import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../remote/machine";

/** What every host step gets. */
export interface StepArgs {
    readonly machine: Machine;
    /** Any new value runs the step again. */
    readonly reapply: string;
    /** Keys of the configuration that the stack's file has as secrets, whatever they are: their values stay secret. */
    readonly secretKeys: ReadonlySet<string>;
}

/**
 * Inputs of a step's component, by which a preview shows what changes. The input
 * of its command is a secret as a whole.
 *
 * @param keys - of the configuration; none whose value may hold a secret
 */
export function shownInputs<Args extends StepArgs>(
    args: Args,
    keys: readonly (keyof Args & string)[],
): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
        [...keys, "reapply" as const].map((key) => {
            const value = textOf(args[key]);
            return [key, args.secretKeys.has(key) ? pulumi.secret(value) : value];
        }),
    );
}

/** Prefixes as the configuration has them. */
function textOf(value: unknown): unknown {
    return Array.isArray(value)
        ? value.map((each: unknown) => (each as { readonly text?: string }).text ?? each)
        : value;
}
