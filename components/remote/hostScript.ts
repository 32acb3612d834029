import { readFileSync } from "node:fs";
import { join } from "node:path";
import { quote } from "shlex";

/** A value of a shell variable: a text, or an array of texts. */
export type ShellValue = string | readonly string[];

const directory = join(__dirname, "..", "..", "scripts", "host");

/** Reads a file below scripts/host. */
export function readHostFile(path: string): string {
    return readFileSync(join(directory, path), "utf8");
}

/** A program that stays on the host, with the libraries that it sources put in their place: one file. */
export function installedProgram(path: string): string {
    return readHostFile(path).replace(
        /^# shellcheck source=\S+\n\. "\$\{BASH_SOURCE\[0\]%\/\*\}\/\.\.\/(lib\/\S+\.sh)"$/gm,
        (_, library: string) => readHostFile(library).trimEnd(),
    );
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
    return reads.length === 0 ? "" : [readHostFile("lib/secrets.sh"), ...reads].join("");
}

/** The line after the input. A value may hold it, too: what counts is the last one. */
const END_OF_INPUT = "# end of the input\n";

/** The input of a script, as it is in it; undefined where no line ends it. */
export function inputOf(script: string): string | undefined {
    const end = `\n${script}`.lastIndexOf(`\n${END_OF_INPUT}`);
    return end < 0 ? undefined : script.slice(0, end);
}

/** The text that `bash -s` reads: the input, the libraries, and the step that uses them. */
export function hostScript(step: string, libraries: readonly string[], { variables, secrets }: ScriptInput): string {
    return assignments(variables) + secretLines(secrets ?? {}) + END_OF_INPUT + scriptText(step, libraries);
}

/** The libraries and the step, without input. */
export function scriptText(step: string, libraries: readonly string[]): string {
    const files = ["lib/common.sh", "lib/ports.sh", ...libraries.map((name) => `lib/${name}.sh`), `${step}.sh`];
    return files.map(readHostFile).join("\n");
}

/**
 * The words before a script. Secrets and input come on stdin, because who runs
 * a command may show it, and the host's list of processes does.
 */
export function hostShell(user: string, verb: "apply" | "remove" | "look"): string {
    return `${user === "root" ? "" : "sudo -n "}bash -euo pipefail -s -- ${verb}`;
}
