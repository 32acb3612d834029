import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation";
import { Deployment } from "../e2e/deployment";
import { Sandbox } from "../e2e/sandbox";
import { pulumi } from "./commands";
import { timeInTurns } from "./hyperfine";
import { compare, type Measurement, sampleOf } from "./measurement";
import { programsFor, programStack } from "./programs";
import { say } from "./say";

const LIMITS = { empty: 2.0, allCommands: 1.15 };

/** What each program adds to the one before, in the order of the report. */
const parts = [
    ["empty", "the CLI, the language host and an empty program"],
    ["sdk", "loading Pulumi's SDK, which every program with a resource does"],
    ["modules", "loading the program's own modules and the libraries that they use"],
    ["oneCommand", "the command plugin's start and one command"],
    ["allCommands", "as many commands as steps have, each in a component, one after the other"],
    ["ours", "the program's own: configuration, secrets, scripts as input"],
] as const;

/** An unchanged `up` against that of a program without resources, and what the rest is spent on. */
export async function unchangedUp(rounds: number): Promise<Measurement[]> {
    const sandbox = await Sandbox.up("bench-unchanged");
    const directory = mkdtempSync(join(tmpdir(), "openbmp-bench-"));
    let deployment: Deployment | undefined;
    try {
        deployment = await Deployment.create(sandbox);
        await deployment.up();
        const stacks: Record<string, Stack> = { ours: deployment.stack };
        for (const [name, program] of Object.entries(programsFor(sandbox))) {
            const stack = await programStack(directory, name, program, deployment.stack);
            await stack.up();
            stacks[name] = stack;
        }
        say(`unchanged up: ${rounds} rounds`);
        const commands = Object.fromEntries(
            Object.entries(stacks).map(([name, stack]) => [name, `${pulumi(stack)} up --yes --skip-preview`]),
        );
        const times = await timeInTurns(commands, rounds);
        const beside = (name: string, other: keyof typeof LIMITS) =>
            compare("unchanged `up`", "s", times.ours ?? [], { name, values: times[other] ?? [] }, LIMITS[other]);
        return [
            { ...(await beside("a program without resources", "empty")), note: await breakdown(times) },
            await beside("a program of as many trivial commands", "allCommands"),
        ];
    } finally {
        rmSync(directory, { recursive: true, force: true });
        deployment?.remove();
        await sandbox.down();
    }
}

async function breakdown(times: Readonly<Record<string, readonly number[]>>): Promise<string> {
    let before = 0;
    const words: string[] = [];
    for (const [name, what] of parts) {
        const { median } = await sampleOf(times[name] ?? []);
        words.push(`${what}: ${(median - before).toFixed(2)} s`);
        before = median;
    }
    return `differences of medians: ${words.join("; ")}`;
}
