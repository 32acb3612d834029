import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually, type RunResult, tryRun } from "../e2e/run";
import type { Sandbox } from "../e2e/sandbox";

/** Follows every child, and writes each program's start with all of its texts. */
const STRACE = ["--follow-forks", "--quiet=all", "--string-limit=1000000", "--trace=execve"];

/** The starts of programs in what strace wrote, one text each: path, arguments, and variables where they are traced. */
function startsIn(trace: string): string[] {
    return trace
        .split("\n")
        .filter((line) => line.includes("execve("))
        .map((line) => [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) => unescaped(text)).join(" "));
}

const controls: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", v: "\v", f: "\f" };

/** C's escapes, as strace writes the bytes of a text. */
function unescaped(text: string): string {
    const bytes = text.replace(/\\(?:([0-7]{1,3})|(.))/g, (_, octal: string | undefined, other = "") =>
        octal === undefined
            ? (controls[other as string] ?? (other as string))
            : String.fromCharCode(Number.parseInt(octal, 8)),
    );
    return Buffer.from(bytes, "latin1").toString("utf8");
}

/** Follows processes of the sandbox host and all that they start, with arguments and variables. */
export class HostExecs {
    private constructor(
        private readonly sandbox: Sandbox,
        private readonly file: string,
    ) {}

    /** @param pid - a command that prints the process */
    static async follow(sandbox: Sandbox, name: string, pid: string): Promise<HostExecs> {
        const file = `/run/${name}.execs`;
        await sandbox.root(`pid=$(${pid})
            setsid strace ${STRACE.join(" ")} --no-abbrev --output=${file} --attach="$pid" </dev/null >/dev/null 2>&1 &
            echo $! >${file}.pid
            until grep -q '^TracerPid:[^0-9]*[1-9]' "/proc/$pid/status"; do sleep 0.05; done`);
        return new HostExecs(sandbox, file);
    }

    /** Stops following, and gives what was started. */
    async stop(): Promise<string[]> {
        await this.sandbox.root(`kill -INT "$(cat ${this.file}.pid)"`);
        await eventually("strace ends", 10_000, async () =>
            (await this.sandbox.tryRoot(`kill -0 "$(cat ${this.file}.pid)"`)).code === 0 ? undefined : true,
        );
        return startsIn(await this.sandbox.root(`cat ${this.file}`));
    }
}

/** A program that ran here, and everything that it and its children started, with their arguments. */
export async function tracedRun(
    file: string,
    args: readonly string[],
    variables: Readonly<Record<string, string>>,
): Promise<RunResult & { readonly starts: readonly string[] }> {
    const directory = mkdtempSync(join(tmpdir(), "openbmp-execs-"));
    const output = join(directory, "execs");
    try {
        const result = await tryRun("strace", [...STRACE, `--output=${output}`, file, ...args], undefined, variables);
        return { ...result, starts: startsIn(readFileSync(output, "utf8")) };
    } finally {
        rmSync(directory, { recursive: true });
    }
}
