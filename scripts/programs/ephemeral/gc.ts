import { cell, printable } from "../../../components/values/printable";
import { remoteBranches } from "./branch";
import { oneLine } from "./failure";
import { isExpired } from "./list";
import { TAG_BYTES } from "./marker";
import { say } from "./say";
import { branchDigest } from "./stackName";
import { bareWorkspace, destroyStack, ephemeralStack, ephemeralStacks, type EphemeralStack } from "./stacks";

export interface GcOptions {
    readonly remote: string;
    readonly yes?: boolean | undefined;
}

export interface Collected {
    readonly stack: string;
    readonly branch: string;
    readonly reason: "expired" | "branch gone" | null;
    readonly action: "kept" | "would destroy" | "destroyed" | "failed";
    readonly error?: string;
}

/** Destroys the stacks that nobody needs any more; without `yes` it only says which. */
export async function gc(options: GcOptions): Promise<Collected[]> {
    const workspace = await bareWorkspace();
    const alive = await aliveDigests(options.remote);
    const collected: Collected[] = [];
    for (const stack of await ephemeralStacks(workspace)) {
        const reason = reasonToDestroy(stack, alive);
        const entry = { stack: stack.name, branch: stack.marker.branch, reason };
        if (reason === null || !options.yes) {
            collected.push({ ...entry, action: reason === null ? "kept" : "would destroy" });
            continue;
        }
        try {
            // The stacks before it took minutes, in which it may have been renewed.
            const now = await ephemeralStack(workspace, stack.name);
            if (now === undefined || reasonToDestroy(now, alive) === null) {
                collected.push({ ...entry, reason: null, action: "kept" });
                continue;
            }
            say(`destroying the stack ${stack.name} of branch ${entry.branch}: ${reason}`);
            await destroyStack(workspace, stack.name);
            collected.push({ ...entry, action: "destroyed" });
        } catch (error) {
            collected.push({ ...entry, action: "failed", error: oneLine(error) });
        }
    }
    return collected;
}

/** The digests of the branches there are; none of it where they are not known. */
async function aliveDigests(remote: string): Promise<Set<string> | undefined> {
    const branches = await remoteBranches(remote);
    if (branches instanceof Set) {
        return new Set([...branches].map(branchDigest));
    }
    say(
        `the remote does not list its branches (${branches.unknown}), so only expired stacks are destroyed: check its address and login`,
    );
    return undefined;
}

/** Why a stack has to go, if it has. */
export function reasonToDestroy(
    stack: EphemeralStack,
    alive: ReadonlySet<string> | undefined,
    now = new Date(),
): Collected["reason"] {
    if (isExpired(stack, now)) {
        return "expired";
    }
    const digest = stack.marker.branchSha256;
    return alive && digest !== "" && !alive.has(digest) ? "branch gone" : null;
}

/** A line for each stack. */
export function gcText(collected: readonly Collected[]): string {
    const lines = collected.map(({ action, branch, reason, stack, error }) =>
        [`${action}: ${cell(branch, TAG_BYTES)} (${cell(stack)})`, reason, error && printable(error)]
            .filter(Boolean)
            .join(": "),
    );
    if (collected.some(({ action }) => action === "would destroy")) {
        lines.push("nothing was destroyed: add --yes");
    }
    return lines.length > 0 ? lines.join("\n") : "no ephemeral stacks";
}
