import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

interface Step {
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
    readonly if?: string;
    readonly needs?: string;
    readonly uses?: string;
    readonly permissions?: Readonly<Record<string, string>>;
    readonly environment?: string;
    readonly concurrency?: unknown;
    readonly "timeout-minutes"?: number;
    readonly steps?: readonly Step[];
}

interface Workflow {
    readonly on: Readonly<Record<string, unknown>>;
    readonly permissions?: unknown;
    readonly concurrency?: unknown;
    readonly jobs: Readonly<Record<string, Job>>;
}

const root = join(__dirname, "..", "..");
const folder = join(root, ".github", "workflows");
const actionFile = join(root, ".github", "actions", "prepare", "action.yml");
const workflowFiles = readdirSync(folder).map((file) => join(folder, file));
const workflows = workflowFiles.map((file) => parse(readFileSync(file, "utf8")) as Workflow);
const jobs = workflows.flatMap((workflow) =>
    Object.entries(workflow.jobs).map(([name, job]) => ({ name, job, workflow })),
);
const usesSecrets = (job: Job) => JSON.stringify(job).includes("secrets.");

const scriptOf = (command: string) => /^scripts\/[a-z-]+/.exec(command)?.[0] ?? "";

describe("the GitHub workflows", () => {
    test.each([...workflowFiles, actionFile])("pin every action by commit and name its version: %s", (file) => {
        const uses = readFileSync(file, "utf8")
            .split("\n")
            .filter((line) => /\buses:/.test(line));
        expect(uses.filter((line) => !/uses: (\.\/|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$)/.test(line))).toEqual(
            [],
        );
    });

    test.each(jobs)("give $name the permissions that it lists, and no others", ({ job, workflow }) => {
        expect(workflow.permissions).toEqual({});
        const allowed = { contents: "read", "id-token": "write", "pull-requests": "write" };
        expect(allowed).toMatchObject(job.permissions ?? {});
        expect(job.permissions).toHaveProperty("contents");
        expect("pull-requests" in (job.permissions ?? {})).toBe(JSON.stringify(job).includes("comment-on-pr"));
    });

    test.each(jobs.filter(({ job }) => usesSecrets(job)))(
        "keep the secrets of $name from forks",
        ({ job, workflow }) => {
            expect(job.environment).toBeDefined();
            expect("pull_request_target" in workflow.on).toBe(false);
            const pushOnly = job.needs === "test" && workflow.jobs.test?.if?.includes("github.event_name == 'push'");
            const guarded = job.if?.includes("github.event.pull_request.head.repo.full_name == github.repository");
            expect(Boolean(pushOnly) || Boolean(guarded) || !("pull_request" in workflow.on)).toBe(true);
        },
    );

    test.each(jobs.filter(({ job }) => usesSecrets(job)))("let one $name run at a time, and not for ever", (entry) => {
        expect(entry.job.concurrency ?? entry.workflow.concurrency).toHaveProperty("group");
        expect(entry.job["timeout-minutes"]).toBeLessThanOrEqual(120);
    });

    test("run only what scripts/ has", () => {
        const commands = jobs.flatMap(({ job }) => (job.steps ?? []).flatMap(({ run }) => run ?? []));
        expect(commands.length).toBeGreaterThan(4);
        expect(commands.filter((command) => !existsSync(join(root, scriptOf(command) || "nowhere")))).toEqual([]);
    });

    test("install the Pulumi version that the project uses", () => {
        const toolchain = readFileSync(join(root, "scripts", "lib", "toolchain.sh"), "utf8");
        const version = /^PULUMI_VERSION=(.*)$/m.exec(toolchain)?.[1];
        const used = jobs.flatMap(({ job }) =>
            (job.steps ?? []).filter(({ uses }) => uses?.startsWith("pulumi/")).map((step) => step.with),
        );
        expect(used).toHaveLength(3);
        expect(used.map((inputs) => inputs?.["pulumi-version"])).toEqual(used.map(() => version));
    });
});

describe("the GitLab pipeline", () => {
    const pipeline = parse(readFileSync(join(root, ".gitlab-ci.yml"), "utf8")) as Record<
        string,
        { script?: string[]; extends?: string; resource_group?: string; rules?: { if: string }[] }
    >;
    const all = Object.entries(pipeline).flatMap(([name, job]) => (job.script ? [{ name, job }] : []));

    test.each(all)("runs only what scripts/ has: $name", ({ job }) => {
        const missing = job.script?.filter((command) => !existsSync(join(root, scriptOf(command) || "nowhere")));
        expect(missing).toEqual([]);
    });

    test.each(all.filter(({ job }) => job.extends === ".pulumi"))("runs $name on purpose only", ({ name, job }) => {
        expect(job.rules).toHaveLength(1);
        expect(job.rules?.[0]?.if).toMatch(/\$PULUMI_STACK &&|\$BRANCH_STACKS == "true" &&/);
        // A preview changes nothing.
        expect(job.resource_group !== undefined || name === "preview").toBe(true);
    });
});
