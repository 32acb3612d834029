import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run } from "../e2e/run";

interface HyperfineExport {
    readonly results: readonly { readonly command: string; readonly times: readonly number[] }[];
}

/**
 * Times each command once, in the given order, and returns the seconds by
 * name. A command that fails is an error.
 */
export async function timeOnce(commands: Readonly<Record<string, string>>): Promise<Record<string, number>> {
    const directory = mkdtempSync(join(tmpdir(), "openbmp-bench-"));
    const file = join(directory, "times.json");
    const names = Object.keys(commands);
    try {
        await run("hyperfine", [
            ...["--runs", "1", "--show-output", "--export-json", file],
            ...names.flatMap((name) => ["--command-name", name]),
            ...Object.values(commands).map((command) => `cd ${root} && ${command}`),
        ]);
        const { results } = JSON.parse(readFileSync(file, "utf8")) as HyperfineExport;
        return Object.fromEntries(results.map(({ command, times }) => [command, times[0] ?? NaN]));
    } finally {
        rmSync(directory, { recursive: true, force: true });
    }
}

/** Times the commands in turns, every other round in reverse order; seconds by name. */
export async function timeInTurns(
    commands: Readonly<Record<string, string>>,
    rounds: number,
): Promise<Record<string, number[]>> {
    const times: Record<string, number[]> = {};
    for (let round = 0; round < rounds; round += 1) {
        const once = await timeOnce(inOrder(commands, round));
        for (const [name, seconds] of Object.entries(once)) {
            (times[name] ??= []).push(seconds);
        }
    }
    return times;
}

/** The commands of a round: what comes second finds warmer caches. */
export function inOrder<T>(commands: Readonly<Record<string, T>>, round: number): Record<string, T> {
    const entries = Object.entries(commands);
    return Object.fromEntries(round % 2 === 0 ? entries : entries.reverse());
}
