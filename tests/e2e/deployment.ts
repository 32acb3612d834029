import { copyFileSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
    type ConfigMap,
    LocalWorkspace,
    type OutputMap,
    type PreviewOptions,
    type Stack,
    type UpOptions,
    type UpResult,
} from "@pulumi/pulumi/automation";
import type { Verification } from "../../components/steps/collectorStart";
import { root, type RunResult, tryRun } from "./run";
import { type Sandbox, standInImage } from "./sandbox";

// A stale agent would fail every connection, also those with a key of their own.
delete process.env.SSH_AUTH_SOCK;

/** Where the packets of the verification went, and whether both ports saw them as they were sent. */
export function proofOf(outputs: OutputMap): { sentTo: string; seenAsSent: boolean } {
    const verification = outputs.verification?.value as Verification;
    const seenAsSent =
        verification.sentFrom.startsWith("fd6f:626d:7076:3600:") &&
        verification.bmpSeenFrom === verification.sentFrom &&
        verification.restSeenFrom === verification.sentFrom;
    return { sentTo: verification.sentTo, seenAsSent };
}

/** What a test's stack is made of. */
export interface StackOptions {
    readonly name: string;
    /** Lists and objects as JSON. */
    readonly config: Record<string, string>;
    readonly secrets: Record<string, string>;
    /** Variables besides the test's own. */
    readonly environment?: Record<string, string>;
}

/** A stack of a test's own, with a state folder of its own. */
export class Deployment {
    private constructor(
        readonly stack: Stack,
        private readonly directory: string,
    ) {}

    /** A stack for the sandbox; `config` adds to what every one needs. */
    static create(
        sandbox: Sandbox,
        config: Record<string, string> = {},
        name: string = sandbox.name,
    ): Promise<Deployment> {
        const allowed = JSON.stringify([`${sandbox.peerAddress("100")}/120`]);
        return Deployment.of({
            name,
            config: {
                target: "host",
                hostAddress: sandbox.info.address,
                hostUser: sandbox.info.user,
                hostKey: sandbox.info.hostKey,
                image: standInImage,
                bmpAllowedCidrs: allowed,
                restAllowedCidrs: allowed,
                ...config,
            },
            secrets: { sshPrivateKey: sandbox.privateKey },
        });
    }

    static async of({ name, config, secrets, environment = {} }: StackOptions): Promise<Deployment> {
        const directory = mkdtempSync(join(tmpdir(), "openbmp-e2e-"));
        const stack = await LocalWorkspace.createStack(
            { stackName: `e2e-${name}`, workDir: root },
            {
                envVars: {
                    PULUMI_BACKEND_URL: `file://${directory}`,
                    PULUMI_CONFIG_PASSPHRASE: "of a test",
                    PULUMI_SKIP_UPDATE_CHECK: "true",
                    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
                    PULUMI_ERROR_OUTPUT_STRING: "true",
                    ...environment,
                },
            },
        );
        const deployment = new Deployment(stack, directory);
        await deployment.configure(config, secrets);
        return deployment;
    }

    /** Sets keys, all in one call of the CLI; lists and objects as JSON. */
    async configure(config: Record<string, string>, secrets: Record<string, string> = {}): Promise<void> {
        const values: ConfigMap = {};
        for (const [key, value] of Object.entries(config)) {
            const [items, name] = value.startsWith("[")
                ? [JSON.parse(value) as string[], (index: string) => `${key}[${index}]`]
                : value.startsWith("{")
                  ? [JSON.parse(value) as Record<string, string>, (inner: string) => `${key}.${inner}`]
                  : [{ "": value }, () => key];
            for (const [inner, item] of Object.entries(items)) {
                values[name(inner)] = { value: item };
            }
        }
        for (const [key, value] of Object.entries(secrets)) {
            values[key] = { value, secret: true };
        }
        await this.stack.setAllConfig(values, true);
    }

    up(options?: UpOptions): Promise<UpResult> {
        return this.stack.up(options);
    }

    /** What a preview prints, without the indentation of its lines. */
    async preview(options?: PreviewOptions): Promise<string> {
        return (await this.stack.preview(options)).stdout.replace(/^ +/gm, "");
    }

    /** The lines of what changes, as a reviewer sees them, without the engine's words before and after. */
    async previewedChanges(): Promise<string[]> {
        const shown = await this.preview({ diff: true, color: "never" });
        return shown.slice(shown.indexOf("pulumi:pulumi:Stack:"), shown.indexOf("Resources:")).trim().split("\n");
    }

    outputs(): Promise<OutputMap> {
        return this.stack.outputs();
    }

    /** The error text of an `up` that must fail. */
    failingUp(options?: UpOptions): Promise<string> {
        return failure(() => this.stack.up(options));
    }

    /** The error text of a preview that must fail. */
    failingPreview(): Promise<string> {
        return failure(() => this.stack.preview());
    }

    /** Runs scripts/status for this stack. */
    status(...args: string[]): Promise<RunResult> {
        const { envVars } = this.stack.workspace;
        return tryRun("scripts/status", ["--stack", this.stack.name, ...args], undefined, envVars);
    }

    /** Runs scripts/status --watch for this stack, and stops it after so many seconds. */
    watch(seconds: number): Promise<RunResult> {
        const { envVars } = this.stack.workspace;
        const stopped = ["--preserve-status", "--signal", "INT", String(seconds)];
        return tryRun(
            "timeout",
            [...stopped, "scripts/status", "--stack", this.stack.name, "--watch"],
            undefined,
            envVars,
        );
    }

    /** Runs scripts/stack take-over for this stack; `answer` is what the operator types. */
    takeOver(answer: string, ...args: string[]): Promise<RunResult> {
        const { envVars } = this.stack.workspace;
        return tryRun("scripts/stack", ["take-over", this.stack.name, ...args], answer, envVars);
    }

    async destroy(): Promise<void> {
        await this.stack.destroy();
    }

    /**
     * After a kill of Pulumi: it gives the lock back. Where the kill came while
     * the file backend wrote the state, the one before, which lies beside it,
     * takes its place.
     */
    async recover(): Promise<void> {
        const file = join(this.directory, ".pulumi/stacks/openbmp-aio-ipv6", `${this.stack.name}.json`);
        if (statSync(file).size === 0) {
            copyFileSync(`${file}.bak`, file);
        }
        await this.stack.cancel();
    }

    /** Forgets the stack, whatever is deployed. */
    remove(): void {
        rmSync(this.directory, { recursive: true, force: true });
        rmSync(join(root, `Pulumi.${this.stack.name}.yaml`), { force: true });
    }
}

async function failure(work: () => Promise<unknown>): Promise<string> {
    try {
        await work();
    } catch (error) {
        return String(error);
    }
    throw new Error("the deployment succeeded, and should not have");
}
