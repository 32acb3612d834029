import { readFileSync } from "node:fs";
import { join } from "node:path";
import { quote } from "shlex";

/** A value of a shell variable: a text, or an array of texts. */
export type ShellValue = string | readonly string[];

/**
 * The host steps, in the order of the chain: each is a file of
 * scripts/host/steps. At destroy they are undone from the last one up; what is
 * not as deployed, each says of its own.
 */
export const HOST_STEPS = [
    "preflight",
    "docker-daemon-config",
    "docker-restart",
    "aio-container",
    "collector-config",
    "ipv6-dnat",
    "collector-start",
] as const;

/** Steps behind the chain that only those deployments have whose configuration asks for them. */
export const OPTIONAL_STEPS = ["metrics", "backup"] as const;

type OptionalStep = (typeof OPTIONAL_STEPS)[number];

/** A file of scripts/host/steps that a component runs, without its ending. */
export type HostStep = (typeof HOST_STEPS)[number] | OptionalStep | "cloud-init";

/** What a script is to do; `remove` is destroy, `take` gives the host another owner. */
export type Verb = "apply" | "read" | "remove" | "inspect" | "take";

const directory = join(__dirname, "..", "..", "scripts", "host");

/** Reads a file below scripts/host. */
export function readHostFile(path: string): string {
    return readFileSync(join(directory, path), "utf8");
}

/** How a shell file names another one that it needs, for ShellCheck and for bash. */
const SOURCE = /^# shellcheck source=scripts\/host\/(\S+)\n\. "\$\{BASH_SOURCE\[0\]%\/\*\}\/\S+"\n/gm;

/** One text of these files and all that they source, each file once and before the first that needs it. */
function bundle(paths: readonly string[]): string {
    const bundled = new Set<string>();
    const textOf = (path: string): string => {
        if (bundled.has(path)) {
            return "";
        }
        bundled.add(path);
        return readHostFile(path).replace(SOURCE, (_, source: string) => textOf(source));
    };
    return withoutComments(paths.map(textOf).join(""));
}

/** A changed comment is no reason to run a step again. The first line may say what runs the text. */
function withoutComments(text: string): string {
    return text
        .split("\n")
        .filter((line, index) => !/^\s*(#|$)/.test(line) || (index === 0 && line.startsWith("#!")))
        .map((line) => `${line}\n`)
        .join("");
}

/** A program that stays on the host, with the libraries that it sources: one file. */
export function installedProgram(name: string): string {
    return bundle([`installed/${name}`]);
}

/** Bash assignments, one a line, safe for every value without NUL. */
export function assignments(variables: Readonly<Record<string, ShellValue>>): string {
    return Object.entries(variables)
        .map(
            ([name, value]) =>
                `${name}=${typeof value === "string" ? quote(value) : `(${value.map(quote).join(" ")})`}\n`,
        )
        .join("");
}

/** What a script takes as input. */
export interface ScriptInput {
    readonly variables: Readonly<Record<string, ShellValue>>;
    /** Variables whose values must be kept from logs. */
    readonly secrets?: Readonly<Record<string, ShellValue>>;
}

/** Secrets, each in lines of its own and as it is: see scripts/host/lib/secrets.sh. */
function secretLines(secrets: Readonly<Record<string, ShellValue>>): string {
    const read = (name: string, value: string) => `read_secret ${name} ${value.split("\n").length}\n${value}\n`;
    const reads = Object.entries(secrets).map(([name, value]) =>
        typeof value === "string"
            ? read(name, value)
            : [`${name}=()\n`, ...value.map((each, index) => read(`"${name}[${index}]"`, each))].join(""),
    );
    return reads.length === 0 ? "" : [bundle(["lib/secrets.sh"]), ...reads].join("");
}

/** The line after the input. A value may hold it, too: what counts is the last one. */
const END_OF_INPUT = "# end of the input\n";

/** The input of a script, as it is in it; undefined where no line ends it. */
export function inputOf(script: string): string | undefined {
    const end = `\n${script}`.lastIndexOf(`\n${END_OF_INPUT}`);
    return end < 0 ? undefined : script.slice(0, end);
}

/** The text that `bash -s` reads: the input, and the step with what it sources. */
export function hostScript(step: HostStep, verb: Verb, input: ScriptInput): string {
    const given = [...Object.keys(input.variables), ...Object.keys(input.secrets ?? {})];
    const differing = symmetricDifference(new Set(given), new Set(declaredInput(step, verb)));
    if (differing.length > 0) {
        throw new Error(
            `the input of ${step} and what its ${verb} declares differ in ${differing.join(", ")}: use a clean checkout`,
        );
    }
    return withInput(input, stepText(step));
}

/** A text that `bash -s` reads, after its input. */
export function withInput({ variables, secrets = {} }: ScriptInput, text: string): string {
    return assignments(variables) + secretLines(secrets) + END_OF_INPUT + text;
}

function symmetricDifference(one: ReadonlySet<string>, other: ReadonlySet<string>): string[] {
    return [...[...one].filter((name) => !other.has(name)), ...[...other].filter((name) => !one.has(name))];
}

/** What the function of that verb names by `input`, besides what every step gets. */
export function declaredInput(step: HostStep, verb: Verb): string[] {
    const text = readHostFile(`steps/${step}.sh`);
    const name = functionOf(step, verb);
    const declared = new RegExp(`^${name}\\(\\) \\{\\n(?:  local .*\\n)?  input ((?:.*\\\\\\n)*.*)$`, "m").exec(
        text,
    )?.[1];
    if (declared === undefined) {
        throw new Error(
            `scripts/host/steps/${step}.sh has no function ${name} that begins with its input: use a clean checkout`,
        );
    }
    return ["OWNER", "MACHINE", ...declared.split(/[\s\\]+/)];
}

/** The function of a step's file. */
export function functionOf(step: string, verb: string): string {
    return `${step.replaceAll("-", "_")}_${verb}`;
}

/** The text of a step without input. The preflight's removal undoes every step, so it has them all. */
export function stepText(step: HostStep): string {
    const steps: readonly HostStep[] = step === "preflight" ? [...HOST_STEPS, ...OPTIONAL_STEPS] : [step];
    return scriptText(step, steps);
}

/** What scripts/status runs: it asks every step of the chain, and those behind it that the deployment has. */
export function statusText(optional: readonly OptionalStep[]): string {
    return scriptText("status", [...HOST_STEPS, ...optional], ["inspect/status.sh"]);
}

/** What scripts/stack take-over runs: it shows the host's record (inspect), and changes its owner (take). */
export function recordText(): string {
    return scriptText("record", [], ["inspect/record.sh"]);
}

/** STEPS are those that the script calls one after the other. */
function scriptText(script: string, steps: readonly HostStep[], files: readonly string[] = []): string {
    const text = bundle([...steps.map((step) => `steps/${step}.sh`), ...files]);
    return `${text}STEPS=(${steps.join(" ")})\nrun_step ${script} "$@" </dev/null\n`;
}

/**
 * The words before a script. Secrets and input come on stdin, because who runs
 * a command may show it, and the host's list of processes does.
 */
export function hostShell(user: string, verb: Verb): string {
    return `${user === "root" ? "" : "sudo -n "}bash -euo pipefail -s -- ${verb}`;
}
