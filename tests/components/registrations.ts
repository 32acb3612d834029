import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { hostScript, type HostStep, type ShellValue, type Verb } from "../../components/remote/hostScript";
import type { Machine } from "../../components/remote/machine";
import { secretText } from "./mocks";
import { unexpectedResource } from "./unexpected";

/** A registration as it goes to the engine, with the options that mocks do not show. */
export interface Registration {
    readonly type: string;
    readonly name: string;
    /** Name of the parent resource, empty where there is none. */
    readonly parent: string;
    /** Names of the resources that it waits for. */
    readonly dependsOn: readonly string[];
    readonly deletedWith: string;
    readonly deleteBeforeReplace: boolean;
    readonly protect: boolean;
    readonly ignoreChanges: readonly string[];
    readonly secretOutputs: readonly string[];
    readonly inputs: Readonly<Record<string, unknown>>;
}

const nameOf = (urn: string) => urn.split("::").at(-1) ?? "";

interface Monitor {
    registerResource(request: RegisterResourceRequest, ...rest: unknown[]): unknown;
}

/** Keeps every registration from here on. Call it after the mocks are set. */
export function watchRegistrations(): Registration[] {
    const registrations: Registration[] = [];
    const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, ...rest) => {
        registrations.push({
            type: request.getType(),
            name: request.getName(),
            parent: nameOf(request.getParent()),
            dependsOn: request.getDependenciesList().map(nameOf).sort(),
            deletedWith: nameOf(request.getDeletedwith()),
            deleteBeforeReplace: request.getDeletebeforereplace(),
            protect: request.getProtect() ?? false,
            ignoreChanges: request.getIgnorechangesList(),
            secretOutputs: request.getAdditionalsecretoutputsList(),
            inputs: request.getObject()?.toJavaScript() ?? {},
        });
        return register(request, ...rest);
    };
    return registrations;
}

/** Answers for the engine: `stdout` by the name of the command. Any other resource, and any call, is an error. */
export async function answerWith(stdout: Readonly<Record<string, string>>): Promise<Registration[]> {
    // What an earlier test still tells the engine must not reach these mocks.
    await pulumi.runtime.disconnect();
    await pulumi.runtime.setMocks(
        {
            newResource({ type, name, inputs }) {
                if (type.startsWith("openbmp-aio-ipv6:") || type === "test:machine:Machine") {
                    return { id: name, state: {} };
                }
                const printed = stdout[name];
                if (type !== "command:remote:Command" || printed === undefined) {
                    return unexpectedResource(type, name);
                }
                // As the provider does it: with a secret input, the output is one.
                const state = { ...(inputs as Record<string, unknown>), stdout: pulumi.secret(printed) };
                return { id: name, state };
            },
            call({ token }) {
                throw new Error(`unexpected call of ${token}`);
            },
        },
        "openbmp-aio-ipv6",
        "test",
        false,
    );
    return watchRegistrations();
}

/** A public key that belongs to no machine. */
export const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMWeg6/r6oA2s81dLkd7ESm8BRHQOUd2zOEAUG5rH+ef";

/** Stands for a machine that a program creates itself: what is on it goes with it. */
export class CreatedMachine extends pulumi.CustomResource implements Machine {
    readonly connection = { host: "2001:db8::20", user: "root", hostKey };
    readonly user = "root";
    readonly identity = pulumi.output("a created machine");
    readonly owner = "p/s";
    readonly lifetime = this;

    constructor(name: string) {
        super("test:machine:Machine", name, {});
    }
}

/** A step, what of it is run, its input in order, and the secrets of it. */
export type Script = readonly [
    step: HostStep,
    verb: Verb,
    variables: Readonly<Record<string, ShellValue>>,
    secrets?: Readonly<Record<string, ShellValue>>,
];

/** What every command must be told, whatever it runs: compare with `toEqual`. */
export function commandInputs(
    connection: unknown,
    [step, verb, variables, secrets = {}]: Script,
    words: { readonly create: string; readonly delete?: string },
): Record<string, unknown> {
    return {
        connection,
        ...words,
        stdin: hostScript(step, verb, { variables, secrets }),
        logging: "stderr",
        addPreviousOutputInEnv: false,
    };
}

/** The inputs with the marks taken off connection and stdin, which must both be secret. */
export function unmarked(inputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const [connection, stdin] = [secretText(inputs.connection), secretText(inputs.stdin)];
    if (connection === undefined || stdin === undefined) {
        throw new Error("connection and stdin must be secret");
    }
    return { ...inputs, connection, stdin };
}
