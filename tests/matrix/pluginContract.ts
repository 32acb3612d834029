import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { ClientOptions } from "@grpc/grpc-js";
import { type EngineEvent, LocalWorkspace, type PulumiFn, type Stack } from "@pulumi/pulumi/automation";
import * as settings from "@pulumi/pulumi/runtime/settings";
import { emulatedVersion } from "../../scripts/plugin/command/refusals";
import { root } from "../e2e/run";
import type { Sandbox } from "../e2e/sandbox";

// Every step has an engine of its own, at a port that an earlier one may have had. gRPC's
// clients of one process share their connections, and a shared one that failed makes the next
// client of the same port fail at once.
const { grpcClientOptions } = settings as unknown as { grpcClientOptions: ClientOptions };
grpcClientOptions["grpc.use_local_subchannel_pool"] = 1;

/** One of the two plugins, as environment variables that make Pulumi take it. */
export interface Plugin {
    readonly environment: Readonly<Record<string, string>>;
}

const pulumiHome = process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");

/** The real plugin, where it is installed. */
export const realPlugin: Plugin | undefined = existsSync(
    join(pulumiHome, "plugins", `resource-command-v${emulatedVersion}`),
)
    ? { environment: { PULUMI_HOME: pulumiHome, PULUMI_IGNORE_AMBIENT_PLUGINS: "true" } }
    : undefined;

/** The emulator, with a Pulumi home that has no plugins. */
export function emulator(home: string): Plugin {
    const directory = join(root, "scripts", "plugin", "command");
    return { environment: { PULUMI_HOME: home, PATH: `${directory}:${process.env.PATH ?? ""}` } };
}

export type Step =
    | { readonly up: PulumiFn }
    | { readonly preview: PulumiFn }
    | { readonly refresh: PulumiFn }
    | { readonly destroy: true };

/** What came of a step, as far as it can be seen from outside of the plugin. */
export interface StepResult {
    readonly succeeded: boolean;
    /** The operations in their order, with what differs. */
    readonly operations: readonly string[];
    readonly errors: readonly string[];
    /** What is shown at each resource while it is worked on. */
    readonly progress: Readonly<Record<string, readonly string[]>>;
    /** What the commands wrote to the log on the host. */
    readonly onHost: readonly string[];
    readonly logins: number;
    /** The resources in the state, with secrets marked. */
    readonly resources: Readonly<Record<string, StateOfResource>>;
}

interface StateOfResource {
    readonly id: string;
    readonly inputs: Fields;
    readonly outputs: Fields;
}

/** A file on the host for commands to write to, in the order in which they run. */
export const hostLog = "/tmp/contract.log";

const signatureKey = "4dabf18193072939515e22adb298388d";

/** Runs the steps on a new stack under one of the plugins. */
export class Contract {
    /** Text of this run alone, and what stands for it in results. */
    private readonly names: readonly (readonly [string, string])[];

    constructor(
        private readonly sandbox: Sandbox,
        private readonly plugin: Plugin,
        names: Readonly<Record<string, string>>,
    ) {
        this.names = Object.entries(names).map(([name, text]) => [text, `<${name}>`]);
    }

    /** What each of the steps gave, but for what is common. None of the secrets may be in the state in clear. */
    async run(steps: readonly Step[], secrets: readonly string[]): Promise<Fields[]> {
        const directory = mkdtempSync(join(tmpdir(), "openbmp-contract-"));
        try {
            const stack = await LocalWorkspace.createStack(
                { stackName: "contract", projectName: "contract", program: () => Promise.resolve() },
                {
                    envVars: {
                        ...this.plugin.environment,
                        PULUMI_BACKEND_URL: `file://${directory}`,
                        PULUMI_CONFIG_PASSPHRASE: "of a test",
                        PULUMI_SKIP_UPDATE_CHECK: "true",
                    },
                },
            );
            const results: StepResult[] = [];
            for (const step of steps) {
                results.push(await this.step(stack, step));
                const state = readFileSync(join(directory, ".pulumi/stacks/contract/contract.json"), "utf8");
                const leaked = secrets.findIndex((secret) => state.includes(secret));
                if (leaked !== -1) {
                    throw new Error(`secret ${leaked} is in the state in clear`);
                }
            }
            return concise(results);
        } finally {
            rmSync(directory, { recursive: true, force: true });
        }
    }

    private async step(stack: Stack, step: Step): Promise<StepResult> {
        const { sandbox } = this;
        await sandbox.root(`rm -f ${hostLog}`);
        const logins = await sandbox.acceptedLogins();
        const events: EngineEvent[] = [];
        const onEvent = (event: EngineEvent) => {
            events.push(event);
        };
        let succeeded = true;
        try {
            if ("up" in step) {
                await stack.up({ program: step.up, onEvent });
            } else if ("preview" in step) {
                await stack.preview({ program: step.preview, onEvent });
            } else if ("refresh" in step) {
                await stack.up({ program: step.refresh, refresh: true, onEvent });
            } else {
                await stack.destroy({ onEvent });
            }
        } catch {
            succeeded = false;
        }
        const onHost = await sandbox.root(`cat ${hostLog} 2>/dev/null || true`);
        return this.named({
            succeeded,
            operations: events.flatMap(operation),
            errors: diagnostics(events, false).map(([, message]) => message),
            progress: grouped(diagnostics(events, true)),
            onHost: onHost.split("\n").slice(0, -1),
            logins: (await sandbox.acceptedLogins()) - logins,
            resources: await resourcesOf(stack),
        }) as StepResult;
    }

    private named(value: unknown): unknown {
        if (typeof value === "string") {
            return this.names.reduce((text, [own, name]) => text.replaceAll(own, name), value);
        }
        if (Array.isArray(value)) {
            return value.map((item) => this.named(item));
        }
        return isFields(value)
            ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.named(item)]))
            : value;
    }
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A step by which nothing happens. */
const nothing = { succeeded: true, operations: [], errors: [], progress: {}, onHost: [], logins: 0 };

/** What every command is told, if nothing else is said. */
const commonInputs = {
    addPreviousOutputInEnv: false,
    connection: {
        secret: {
            dialErrorLimit: 2,
            host: "<address>",
            hostKey: "<hostKey>",
            perDialTimeout: 15,
            port: 22,
            privateKey: { secret: "<login>" },
            user: "admin",
        },
    },
    logging: "stderr",
};

/** The results without what says nothing new: of resources, what differs from those after the step before. */
export function concise(results: readonly StepResult[]): Fields[] {
    let before: Fields = {};
    return results.map(({ resources: found, ...result }) => {
        const resources = Object.fromEntries(Object.entries(found).map(([name, each]) => [name, own(name, each)]));
        const shown = differing({ ...result, resources }, { ...nothing, resources: before });
        before = resources;
        return shortened(shown) as Fields;
    });
}

/** The inputs that are a resource's own, and the outputs that are none of its inputs. */
function own(name: string, { id, inputs, outputs }: StateOfResource): Fields {
    return {
        ...differing({ id }, { id: `${name}<8 hex digits>` }),
        ...differing(inputs, commonInputs),
        outputs: differing(outputs, inputs),
    };
}

/** The fields that are not as expected; null where there is none. */
function differing(fields: Fields, expected: Fields): Fields {
    const names = [...new Set([...Object.keys(fields), ...Object.keys(expected)])];
    return Object.fromEntries(
        names
            .map((name) => [name, fields[name], expected[name]] as const)
            .filter(([, found, known]) => !isDeepStrictEqual(found, known))
            .map(([name, found, known]) => [
                name,
                isFields(found) && isFields(known) ? differing(found, known) : (found ?? null),
            ]),
    );
}

/** A digest in place of long texts and long lists. */
function shortened(value: unknown): unknown {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    if (!isFields(value) && text.length > 1000) {
        return `${text.length} characters, SHA-256 ${createHash("sha256").update(text).digest("hex")}`;
    }
    return isFields(value)
        ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shortened(item)]))
        : value;
}

function nameOf(urn: string): string {
    return urn.replace(/.*::/, "");
}

function operation({ resourcePreEvent }: EngineEvent): string[] {
    if (resourcePreEvent?.metadata.type !== "command:remote:Command") {
        return [];
    }
    const { op, urn, detailedDiff } = resourcePreEvent.metadata;
    const paths = Object.entries(detailedDiff ?? {}).map(([path, { diffKind }]) => `${path}: ${diffKind}`);
    return [`${op} ${nameOf(urn)}${paths.length > 0 ? ` (${paths.sort().join(", ")})` : ""}`];
}

/** Messages about commands: either what is shown for a while, or errors. */
function diagnostics(events: readonly EngineEvent[], ephemeral: boolean): [resource: string, message: string][] {
    return events.flatMap(({ diagnosticEvent: event }) =>
        event?.urn?.includes("command:remote:Command") && (event.ephemeral ?? false) === ephemeral
            ? [[nameOf(event.urn), event.message.replace(/<\{%[^%]*%\}>/g, "")]]
            : [],
    );
}

function grouped(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
    const groups: Record<string, string[]> = {};
    for (const [name, text] of pairs) {
        (groups[name] ??= []).push(text);
    }
    return groups;
}

interface ExportedResource extends StateOfResource {
    readonly urn: string;
    readonly type: string;
}

async function resourcesOf(stack: Stack): Promise<StepResult["resources"]> {
    const { deployment } = (await stack.exportStack()) as { deployment: { resources?: ExportedResource[] } };
    const commands = (deployment.resources ?? []).filter(({ type }) => type === "command:remote:Command");
    return Object.fromEntries(
        commands.map(({ urn, id, inputs, outputs }) => [
            nameOf(urn),
            {
                id: id.replace(/[0-9a-f]{8}$/, "<8 hex digits>"),
                inputs: withMarks(inputs) as Fields,
                outputs: withMarks(outputs) as Fields,
            },
        ]),
    );
}

/** Shows a secret as `{ secret: … }`. */
function withMarks(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(withMarks);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    if (signatureKey in value && "plaintext" in value) {
        return { secret: withMarks(JSON.parse(String(value.plaintext))) };
    }
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withMarks(item)]));
}
