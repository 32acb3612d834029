import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parse } from "yaml";

interface Step {
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>>;
    readonly env?: Readonly<Record<string, string>>;
}

interface Job {
    readonly if?: string;
    readonly needs?: string;
    readonly uses?: string;
    readonly permissions?: Readonly<Record<string, string>>;
    readonly environment?: string;
    readonly concurrency?: unknown;
    readonly "timeout-minutes"?: number;
    readonly strategy?: { readonly matrix: Readonly<Record<string, readonly string[]>> };
    readonly steps?: readonly Step[];
}

interface Workflow {
    readonly on: Readonly<Record<string, unknown>>;
    readonly permissions?: unknown;
    readonly concurrency?: unknown;
    readonly jobs: Readonly<Record<string, Job>>;
}

function filesBelow(folder: string): string[] {
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
    return names.filter((name) => name.endsWith(".ts")).map((name) => join(folder, name));
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

    test("keep a fork's branch out of the group of a branch of the same name, where it would replace what waits", () => {
        const groups = workflows.flatMap(
            ({ concurrency }) => (concurrency as { group?: string } | undefined)?.group ?? [],
        );
        const byBranch = groups.filter((group) => group.includes("github.head_ref"));
        expect(byBranch).toHaveLength(1);
        expect(byBranch[0]).toContain("${{ github.event.pull_request.head.repo.full_name }}");
    });

    test("run only what scripts/ has", () => {
        const commands = jobs.flatMap(({ job }) => (job.steps ?? []).flatMap(({ run }) => run ?? []));
        expect(commands.length).toBeGreaterThan(4);
        expect(commands.filter((command) => !existsSync(join(root, scriptOf(command) || "nowhere")))).toEqual([]);
    });

    test("hand the token of the checkout to Git where it asks for it, and to no other server", () => {
        const step = jobs.flatMap(({ job }) => job.steps ?? []).find(({ env }) => env?.GIT_TOKEN !== undefined);
        expect(step?.env?.GIT_TOKEN).toBe("${{ github.token }}");
        const env = {
            ...process.env,
            ...step?.env,
            GIT_TOKEN: "of-the-job",
            GIT_CONFIG_KEY_0: step?.env?.GIT_CONFIG_KEY_0?.replace("${{ github.server_url }}", "https://github.com"),
            GIT_CONFIG_NOSYSTEM: "1",
            GIT_CONFIG_GLOBAL: "/dev/null",
            GIT_TERMINAL_PROMPT: "0",
            LC_ALL: "C",
        };
        const askedFor = (host: string) =>
            execFileSync("git", ["credential", "fill"], {
                env,
                input: `protocol=https\nhost=${host}\n`,
                stdio: "pipe",
            });
        expect(String(askedFor("github.com"))).toContain("password=of-the-job\n");
        expect(() => askedFor("example.org")).toThrow("could not read Username");
    });

    test("show in a pull request which settings change", () => {
        const comments = jobs.flatMap(({ job }) => job.steps ?? []).filter((step) => step.with?.["comment-on-pr"]);
        expect(comments.map((step) => step.with)).toEqual([
            expect.objectContaining({ command: "preview", diff: true }),
        ]);
    });

    test("run the unit and component tests on every release of Node.js that is said to work", () => {
        const [{ job } = { job: {} as Job }] = jobs.filter(({ name }) => name === "node");
        const used = JSON.stringify(jobs.map((each) => each.job.steps)).match(/(?<="node-version":")[\d.]+/g);
        const tested = [...new Set([...(used ?? []), ...(job.strategy?.matrix["node-version"] ?? [])])].sort();
        expect(tested).toEqual(["20.19", "22", "24"]);
        const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
            engines: { node: string };
        };
        expect(engines.node.match(/[\d.]+/g)?.sort()).toEqual(tested);
        const local = /^NODE_VERSIONS=\((.*)\)$/m.exec(readFileSync(join(root, "scripts", "test"), "utf8"))?.[1];
        expect(local?.split(" ").map((version) => version.split(".")[0])).toEqual(["22", "24"]);
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

    test.each(all.filter(({ job }) => job.extends === ".pulumi"))(
        "keeps the secrets of $name from forks",
        ({ job }) => {
            const rule = job.rules?.[0]?.if ?? "";
            const source = /\$CI_PIPELINE_SOURCE == "(\w+)"/.exec(rule)?.[1];
            expect(["merge_request_event", "push", "schedule"]).toContain(source);
            expect(rule.endsWith(" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID")).toBe(
                source === "merge_request_event",
            );
        },
    );

    test.each(all.filter(({ job }) => job.extends === ".pulumi"))("runs $name on purpose only", ({ name, job }) => {
        expect(job.rules).toHaveLength(1);
        expect(job.rules?.[0]?.if).toMatch(/\$PULUMI_STACK &&|\$BRANCH_STACKS == "true" &&/);
        // A preview changes nothing.
        expect(job.resource_group !== undefined || name === "preview").toBe(true);
    });
});

test("both pipelines keep the page that the demo writes", () => {
    const pagesOf = (commands: readonly (string | undefined)[]) =>
        commands.flatMap((command) => /^scripts\/demo --html (\S+)$/.exec(command ?? "")?.[1] ?? []);
    const steps = jobs.flatMap(({ job }) => job.steps ?? []);
    const kept = steps
        .filter(({ uses }) => uses?.startsWith("actions/upload-artifact@"))
        .map((step) => step.with?.path);
    expect(pagesOf(steps.map(({ run }) => run))).toEqual(["status-page.html"]);
    expect(kept).toEqual(["status-page.html"]);
    const gitlab = parse(readFileSync(join(root, ".gitlab-ci.yml"), "utf8")) as Record<
        string,
        { script?: string[]; artifacts?: { paths: string[] } }
    >;
    const { script = [], artifacts } = gitlab["test-on-sandbox"] ?? {};
    expect(pagesOf(script)).toEqual(artifacts?.paths);
});

describe("the audit of the npm packages", () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
        "dependencies" | "devDependencies",
        Readonly<Record<string, string>>
    >;
    // Sandboxes alone see the emulated plugin and the stand-in.
    const forSandboxes = /scripts\/(plugin|images)\//;
    const sources = ["index.ts", ...["components", "scripts"].flatMap((name) => filesBelow(join(root, name)))]
        .filter((file) => !forSandboxes.test(file))
        .map((file) => readFileSync(resolve(root, file), "utf8"))
        .join("\n");

    test("looks at every package that runs where the secrets are", () => {
        const imported = [...sources.matchAll(/(?:from|import\() ?"(?!\.|node:)((?:@[\w-]+\/)?[\w.-]+)/g)];
        const names = [...new Set(imported.map(([, name = ""]) => name)), "tsx"];
        expect(names).toContain("@pulumi/aws");
        expect(names.filter((name) => !(name in dependencies))).toEqual([]);
        expect(Object.keys(devDependencies).filter((name) => names.includes(name))).toEqual([]);
    });

    test("finds exact versions, which the lock file has", () => {
        const locked = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
            packages: Record<string, { version?: string; integrity?: string } | undefined>;
        };
        for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
            expect([name, version]).toEqual([name, locked.packages[`node_modules/${name}`]?.version]);
        }
        const unlocked = Object.entries(locked.packages).filter(([path, entry]) => path !== "" && !entry?.integrity);
        expect(unlocked).toEqual([]);
    });

    test("runs at night only, so that an advisory does not redden unchanged code", () => {
        const audits = (text: string) => (text.match(/scripts\/test audit$/gm) ?? []).length;
        const files = [...workflowFiles, join(root, ".gitlab-ci.yml")];
        expect(files.filter((file) => audits(readFileSync(file, "utf8")) === 1).map((file) => basename(file))).toEqual([
            "nightly.yml",
            ".gitlab-ci.yml",
        ]);
        const gitlab = parse(readFileSync(join(root, ".gitlab-ci.yml"), "utf8")) as Record<string, { rules?: unknown }>;
        expect(gitlab.audit?.rules).toEqual([{ if: '$CI_PIPELINE_SOURCE == "schedule"' }]);
        expect(readFileSync(join(root, "scripts", "test"), "utf8")).toMatch(/^PARTS=\((?!.*audit).*\)$/m);
    });
});
