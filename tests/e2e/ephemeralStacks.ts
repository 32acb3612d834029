import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import { markerTags, writeTags } from "../../scripts/programs/ephemeral/marker";
import { stackName } from "../../scripts/programs/ephemeral/stackName";
import { copyCheckout, linkPackages } from "./checkout";
import { root, run, tryRun, type RunResult } from "./run";

/** What a command printed as errors: on stderr, without its progress. */
export function errorLines({ stderr }: RunResult): string[] {
    return stderr.split("\n").filter((line) => line !== "" && !line.startsWith("==> "));
}

/** A backend with ephemeral stacks, and a Git remote, of a test's own. */
export class EphemeralStacks {
    readonly directory = mkdtempSync(join(tmpdir(), "openbmp-ephemeral-e2e-"));
    readonly remote = join(this.directory, "remote.git");
    readonly environment: Record<string, string>;
    /** Where the commands run. */
    checkout = root;

    constructor(backend?: Record<string, string>) {
        this.environment = {
            PULUMI_CONFIG_PASSPHRASE: "of a test",
            ...(backend ?? { PULUMI_BACKEND_URL: `file://${this.directory}` }),
        };
    }

    /** Runs the commands in a checkout of the test's own: which stack is selected is kept for each. */
    async useOwnCheckout(): Promise<void> {
        this.checkout = join(this.directory, "checkout");
        await copyCheckout(this.checkout);
        linkPackages(this.checkout);
    }

    /** Runs `scripts/ephemeral`. */
    command(args: readonly string[], environment: Record<string, string | undefined> = {}): Promise<RunResult> {
        return tryRun("env", [...this.variables(environment), this.program, ...args]);
    }

    /** The result of a command that must succeed. */
    async json<T>(args: readonly string[]): Promise<T> {
        return JSON.parse(await run("env", [...this.variables(), this.program, ...args, "--json"])) as T;
    }

    private get program(): string {
        return join(this.checkout, "scripts/ephemeral");
    }

    /** Arguments of `env`; what is undefined is unset. */
    variables(more: Record<string, string | undefined> = {}): string[] {
        const all = Object.entries({ ...this.environment, ...more });
        const unset = all.flatMap(([name, value]) => (value === undefined ? ["-u", name] : []));
        return [...unset, ...all.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))];
    }

    /** Gives the remote these branches, and no others. */
    async setBranches(branches: readonly string[]): Promise<void> {
        rmSync(this.remote, { recursive: true, force: true });
        await run("git", ["init", "--quiet", "--bare", this.remote]);
        const git = ["-C", this.remote, "-c", "user.name=test", "-c", "user.email=test@example.org"];
        const tree = (await run("git", [...git, "mktree"])).trim();
        const commit = (await run("git", [...git, "commit-tree", tree, "-m", "test"])).trim();
        for (const branch of branches) {
            await run("git", [...git, "update-ref", `refs/heads/${branch}`, commit]);
        }
    }

    /** A stack as it is in the backend once deployed, with a resource that has no host behind it. */
    async deploy(branch: string, expiresAt: Date, { marked = true, broken = false } = {}): Promise<string> {
        const workspace = await this.workspace();
        const name = stackName(branch);
        const stack = await Stack.create(name, workspace);
        if (marked) {
            await writeTags(workspace, name, markerTags(branch, "host", new Date(), expiresAt), {});
        }
        const state = await stack.exportStack();
        const resource = {
            urn: `urn:pulumi:${name}::openbmp-aio-ipv6::test:index:Thing::thing`,
            custom: false,
            type: "test:index:Thing",
            // Which Pulumi refuses to destroy.
            protect: broken,
        };
        (state.deployment as { resources: unknown[] }).resources = [resource];
        await stack.importStack(state);
        return name;
    }

    async names(): Promise<string[]> {
        return (await (await this.workspace()).listStacks()).map(({ name }) => name).sort();
    }

    remove(): void {
        rmSync(this.directory, { recursive: true, force: true });
    }

    /** Forgets what the checkout knows of a stack, as if it were a fresh one. */
    forget(name: string): void {
        rmSync(join(this.checkout, `Pulumi.${name}.yaml`), { force: true });
    }

    private workspace(): Promise<LocalWorkspace> {
        const projectSettings = { name: "openbmp-aio-ipv6", runtime: "nodejs" } as const;
        const workDir = mkdtempSync(join(this.directory, "workspace-"));
        return LocalWorkspace.create({ workDir, projectSettings, envVars: this.environment });
    }

    /** A file with a secret. */
    secretFile(text: string): string {
        const path = join(this.directory, "secret");
        writeFileSync(path, text, { mode: 0o600 });
        return path;
    }
}
