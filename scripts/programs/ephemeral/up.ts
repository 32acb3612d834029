import { existsSync } from "node:fs";
import { type OutputMap, Stack, type StackSummary, type TagMap } from "@pulumi/pulumi/automation";
import { resolveBranch, remoteBranches } from "./branch";
import { StackConfiguration } from "./configure";
import { Failure } from "./failure";
import { interrupted, throwIfInterrupted } from "./interrupt";
import { parseLifetime } from "./lifetime";
import { markerTags, readMarker, writeTags } from "./marker";
import { progress, say } from "./say";
import { readSettings, type SettingsOptions } from "./settings";
import { branchDigest, stackName } from "./stackName";
import { checkoutWorkspace, findStack, keepSelection, stackFile } from "./stacks";

export interface UpOptions extends SettingsOptions {
    readonly branch?: string | undefined;
    readonly ttl: string;
    readonly remote: string;
    readonly secretsProvider?: string | undefined;
    readonly unlock?: boolean | undefined;
}

export interface UpResult {
    readonly stack: string;
    readonly branch: string;
    readonly target: string;
    readonly expiresAt: string;
    readonly outputs: Record<string, unknown>;
}

/** Creates or updates the stack of a branch; its life begins anew. */
export async function up(options: UpOptions): Promise<UpResult> {
    const branch = await resolveBranch(options.branch);
    const lifetime = parseLifetime(options.ttl);
    const workspace = await checkoutWorkspace(options.secretsProvider);
    const project = (await workspace.projectSettings()).name;
    const given = readSettings(options, project);
    const name = stackName(branch);

    const summary = await findStack(workspace, name);
    const tags = summary ? await workspace.listTags(name) : {};
    requireOurs(branch, name, summary, tags);
    say(`${summary ? "updating" : "creating"} the stack ${name} of branch ${branch}`);
    const stack = await keepSelection(workspace, () =>
        summary ? Stack.select(name, workspace) : Stack.create(name, workspace),
    );
    if (options.unlock) {
        await stack.cancel();
    }
    if (summary?.lastUpdate !== undefined && !existsSync(stackFile(name))) {
        // Another machine deployed it, and has its keys.
        await stack.refreshConfig();
    }

    const configuration = await StackConfiguration.read(workspace, name, project, given);
    const { target } = configuration;
    const createdAt = readMarker(tags)?.createdAt ?? new Date();
    const expiresAt = new Date(Date.now() + lifetime);
    await writeTags(workspace, name, markerTags(branch, target, createdAt, expiresAt), tags);
    await configuration.write(expiresAt);
    await warnIfGcTakesIt(branch, options.remote);
    await clearPendingOperations(stack);
    throwIfInterrupted();
    const { outputs } = await stack.up({ color: "never", onOutput: progress, signal: interrupted });
    return { stack: name, branch, target, expiresAt: expiresAt.toISOString(), outputs: shown(outputs) };
}

/** An empty stack without tags is what a run leaves that was cut off at its first step. */
function requireOurs(branch: string, name: string, summary: StackSummary | undefined, tags: TagMap): void {
    const marker = readMarker(tags);
    if (marker ? marker.branchSha256 !== branchDigest(branch) : summary?.lastUpdate !== undefined) {
        const whose = marker ? `belongs to branch ${marker.branch}` : "is not ephemeral";
        throw new Failure(`the stack ${name} is there and ${whose}: choose another branch name`);
    }
}

async function warnIfGcTakesIt(branch: string, remote: string): Promise<void> {
    const branches = await remoteBranches(remote);
    if (branches instanceof Set && !branches.has(branch)) {
        say(`branch ${branch} is not on ${remote}: push it, or gc takes the stack for abandoned`);
    }
}

/** A run that was killed leaves creations of which Pulumi does not know the end. */
async function clearPendingOperations(stack: Stack): Promise<void> {
    const { deployment } = (await stack.exportStack()) as {
        deployment?: { pending_operations?: { type: string; resource: { urn: string } }[] };
    };
    const pending = deployment?.pending_operations ?? [];
    if (pending.length > 0) {
        for (const { type, resource } of pending) {
            say(`the last run was cut off while ${type} ${resource.urn}`);
        }
        await stack.refresh({ clearPendingCreates: true, color: "never", onOutput: progress, signal: interrupted });
    }
}

/** All but the console's page, which is made of the others. */
function shown({ readme, ...outputs }: OutputMap): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(outputs).map(([key, { value, secret }]) => [key, secret ? "[secret]" : (value as unknown)]),
    );
}
