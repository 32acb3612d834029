import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { stackName } from "../../scripts/programs/ephemeral/stackName";

const root = join(__dirname, "..", "..");

const isIgnored = (stack: string) =>
    spawnSync("git", ["check-ignore", "--quiet", "--no-index", `Pulumi.${stack}.yaml`], { cwd: root }).status === 0;

test.each(["dev", "production", "lab", "ephemeral"])("the file of the stack %s can be committed", (stack) => {
    expect(isIgnored(stack)).toBe(false);
});

test.each(["e2e-host", "init-aws", "bench-unchanged", "demo", stackName("feature/x")])(
    "the file of %s, which goes with its stack, does not show in git status",
    (stack) => {
        expect(isIgnored(stack)).toBe(true);
    },
);
