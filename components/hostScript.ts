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

/** Bash assignments, one a line, safe for every value without NUL. */
export function assignments(variables: Readonly<Record<string, ShellValue>>): string {
    return Object.entries(variables)
        .map(
            ([name, value]) =>
                `${name}=${typeof value === "string" ? quote(value) : `(${value.map(quote).join(" ")})`}\n`,
        )
        .join("");
}

/** The text that `bash -s` reads: the input, the libraries, and the step that uses them. */
export function hostScript(
    step: string,
    libraries: readonly string[],
    variables: Readonly<Record<string, ShellValue>>,
): string {
    const files = ["lib/common.sh", ...libraries.map((name) => `lib/${name}.sh`), `${step}.sh`];
    return assignments(variables) + files.map(readHostFile).join("\n");
}
