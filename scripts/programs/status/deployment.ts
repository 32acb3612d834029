import * as z from "zod/mini";
import { declaredInput, HOST_STEPS, inputOf, OPTIONAL_STEPS } from "../../../components/remote/hostScript";
import { type Connection, connection } from "../ssh/connection";

/** What a stack deployed, read from its state. */
export interface Deployment {
    /** `PROJECT/STACK`. */
    readonly owner: string;
    /** How the deployment reached its machine. */
    readonly connection: Connection;
    /** The input of every step, as it was deployed: bash, secrets included. */
    readonly input: string;
}

const state = z.object({
    deployment: z.object({
        resources: z._default(
            z.array(
                z.object({
                    urn: z.string(),
                    type: z.string(),
                    delete: z.optional(z.boolean()),
                    inputs: z.optional(z.record(z.string(), z.unknown())),
                }),
            ),
            [],
        ),
    }),
});
const OTHER_VERSION = "another version of this program deployed the stack: scripts/pulumi up";
const command = z.object({ connection, stdin: z.string() });

/**
 * Reads the state of a stack: its commands hold the connection and the very
 * input of the steps that ran last.
 *
 * @param text what `pulumi stack export --show-secrets` prints
 * @throws Error when nothing, or not everything, is deployed
 */
export function readDeployment(text: string): Deployment {
    const { resources } = state.parse(JSON.parse(text, withoutSecretMark)).deployment;
    const commands = resources.filter((each) => each.type === "command:remote:Command" && !each.delete);
    const last = commands.at(-1);
    if (!last) {
        throw new Error("the stack has deployed nothing: scripts/pulumi up");
    }
    if (!commands.some(({ urn }) => urn.includes(":collector:CollectorStart$"))) {
        throw new Error("the stack's deployment was never completed: scripts/pulumi up");
    }
    // urn:pulumi:STACK::PROJECT::TYPE::NAME
    const [, , stack = "", , project = ""] = last.urn.split(":");
    const inputs = commands.map((each) => command.parse(each.inputs));
    return {
        owner: `${project}/${stack}`,
        connection: command.parse(last.inputs).connection,
        input: inputs.map(({ stdin }) => deployedInput(stdin)).join(""),
    };
}

function deployedInput(script: string): string {
    const input = inputOf(script);
    if (input === undefined) {
        throw new Error(OTHER_VERSION);
    }
    return input;
}

/**
 * The steps of this version say what is not as deployed by the input that they declare.
 *
 * @returns the steps behind the chain that were deployed
 * @throws Error where the deployment lacks a step of the chain, or one of its steps some of that input
 */
export function optionalStepsOf(input: string): (typeof OPTIONAL_STEPS)[number][] {
    const has = (name: string) => new RegExp(`^(?:read_secret "?)?${name}\\b`, "m").test(input);
    // The text of its program is of one step alone.
    const deployed = OPTIONAL_STEPS.filter((step) => has(`${step.toUpperCase()}_PROGRAM_TEXT`));
    if (![...HOST_STEPS, ...deployed].flatMap((step) => declaredInput(step, "apply")).every(has)) {
        throw new Error(OTHER_VERSION);
    }
    return deployed;
}

/** Puts a secret of the state (pulumi/sdk/go/common/resource/sig) in the place of its mark; a reviver for JSON.parse. */
function withoutSecretMark(_: string, value: unknown): unknown {
    const marked = value as { "4dabf18193072939515e22adb298388d"?: string; plaintext?: string } | null;
    return marked?.["4dabf18193072939515e22adb298388d"] === "1b47061264138c4ac30d75fd1eb44270" && marked.plaintext
        ? (JSON.parse(marked.plaintext, withoutSecretMark) as unknown)
        : value;
}
