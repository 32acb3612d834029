import * as pulumi from "@pulumi/pulumi";
import { judgedInputs, problemsOf, UNKNOWN } from "./guardRules";

/**
 * Refuses unsafe resources from here on, whatever component makes them: an
 * ingress rule that is open to the world, a volume in clear, IMDSv1, and SSH
 * without a pinned host key. What is known when a resource is constructed is
 * refused there; an output, before the resource is registered.
 *
 * @param settings - allowWorldOpen permits ingress from anywhere, and nothing else.
 */
export function guard({ allowWorldOpen }: { readonly allowWorldOpen: boolean }): void {
    pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
        const inputs = props as Readonly<Record<string, unknown>>;
        const judgedKeys = judgedInputs(type);
        // With an id it is there already, and is only read.
        if (judgedKeys === undefined || (opts as pulumi.CustomResourceOptions).id !== undefined) {
            return undefined;
        }
        const refuse = (known: Readonly<Record<string, unknown>>) => {
            const problems = problemsOf(type, known, allowWorldOpen);
            if (problems.length > 0) {
                throw new pulumi.RunError(problems.map((line) => `${name} (${type}): ${line}`).join("\n"));
            }
        };
        const judged = Object.fromEntries(judgedKeys.map((key) => [key, inputs[key]]));
        refuse(withoutOutputs(judged) as typeof judged);

        const resolved = pulumi.runtime.serializeProperties(name, judged).then((values) => {
            refuse(withoutSecretMarks(values));
        });
        // The registration waits for each of its inputs, and fails when one does.
        const awaited = judgedKeys
            .filter((key) => inputs[key] !== undefined)
            .map((key) => [key, resolved.then(() => inputs[key])]);
        return { props: { ...inputs, ...Object.fromEntries(awaited) }, opts };
    });
}

/** What is there at once; unknown for what comes later. */
function withoutOutputs(value: unknown): unknown {
    if (pulumi.Output.isInstance(value) || value instanceof Promise) {
        return UNKNOWN;
    }
    if (Array.isArray(value)) {
        return value.map(withoutOutputs);
    }
    return value !== null && typeof value === "object"
        ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutOutputs(each)]))
        : value;
}

function withoutSecretMarks(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const text = JSON.stringify(values, (_, value: unknown) =>
        pulumi.runtime.isRpcSecret(value) ? (value as { value: unknown }).value : value,
    );
    return JSON.parse(text) as typeof values;
}
