import * as pulumi from "@pulumi/pulumi";
import { asConfigured, demandAccepted } from "../settings/acceptedArguments";
import type { Machine } from "../remote/machine";

/** What every host step gets. */
export interface StepArgs {
    /** Where it runs: a machine whose preflight has passed, such as ExistingHost. */
    readonly machine: Machine;
    /** Any new value runs the step again. */
    readonly reapply: string;
    /** Keys of the configuration that the stack's file has as secrets, whatever they are: their values stay secret. */
    readonly secretKeys: ReadonlySet<string>;
}

/**
 * Refuses arguments that the configuration would not accept, and gives the
 * inputs of a step's component, by which a preview shows what changes. The input
 * of its command is a secret as a whole.
 *
 * @param keys - of the configuration; none whose value may hold a secret
 */
export function checkedInputs<Args extends StepArgs>(
    name: string,
    args: Args,
    keys: readonly (keyof Args & string)[],
): Readonly<Record<string, unknown>> {
    demandAccepted(name, args);
    return Object.fromEntries(
        [...keys, "reapply" as const].map((key) => {
            const value = asConfigured(args[key]);
            return [key, args.secretKeys.has(key) ? pulumi.secret(value) : value];
        }),
    );
}
