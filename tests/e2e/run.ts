import { execFile } from "node:child_process";
import { join } from "node:path";

/** The checkout that the tests run in. */
export const root = join(__dirname, "..", "..");

export interface RunResult {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
}

/** Runs a program to its end; a non-zero exit is a result, not an error. */
export function tryRun(
    file: string,
    args: readonly string[],
    input?: string,
    variables: Readonly<Record<string, string>> = {},
): Promise<RunResult> {
    const options = { cwd: root, maxBuffer: 1 << 26, env: { ...process.env, ...variables } };
    return new Promise((resolve) => {
        const child = execFile(file, args, options, (error, stdout, stderr) => {
            resolve({ code: error ? (typeof error.code === "number" ? error.code : -1) : 0, stdout, stderr });
        });
        child.stdin?.on("error", () => undefined);
        child.stdin?.end(input ?? "");
    });
}

/** Runs a program that must succeed, and returns what it printed. */
export async function run(file: string, args: readonly string[], input?: string): Promise<string> {
    const result = await tryRun(file, args, input);
    if (result.code !== 0) {
        throw new Error(
            `${file} ${args.join(" ")} exited with ${result.code}:\n${(result.stdout + result.stderr).slice(-3000)}`,
        );
    }
    return result.stdout;
}

/** Tries until the value is there; the limit is in milliseconds. */
export async function eventually<T>(what: string, limitMs: number, attempt: () => Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + limitMs;
    for (;;) {
        const value = await attempt();
        if (value !== undefined) {
            return value;
        }
        if (Date.now() > deadline) {
            throw new Error(`not within ${limitMs / 1000} s: ${what}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
}
