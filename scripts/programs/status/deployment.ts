import * as z from "zod/mini";
import { declaredInput, HOST_STEPS, inputOf, OPTIONAL_STEPS } from "../../../components/remote/hostScript";
import { COLLECTOR_TOKEN } from "../../../components/settings/scope";
import { ROOT_NAME } from "../../../components/settings/severalCollectors";
import { type Connection, connection } from "../ssh/connection";

/** One of a stack's collectors as it was deployed, read from the stack's state. */
export interface Deployment {
    /** Its name, that of the one at the root of the stack, too. */
    readonly name: string;
    /** `PROJECT/STACK`, and `/NAME` for one that is not at the root. */
    readonly owner: string;
    /** What was deployed; undefined where its last step never was. */
    readonly deployed: Deployed | undefined;
}

interface Deployed {
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
                    parent: z.optional(z.string()),
                    delete: z.optional(z.boolean()),
                    inputs: z.optional(z.record(z.string(), z.unknown())),
                }),
            ),
            [],
        ),
    }),
});
type Resource = z.output<typeof state>["deployment"]["resources"][number];

const OTHER_VERSION = "another version of this program deployed the stack: scripts/pulumi up";
const COMMAND = "command:remote:Command";
const command = z.object({ connection, stdin: z.string() });

/**
 * Reads the state of a stack: its commands hold the connections and the very
 * input of the steps that ran last.
 *
 * @param text what `pulumi stack export --show-secrets` prints
 * @returns the collectors in the order in which they were first deployed, at least one
 * @throws Error when nothing is deployed
 */
export function readDeployments(text: string): Deployment[] {
    const all = state.parse(JSON.parse(text, withoutSecretMark)).deployment.resources;
    const parents = new Map(all.map(({ urn, parent }) => [urn, parent]));
    const nameOf = ({ urn }: Resource) => collectorOf(urn, parents) ?? "";
    // One whose first step failed has its component alone.
    const resources = all.filter((each) => !each.delete && (each.type === COMMAND || each.type === COLLECTOR_TOKEN));
    if (resources.length === 0) {
        throw new Error("the stack has deployed nothing: scripts/pulumi up");
    }
    const names = new Set(resources.map(nameOf));
    return [...names].map((name) =>
        deploymentOf(
            name,
            resources.filter((each) => nameOf(each) === name),
        ),
    );
}

/** The name of the component that a resource is below; undefined for one at the root. */
function collectorOf(urn: string, parents: ReadonlyMap<string, string | undefined>): string | undefined {
    // urn:pulumi:STACK::PROJECT::TYPE::NAME
    const [, , types, name] = urn.split("::");
    if (types === COLLECTOR_TOKEN) {
        return name;
    }
    const parent = parents.get(urn);
    return parent === undefined ? undefined : collectorOf(parent, parents);
}

function deploymentOf(name: string, resources: readonly Resource[]): Deployment {
    const [, , stack = "", , project = ""] = resources[0]?.urn.split(":") ?? [];
    const inputs = resources.filter(({ type }) => type === COMMAND).map((each) => command.parse(each.inputs));
    const [last] = inputs.slice(-1);
    const isComplete = resources.some(({ urn }) => urn.includes(":collector:CollectorStart$"));
    return {
        name: name || ROOT_NAME,
        owner: [project, stack, ...(name ? [name] : [])].join("/"),
        deployed:
            last && isComplete
                ? {
                      connection: last.connection,
                      input: inputs.map(({ stdin }) => deployedInput(stdin)).join(""),
                  }
                : undefined,
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
