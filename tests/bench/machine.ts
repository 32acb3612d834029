import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { run } from "../e2e/run";

/** Where and with what the figures were measured. */
export interface MachineRecord {
    readonly date: string;
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGb: number;
    readonly kernel: string;
    readonly node: string;
    readonly pulumi: string;
    readonly commandPlugin: string;
    /** The engine that runs the sandbox host. */
    readonly dockerOutside: string;
    /** The engine on the sandbox host. */
    readonly dockerInside: string;
    /** The checkout, with "+" where it has changes. */
    readonly commit: string;
}

export async function machineRecord(): Promise<MachineRecord> {
    const lock = JSON.parse(readFileSync("package.json", "utf8")) as { dependencies: Record<string, string> };
    const [commit, changes] = [await git("rev-parse", "--short", "HEAD"), await git("status", "--porcelain")];
    return {
        date: new Date().toISOString(),
        cpu: cpus()[0]?.model ?? "unknown",
        cores: cpus().length,
        memoryGb: Math.round(totalmem() / 2 ** 30),
        kernel: release(),
        node: process.versions.node,
        pulumi: (await run("pulumi", ["version"])).trim().replace(/^v/, ""),
        commandPlugin: lock.dependencies["@pulumi/command"] ?? "unknown",
        dockerOutside: (await run("docker", ["version", "--format", "{{.Server.Version}}"])).trim(),
        dockerInside: "26.1",
        commit: commit + (changes ? "+" : ""),
    };
}

async function git(...args: string[]): Promise<string> {
    return (await run("git", args)).trim();
}
