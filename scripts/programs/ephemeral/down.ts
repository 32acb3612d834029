import { Stack } from "@pulumi/pulumi/automation";
import { resolveBranch } from "./branch";
import { Failure } from "./failure";
import { say } from "./say";
import { branchDigest, stackName } from "./stackName";
import { bareWorkspace, destroyStack, ephemeralStacks, findStack } from "./stacks";

export interface DownOptions {
    readonly branch?: string | undefined;
    readonly unlock?: boolean | undefined;
}

export interface DownResult {
    readonly branch: string;
    /** None where the branch had no stack. */
    readonly removed: string | null;
}

/** Destroys and removes the stack of a branch, if there is one. */
export async function down(options: DownOptions): Promise<DownResult> {
    const branch = await resolveBranch(options.branch);
    const workspace = await bareWorkspace();
    const stacks = await ephemeralStacks(workspace);
    const found = stacks.find(({ marker }) => marker.branchSha256 === branchDigest(branch));
    if (!found) {
        if ((await findStack(workspace, stackName(branch)))?.lastUpdate !== undefined) {
            throw new Failure(`the stack ${stackName(branch)} is not ephemeral: use scripts/pulumi destroy`);
        }
        return { branch, removed: null };
    }
    say(`destroying the stack ${found.name} of branch ${branch}`);
    if (options.unlock) {
        await (await Stack.select(found.name, workspace)).cancel();
    }
    await destroyStack(workspace, found.name);
    return { branch, removed: found.name };
}
