import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { hostScript, hostShell, type HostStep, type ShellValue, type Verb } from "./hostScript";
import type { Machine } from "./machine";

/** Variables of a script, some of them known only later. */
export type ShellInputs = Readonly<Record<string, pulumi.Input<ShellValue>>>;

/** What a step runs on the machine. */
export interface RemoteStepArgs {
    readonly machine: Machine;
    /** The file of the step. */
    readonly script: HostStep;
    /** What of it is run. @default apply */
    readonly verb?: Verb;
    /** What the script takes as input, besides MACHINE and OWNER. A change runs it again. */
    readonly variables: ShellInputs;
    /** Input that must be kept from logs. */
    readonly secrets?: ShellInputs;
    /** Whether the script also undoes: it is run with `remove` at destroy. */
    readonly removable?: boolean;
    /** Whether the output must be kept from logs and plain state. */
    readonly secretOutput?: boolean;
}

/** The parent is always given: every command belongs to a component. */
export interface RemoteStepOptions {
    readonly parent: pulumi.ComponentResource;
    readonly dependsOn?: pulumi.CustomResourceOptions["dependsOn"];
}

/** Runs a script of scripts/host on the machine: the only caller of remote.Command. */
export function remoteStep(name: string, args: RemoteStepArgs, opts: RemoteStepOptions): command.remote.Command {
    const { identity, owner } = args.machine;
    const { verb = "apply" } = args;
    const stdin = pulumi
        .output({ variables: { MACHINE: identity, OWNER: owner, ...args.variables }, secrets: args.secrets ?? {} })
        .apply((input) => hostScript(args.script, verb, input));
    return new command.remote.Command(
        name,
        {
            connection: args.machine.connection,
            create: hostShell(args.machine.user, verb),
            ...(args.removable ? { delete: hostShell(args.machine.user, "remove") } : {}),
            stdin: pulumi.secret(stdin),
            // Progress is on stderr, the result on stdout.
            logging: command.remote.Logging.Stderr,
            addPreviousOutputInEnv: false,
        },
        {
            parent: opts.parent,
            ...(opts.dependsOn ? { dependsOn: opts.dependsOn } : {}),
            ...(args.machine.lifetime ? { deletedWith: args.machine.lifetime } : {}),
            ...(args.secretOutput ? { additionalSecretOutputs: ["stdout"] } : {}),
        },
    );
}
