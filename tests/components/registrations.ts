import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import * as scripts from "../../components/remote/hostScript";
import { installedProgram, readHostFile, type ShellValue } from "../../components/remote/hostScript";
import type { Machine } from "../../components/remote/machine";
import { secretText, STACK } from "./mocks";
import { printed } from "./stepCases";
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

/** Keeps every registration from here on, but for the stack itself. Call it after the mocks are set. */
export function watchRegistrations(): Registration[] {
    const registrations: Registration[] = [];
    const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, ...rest) => {
        const registration = {
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
        };
        if (registration.type !== STACK) {
            registrations.push(registration);
        }
        return register(request, ...rest);
    };
    return registrations;
}

/** Answers for the engine: what commands print, by their names. Any other resource, and any call, is an error. */
export async function answerWith(answers = printed): Promise<Registration[]> {
    // What an earlier test still tells the engine must not reach these mocks.
    await pulumi.runtime.disconnect();
    await pulumi.runtime.setMocks(
        {
            newResource({ type, name, inputs }) {
                if (type === STACK || type.startsWith("openbmp-aio-ipv6:") || type === "test:machine:Machine") {
                    return { id: name, state: {} };
                }
                const answer = answers[name];
                if (type !== "command:remote:Command" || answer === undefined) {
                    return unexpectedResource(type, name);
                }
                // As the provider does it: with a secret input, the output is one.
                const state = { ...(inputs as Record<string, unknown>), stdout: pulumi.secret(answer) };
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

/** The configuration for an existing host; the key's text is a mark to look for. */
export const hostConfig = {
    target: "host",
    hostAddress: "2001:db8::10",
    hostUser: "admin",
    hostKey,
    sshPrivateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nSECRETLOGINKEY\n-----END OPENSSH PRIVATE KEY-----\n",
};

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

/** The texts of files that stay on the host, by their paths. */
const installed = new Map(
    readdirSync(join(__dirname, "../../scripts/host/installed")).flatMap((name) => [
        [installedProgram(name), `<installed/${name}>`],
        [readHostFile(`installed/${name}`), `<installed/${name}>`],
    ]),
);

/** Follows which script each command is sent: gives its step, its verb and its input, a line for each variable. */
export function watchScripts(): (stdin: unknown) => string {
    const made = jest.spyOn(scripts, "hostScript");
    const linesOf = (prefix: string, values: Readonly<Record<string, ShellValue>> = {}) =>
        Object.entries(values).map(
            ([name, value]) => `    ${prefix}${name} ${installed.get(String(value)) ?? JSON.stringify(value)}`,
        );
    return (stdin) => {
        const index = made.mock.results.findIndex(({ value }) => value === stdin);
        const call = made.mock.calls[index];
        if (call === undefined) {
            throw new Error("stdin must be a script of hostScript");
        }
        const [step, verb, { variables, secrets }] = call;
        return [`${step} ${verb}`, ...linesOf("", variables), ...linesOf("secret ", secrets)].join("\n");
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
