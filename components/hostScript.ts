import { readFileSync } from "node:fs";
import { join } from "node:path";
import { quote } from "shlex";

/** A value of a shell variable: a text, or an array of texts. */
export type ShellValue = string | readonly string[];

const directory = join(__dirname, "..", "scripts", "host");

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

/** A word as `assignments` writes it: bare characters, and parts in either kind of quotes. */
const WORD = /(?:[\w@%+=:,./-]|'[^']*'|"'+")+/.source;
const ASSIGNMENTS = new RegExp(`^(?:\\w+=(?:${WORD}|\\((?:${WORD}(?: ${WORD})*)?\\))\\n)*`);

/** The input of a script: the assignments that it begins with, as they are in it. */
export function inputOf(script: string): string {
    return ASSIGNMENTS.exec(script)?.[0] ?? "";
}

/** The text that `bash -s` reads: the input, the libraries, and the step that uses them. */
export function hostScript(
    step: string,
    libraries: readonly string[],
    variables: Readonly<Record<string, ShellValue>>,
): string {
    return assignments(variables) + scriptText(step, libraries);
}

/** The libraries and the step, without input. */
export function scriptText(step: string, libraries: readonly string[]): string {
    const files = ["lib/common.sh", ...libraries.map((name) => `lib/${name}.sh`), `${step}.sh`];
    return files.map(readHostFile).join("\n");
}

/**
 * The words before a script. Secrets and input come on stdin, because who runs
 * a command may show it, and the host's list of processes does.
 */
export function hostShell(user: string, verb: "apply" | "remove" | "look"): string {
    return `${user === "root" ? "" : "sudo -n "}bash -euo pipefail -s -- ${verb}`;
}
