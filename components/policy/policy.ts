import * as pulumi from "@pulumi/pulumi";
import { judgedInputs, problemsOf } from "./policyRules";
import { refusal } from "../values/refusal";

type Inputs = Readonly<Record<string, unknown>>;

/**
 * Refuses unsafe resources from here on, whatever component makes them: an
 * ingress rule that is open to the world, a volume in clear, IMDSv1, and SSH
 * without a pinned host key. What the program itself says is refused before
 * any resource is made; what another resource gives, before the resource that
 * takes it is registered.
 *
 * @param settings - allowWorldOpen permits ingress from anywhere, and nothing else.
 * @param cleared - no resource is registered before; where it rejects, none at all.
 */
export function enforcePolicy(
    { allowWorldOpen }: { readonly allowWorldOpen: boolean },
    cleared: Promise<unknown> = Promise.resolve(),
): void {
    const { verdict, failed } = firstTurn();
    pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
        // With an id it is there already, and is only read.
        if ((opts as pulumi.CustomResourceOptions).id !== undefined) {
            return undefined;
        }
        const inputs = props as Inputs;
        const judged = Object.fromEntries((judgedInputs(type) ?? []).map((key) => [key, inputs[key]]));
        const safe = pulumi.runtime.serializeProperties(name, judged).then((values) => {
            const problems = problemsOf(type, withoutSecretMarks(values), allowWorldOpen);
            if (problems.length > 0) {
                throw refusal(problems.map((line) => `${name} (${type}): ${line}`).join("\n"));
            }
        });
        safe.catch(failed);
        // Reported also where no input waits for it.
        void Promise.all([safe]);
        return { props: after(Promise.all([cleared, verdict, safe]), inputs), opts };
    });
}

/** Rejects with the first failure while the program's own values settle; outputs of resources come later. */
function firstTurn(): { verdict: Promise<unknown>; failed: (error: Error) => void } {
    let failed: (error: Error) => void = () => undefined;
    const failure = new Promise<never>((_, reject) => {
        failed = reject;
    });
    return { verdict: Promise.race([failure, new Promise((resolve) => setImmediate(resolve))]), failed };
}

/** The same inputs, but a registration waits for `checks`, and fails with them. */
function after(checks: Promise<unknown>, inputs: Inputs): Inputs {
    return Object.fromEntries(
        // Without a value it is an output.
        Object.entries(inputs).map(([key, value]) => [key, value === undefined ? value : checks.then(() => value)]),
    );
}

function withoutSecretMarks(values: Inputs): Inputs {
    const text = JSON.stringify(values, (_, value: unknown) =>
        pulumi.runtime.isRpcSecret(value) ? (value as { value: unknown }).value : value,
    );
    return JSON.parse(text) as Inputs;
}
