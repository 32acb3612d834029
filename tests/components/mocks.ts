import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { aioContainerAnswer } from "../../components/steps/aioContainer";
import type { collectorConfigAnswer } from "../../components/steps/collectorConfig";
import type { collectorStartAnswer } from "../../components/steps/collectorStart";
import type { ipv6DnatAnswer } from "../../components/steps/ipv6Dnat";
import type { preflightAnswer } from "../../components/steps/preflight";
import { withoutUnexpected } from "./unexpected";

const standInConfig = readFileSync(join(__dirname, "../../scripts/images/stand-in/openbmpd.conf"));

/** What the reading step prints for an openbmpd.conf. */
export const printedFile = (text: Buffer | string) =>
    `${createHash("sha256").update(text).digest("hex")}\n${gzipSync(text).toString("base64").replace(/.{76}/g, "$&\n")}\n`;

/** A digest, or a container's id. */
export const digest = (digit: string) => digit.repeat(64);

/** What each command prints on a host where all goes well. */
export const printed: Readonly<Record<string, string>> = {
    "host-preflight": JSON.stringify({
        ipv6Address: "2001:db8::77",
        ipv4Address: "192.0.2.10",
    } satisfies z.input<typeof preflightAnswer>),
    "host-cloud-init": "",
    "docker-daemon-config-write": "",
    "docker-restart-restart": "",
    "aio-container-create": JSON.stringify({ containerId: digest("c") } satisfies z.input<typeof aioContainerAnswer>),
    "collector-config-read": printedFile(standInConfig),
    "collector-config-write": JSON.stringify({ configSha256: digest("f") } satisfies z.input<
        typeof collectorConfigAnswer
    >),
    "ipv6-dnat-arm": JSON.stringify({ rulesSha256: digest("a") } satisfies z.input<typeof ipv6DnatAnswer>),
    "collector-start": JSON.stringify({
        containerIpv6: "fc00:172:17::2",
        datapath: "dnat",
        verification: {
            sentTo: "2001:db8::77",
            sentFrom: "fd6f::2",
            bmpSeenFrom: "fd6f::2",
            restSeenFrom: "fd6f::2",
            restStatus: "HTTP/1.1 200",
            consumers: "attached",
        },
    } satisfies z.input<typeof collectorStartAnswer>),
    "metrics-install": "",
    "backup-install": "",
};

/** The same for a collector whose resources have names that begin so. */
export function printedFor(prefix: string): Record<string, string> {
    return Object.fromEntries(Object.entries(printed).map(([name, answer]) => [`${prefix}${name}`, answer]));
}

/** The commands of steps that not every deployment has. */
export const optionalCommands = ["metrics-install", "backup-install"];

/** The commands on every machine, in the order of the chain; a VM has one more before them. */
export const hostCommands = Object.keys(printed).filter(
    (name) => name !== "host-cloud-init" && !optionalCommands.includes(name),
);

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
    return withoutUnexpected(new Promise((resolve) => output.apply(resolve)));
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
