import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { LocalWorkspace, Stack, StackNotFoundError, type StackSummary, type TagMap } from "@pulumi/pulumi/automation";
import { interrupted, throwIfInterrupted } from "./interrupt";
import { type Marker, readMarker } from "./marker";
import { root } from "./root";
import { progress } from "./say";

const run = promisify(execFile);

/** A stack with the marker of an ephemeral one. */
export interface EphemeralStack {
    readonly name: string;
    readonly marker: Marker;
}

/** Where a program or its configuration is needed: the checkout. */
export function checkoutWorkspace(secretsProvider?: string): Promise<LocalWorkspace> {
    return LocalWorkspace.create({ workDir: root, secretsProvider });
}

/**
 * Where the backend alone must do: the same project without program or
 * configuration keys, so that a fresh checkout can destroy any stack.
 */
export async function bareWorkspace(): Promise<LocalWorkspace> {
    const { name } = await (await checkoutWorkspace()).projectSettings();
    const workDir = mkdtempSync(join(tmpdir(), "openbmp-ephemeral-"));
    process.once("exit", () => {
        rmSync(workDir, { recursive: true, force: true });
    });
    return LocalWorkspace.create({ workDir, projectSettings: { name, runtime: "nodejs" } });
}

/** The Automation API selects the stack that it works on; the user's own choice stays. */
export async function keepSelection<T>(workspace: LocalWorkspace, action: () => Promise<T>): Promise<T> {
    const selected = await workspace.stack();
    try {
        return await action();
    } finally {
        if (selected) {
            await workspace.selectStack(selected.name);
        } else {
            await run("pulumi", ["stack", "unselect"], { cwd: workspace.workDir });
        }
    }
}

/** The summary of the stack of that name, whatever organisation the backend lists it under. */
export async function findStack(workspace: LocalWorkspace, name: string): Promise<StackSummary | undefined> {
    return (await workspace.listStacks()).find((stack) => stack.name.split("/").at(-1) === name);
}

/** All ephemeral stacks of the project. */
export async function ephemeralStacks(workspace: LocalWorkspace): Promise<EphemeralStack[]> {
    const found: EphemeralStack[] = [];
    for (const { name } of await workspace.listStacks()) {
        const stack = await ephemeralStack(workspace, name);
        if (stack) {
            found.push(stack);
        }
    }
    return found;
}

/** The stack of that name as it is now, if it is there and ephemeral. */
export async function ephemeralStack(workspace: LocalWorkspace, name: string): Promise<EphemeralStack | undefined> {
    const marker = readMarker(await tagsOf(workspace, name));
    return marker && { name, marker };
}

/** None where another run has just removed the stack. */
async function tagsOf(workspace: LocalWorkspace, name: string): Promise<TagMap> {
    try {
        return await workspace.listTags(name);
    } catch (error) {
        if (error instanceof StackNotFoundError) {
            return {};
        }
        throw error;
    }
}

/** The file of the stack's configuration in the checkout. */
export function stackFile(name: string): string {
    return join(root, `Pulumi.${name.split("/").at(-1) ?? name}.yaml`);
}

/** Destroys what the stack deployed and removes the stack; can be run again where it stopped. */
export async function destroyStack(workspace: LocalWorkspace, name: string): Promise<void> {
    const stack = await Stack.select(name, workspace);
    throwIfInterrupted();
    await stack.destroy({ remove: true, color: "never", onOutput: progress, signal: interrupted });
    rmSync(stackFile(name), { force: true });
}
