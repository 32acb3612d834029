import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Failure } from "./failure";
import { root } from "./root";

const run = promisify(execFile);

/** The branch that is meant: the given one, else the one that is checked out. */
export async function resolveBranch(given: string | undefined): Promise<string> {
    const branch = given ?? (await currentBranch());
    try {
        await run("git", ["check-ref-format", `refs/heads/${branch}`]);
    } catch {
        throw new Failure(`--branch must be the name of a Git branch, got "${branch}"`);
    }
    return branch;
}

async function currentBranch(): Promise<string> {
    try {
        const { stdout } = await run("git", ["symbolic-ref", "--quiet", "--short", "HEAD"], { cwd: root });
        return stdout.trim();
    } catch {
        throw new Failure("no branch is checked out here (detached HEAD): name it with --branch");
    }
}

/** The branches of the remote, or why they are not known. */
export async function remoteBranches(remote: string): Promise<Set<string> | { unknown: string }> {
    try {
        const { stdout } = await run("git", ["ls-remote", "--heads", "--", remote], {
            cwd: root,
            timeout: 60_000,
            maxBuffer: 1 << 28,
            env: { ...process.env, GIT_TERMINAL_PROMPT: "0" },
        });
        const names = stdout.split("\n").flatMap((line) => /\trefs\/heads\/(.+)$/.exec(line)?.[1] ?? []);
        // A remote without branches is more likely the wrong one than one that lost them all.
        return names.length > 0 ? new Set(names) : { unknown: `${remote} lists no branches` };
    } catch (error) {
        const stderr = (error as { stderr?: string }).stderr ?? "";
        return { unknown: stderr.trim().split("\n")[0] || `git ls-remote ${remote} failed` };
    }
}
