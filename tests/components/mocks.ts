import * as pulumi from "@pulumi/pulumi";
import { printed } from "./stepCases";
import { withoutUnexpected } from "./unexpected";

/** The same for a collector whose resources have names that begin so. */
export function printedFor(prefix: string): Record<string, string> {
    return Object.fromEntries(Object.entries(printed).map(([name, answer]) => [`${prefix}${name}`, answer]));
}

/** The configuration of the stack, with its secrets marked as Pulumi marks them. */
export function configure(config: Readonly<Record<string, string>>): void {
    const entries = Object.entries(config).map(([key, value]) => [`openbmp-aio-ipv6:${key}`, value] as const);
    const secrets = entries.map(([key]) => key).filter((key) => /PrivateKey|Password/.test(key));
    pulumi.runtime.setAllConfig(Object.fromEntries(entries), secrets);
}

/** The type of the resource that every other belongs to. */
export const STACK = "pulumi:pulumi:Stack";

/** Runs a program as Pulumi does, within a stack: what it exports. */
export async function runInStack<T>(program: () => T): Promise<T> {
    let result: T | undefined;
    const run = pulumi.runtime.runInPulumiStack(() => {
        result = program();
        return Promise.resolve({});
    });
    await withoutUnexpected(run);
    return result as T;
}

/** Runs the whole program anew, and gives its outputs when all of them are known. */
export async function runProgram(): Promise<Record<string, pulumi.Output<unknown>>> {
    const outputs = await runInStack(() => {
        let exported: Record<string, pulumi.Output<unknown>> = {};
        jest.isolateModules(() => {
            // The same engine for the program and for the test.
            jest.doMock("@pulumi/pulumi", () => pulumi);
            exported = jest.requireActual("../../index");
        });
        return exported;
    });
    await Promise.all(Object.values(outputs).map(valueOf));
    return outputs;
}

/** The value of an output once it is known. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
    // What a program exports may also be an object with outputs in it.
    return withoutUnexpected(
        new Promise((resolve) => pulumi.output(output as pulumi.Input<T>).apply(resolve as never)),
    );
}

/** What a component gives out. */
export function outputsOf(component: pulumi.ComponentResource): [name: string, output: pulumi.Output<unknown>][] {
    return Object.entries(component).filter(([name, value]) => name !== "urn" && pulumi.Output.isInstance(value));
}

/** The text of an input that is marked as secret; undefined when it is not. */
export function secretText(input: unknown): string | undefined {
    // The mark of the engine's protocol for a secret (pulumi/sdk, rpc.ts).
    const mark = "4dabf18193072939515e22adb298388d";
    const wrapped = input as Record<string, unknown> | undefined;
    return wrapped?.[mark] === "1b47061264138c4ac30d75fd1eb44270" ? (wrapped.value as string) : undefined;
}
