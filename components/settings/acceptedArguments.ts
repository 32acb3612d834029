import type { Prefix } from "../values/addresses";
import { holdsOutput } from "./lateSettings";
import { argumentsRefusal, problemLine } from "./messages";
import { fieldsByKey } from "./schema";

/**
 * Holds arguments to what the configuration accepts under the same keys. An
 * output is checked by nobody: where it matters, OpenBmpCollector does.
 *
 * @param name - the component's
 * @throws pulumi.RunError with a line for each that is wrong.
 */
export function demandAccepted(name: string, args: object): void {
    const values = Object.fromEntries(Object.entries(args).map(([key, value]) => [key, asConfigured(value)]));
    const problems = Object.entries(values).flatMap(([key, value]) => {
        const field = fieldsByKey.get(key);
        return field === undefined || value === undefined || holdsOutput(value)
            ? []
            : (field.safeParse(value).error?.issues ?? []).map((issue) =>
                  problemLine({ ...issue, path: [key, ...issue.path] }, values),
              );
    });
    if (problems.length > 0) {
        throw argumentsRefusal(name, problems);
    }
}

/** Prefixes as the configuration has them. */
export function asConfigured(value: unknown): unknown {
    return Array.isArray(value) ? value.map((each: unknown) => (each as Partial<Prefix> | null)?.text ?? each) : value;
}
