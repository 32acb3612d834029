/** Commands of the documentation that are not run, and why; all others are. */
export const notRun: Readonly<Record<string, string>> = {
    "scripts/test": "runs these very tests",
    "scripts/status --watch": "goes on until it is stopped; tests/matrix/status.test.ts runs it",
};

/**
 * The documentation's blocks of commands, by the test that runs them:
 * `documentedHost.test.ts` and so on.
 */
export const chapters = {
    Host: [
        "docs/existing-host.md: What the host needs",
        "README.md: An existing host",
        "docs/from-the-manual-page.md: Taking over what you have",
        "README.md: Outputs",
        "README.md: What is there now",
        "README.md: What is there now 2",
        "docs/restore.md: Backups on the host",
        "docs/restore.md: Restoring one",
        "docs/restore.md: Restoring one 2",
        "docs/monitoring.md: Monitoring",
        "docs/dnat-or-pat.md: What a change costs",
        "docs/docker-network.md: Docker's bridge or a network of its own",
        "docs/existing-host.md: A container that is there",
        "docs/existing-host.md: Through a jump host",
        "docs/existing-host.md: Another login key",
        "docs/existing-host.md: Moving to another machine",
        "README.md: What destroy leaves",
        "docs/existing-host.md: Moving to another machine 2",
    ],
    BranchStacks: [
        "docs/branch-stacks.md: Test stacks per branch",
        "docs/branch-stacks.md: gc",
        "docs/branch-stacks.md: When a run was cut off",
    ],
    Tools: [
        "README.md: Two commands",
        "README.md: Two commands 2",
        "docs/gitops.md: The stack's file",
        "README.md: Three ways to use it",
        "README.md: Sandbox",
    ],
    Library: ["docs/library.md: The package", "docs/library.md: Two hosts", "docs/library.md: Two hosts 2"],
    Aws: [
        "README.md: A new VM in AWS",
        "docs/aws.md: Logging in",
        "docs/aws.md: Replacement",
        "docs/aws.md: Replacement 2",
        "docs/aws.md: Termination protection",
        "docs/aws.md: Taking it away",
        "docs/aws.md: Taking it away 2",
        "docs/aws.md: Restore",
        "docs/aws.md: Restore 2",
    ],
} as const;

/** Blocks that one test runs. */
export type Chapter = keyof typeof chapters;
