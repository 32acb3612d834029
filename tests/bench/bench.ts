/** Measures the deployment: see scripts/bench. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { besideAnsible } from "./besideAnsible";
import { firstUp } from "./firstUp";
import { machineRecord } from "./machine";
import type { Measurement } from "./measurement";
import { BenchHost } from "./benchHost";
import { recovery, recoveryByEngine } from "./recovery";
import { writeReport } from "./report";
import { sources } from "./sources";
import { throughput } from "./throughput";
import { unchangedUp } from "./unchangedUp";

const names = [
    ...["first-up", "first-up-delayed", "ansible", "ansible-far", "ansible-4", "ansible-10"],
    ...["unchanged-up", "recovery-engines"],
    ...["recovery", "sources", "throughput"],
] as const;

interface Options {
    readonly only: readonly string[];
    readonly rounds: number | undefined;
    readonly output: string;
}

function options(): Options {
    const { values } = parseArgs({
        options: { only: { type: "string" }, rounds: { type: "string" }, output: { type: "string" } },
    });
    const only = values.only?.split(",") ?? names;
    const unknown = only.find((name) => !(names as readonly string[]).includes(name));
    if (unknown !== undefined) {
        throw new Error(`--only must be of ${names.join(", ")}, got "${unknown}"`);
    }
    const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
    if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) {
        throw new Error(`--rounds must be a whole number above 0, got "${values.rounds ?? ""}"`);
    }
    const state = process.env.STATE_DIR ?? "";
    return { only, rounds, output: values.output ?? join(state, "bench", new Date().toISOString().replace(/\W/g, "")) };
}

/** The measures in their order; each is handed on when it is there. */
async function* measure({ only, rounds }: Options): AsyncGenerator<Measurement | Measurement[]> {
    if (only.includes("first-up")) {
        yield firstUp(0, 1.5, rounds ?? 9);
    }
    if (only.includes("first-up-delayed")) {
        yield firstUp(60, 0.5, rounds ?? 1);
    }
    if (only.includes("ansible")) {
        yield besideAnsible({ roundTripMs: 0, hosts: 1, rounds: rounds ?? 5 });
    }
    if (only.includes("ansible-far")) {
        yield besideAnsible({ roundTripMs: 150, hosts: 1, rounds: rounds ?? 5 });
    }
    if (only.includes("ansible-4")) {
        yield besideAnsible({ roundTripMs: 0, hosts: 4, rounds: rounds ?? 3 });
    }
    if (only.includes("ansible-10")) {
        yield besideAnsible({ roundTripMs: 0, hosts: 10, rounds: rounds ?? 1 });
    }
    if (only.includes("unchanged-up")) {
        yield unchangedUp(rounds ?? 10);
    }
    if (only.includes("recovery-engines")) {
        yield recoveryByEngine("28.5", rounds ?? 20);
        yield recoveryByEngine("29", rounds ?? 20);
    }
    if (!["recovery", "sources", "throughput"].some((name) => only.includes(name))) {
        return;
    }
    const host = await BenchHost.up();
    try {
        if (only.includes("recovery")) {
            yield recovery(host, rounds ?? 20);
        }
        if (only.includes("sources")) {
            yield sources(host);
        }
        if (only.includes("throughput")) {
            yield throughput(host, rounds ?? 3);
        }
    } finally {
        await host.down();
    }
}

async function main(): Promise<void> {
    const chosen = options();
    const machine = await machineRecord();
    const measurements: Measurement[] = [];
    let text = "";
    for await (const more of measure(chosen)) {
        measurements.push(...[more].flat());
        // A later measure may fail.
        text = writeReport({ machine, measurements }, chosen.output);
    }
    console.log(`${text}\n${chosen.output}`);
    process.exitCode = measurements.some(({ held }) => held === false) ? 1 : 0;
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
});
