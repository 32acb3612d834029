import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { remoteBranches, resolveBranch } from "../../../scripts/programs/ephemeral/branch";

describe("the branches of a remote", () => {
    let remote: string;
    beforeEach(() => {
        remote = mkdtempSync(join(tmpdir(), "openbmp-remote-"));
        execFileSync("git", ["init", "--quiet", "--bare", remote]);
    });
    afterEach(() => {
        rmSync(remote, { recursive: true });
    });

    const git = (...args: string[]) => execFileSync("git", ["-C", remote, ...args], { encoding: "utf8" }).trim();

    test("are its heads only, by their whole name", async () => {
        const tree = git("hash-object", "-t", "tree", "-w", "/dev/null");
        const commit = git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit-tree", tree, "-m", "t");
        for (const ref of ["refs/heads/main", "refs/heads/feature/ветка;$(x)", "refs/tags/v1", "refs/pull/1/head"]) {
            git("update-ref", ref, commit);
        }
        expect(await remoteBranches(remote)).toEqual(new Set(["main", "feature/ветка;$(x)"]));
    });

    test("are not known where it lists none", async () => {
        expect(await remoteBranches(remote)).toEqual({ unknown: `${remote} lists no branches` });
    });

    test("are not known where it cannot be asked", async () => {
        expect(await remoteBranches("/nowhere")).toEqual({
            unknown: expect.stringContaining("'/nowhere' does not appear to be a git repository") as string,
        });
    });

    test("are not known of a remote that looks like an option", async () => {
        expect(await remoteBranches("--upload-pack=true")).toHaveProperty("unknown");
    });
});

describe("--branch", () => {
    test.each(["main", "feature/x", "ветка", "$(reboot)", "a;b", "x".repeat(200)])("accepts %s", async (branch) => {
        expect(await resolveBranch(branch)).toBe(branch);
    });

    test.each(["", " ", "a b", "a..b", "/a", "a/", "a.lock", "a~1", "a\nb", "@{-1}"])("refuses %j", async (branch) => {
        await expect(resolveBranch(branch)).rejects.toThrow(
            `--branch must be the name of a Git branch, got "${branch}"`,
        );
    });
});
