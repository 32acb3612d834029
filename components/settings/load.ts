import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { isPlainText, isSecret } from "./keyFacts";
import { keyOfOtherProject, keyOfOtherTarget, problemLine, listed, secretInClear, unknownKey } from "./messages";
import { awsOnly, fieldsByKey, hostOnly, schema, type Settings } from "./schema";
import { type Part, severalKeys, splitUp } from "./severalCollectors";
import type { AtLeastOne } from "./scope";
import { settingsWarnings } from "./warnings";
import { refusal } from "../values/refusal";

/** The schema of each key of a stack's configuration, of either target. */
export const keysOfStack: ReadonlyMap<string, z.ZodType> = new Map([...fieldsByKey, ...severalKeys]);

/** A collector of a stack, in the stack's configuration. */
export interface StackCollector extends Pick<Part, "name" | "isRoot"> {
    /** All that a collector by itself has. */
    readonly settings: Settings;
}

/** At least one; the first is the one that the stack's outputs are about. */
export type StackCollectors = AtLeastOne<StackCollector>;

/**
 * Validates the stack's configuration as Pulumi stores it, texts by key.
 *
 * @param others - what is wrong besides, a line each
 * @throws pulumi.RunError with a line for each key that is wrong: the key,
 * what is accepted, and the value unless it is a secret.
 */
export function collectorsOf(
    config: Readonly<Record<string, string>>,
    others: readonly string[] = [],
): StackCollectors {
    const values: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(config)) {
        const field = keysOfStack.get(key);
        if (value !== "") {
            values[key] = field && !isPlainText(field) ? parseJson(value) : value;
        }
    }
    const { parts, problems } = splitUp(values);
    const read = parts.map((part) => ({ ...part, ...readCollector(part, values) }));
    // What they share is told once, and by which of them it is wrong where that is not all.
    const isShared = (line: string) => read.every((each) => each.problems.includes(line));
    const lines = read.flatMap(({ isRoot, name, problems: own }) =>
        own.map((line) => (isRoot || isShared(line) || line.startsWith("hosts[") ? line : `${line}, for ${name}`)),
    );
    const all = new Set([...others, ...problems, ...lines]);
    const [first, ...rest] = read.flatMap(({ name, isRoot, data }) => (data ? [{ name, isRoot, settings: data }] : []));
    if (first === undefined || all.size > 0) {
        throw refusal(`The configuration of the stack is not valid:\n${listed([...all])}`);
    }
    return [first, ...rest];
}

function readCollector({ values, places }: Part, all: Readonly<Record<string, unknown>>): Read<Settings> {
    return read(schema, values, [...keysOfStack.keys()], (issue) => {
        const [key = "", ...rest] = issue.path;
        const place = places[String(key)];
        return place ? problemLine({ ...issue, path: [...place, ...rest] }, all) : problemLine(issue, values);
    });
}

/** Either the values, or what is wrong with them, a line each. */
interface Read<Checked> {
    readonly data: Checked | undefined;
    readonly problems: readonly string[];
}

/**
 * Validates values by their keys.
 *
 * @param others - what is wrong besides, a line each
 * @throws what `toError` makes of a line for each key that is wrong.
 */
export function checked<Checked>(
    form: z.ZodType<Checked>,
    given: Readonly<Record<string, unknown>>,
    others: readonly string[],
    toError: (problems: readonly string[]) => Error,
): Checked {
    const { data, problems } = read(form, given, [...fieldsByKey.keys()], (issue) => problemLine(issue, given));
    if (data === undefined || others.length + problems.length > 0) {
        throw toError([...others, ...problems]);
    }
    return data;
}

function read<Checked>(
    form: z.ZodType<Checked>,
    given: Readonly<Record<string, unknown>>,
    known: readonly string[],
    lineOf: (issue: z.core.$ZodIssue) => string,
): Read<Checked> {
    const values: Record<string, unknown> = { target: "aws", ...given };
    const misplaced = removeMisplaced(values);
    const { data, error } = form.safeParse(values);
    const problems = (error?.issues ?? []).flatMap((issue) =>
        issue.code === "unrecognized_keys" ? issue.keys.map((key) => unknownKey(key, known)) : [lineOf(issue)],
    );
    return { data, problems: [...misplaced, ...problems] };
}

/**
 * Takes out the keys of the other target, and says so where they were given.
 * Pulumi.yaml's defaults are there for both targets.
 */
function removeMisplaced(values: Record<string, unknown>): string[] {
    const { target } = values;
    const others: Readonly<Record<string, z.ZodType>> =
        target === "aws" ? hostOnly : target === "host" ? awsOnly : { ...hostOnly, ...awsOnly };
    return Object.entries(others).flatMap(([key, field]) => {
        const { [key]: given } = values;
        // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
        delete values[key];
        const usual = field.safeParse(undefined);
        const isDefault = usual.success && JSON.stringify(usual.data) === JSON.stringify(given);
        return given === undefined || isDefault || (target !== "aws" && target !== "host")
            ? []
            : [keyOfOtherTarget(key, target)];
    });
}

/** Reads and validates the configuration of the running stack; warns of what it shuts out. */
export function loadCollectors(): StackCollectors {
    const collectors = collectorsOfStack(pulumi.getProject(), pulumi.runtime.allConfig(), isConfigSecret);
    for (const warning of settingsWarnings(collectors[0].settings)) {
        void pulumi.log.warn(warning);
    }
    return collectors;
}

/**
 * Validates a stack's whole configuration, keys with their namespaces.
 *
 * @param isEncrypted - whether the stack's file has the key encrypted
 * @throws pulumi.RunError as `collectorsOf`
 */
export function collectorsOfStack(
    project: string,
    all: Readonly<Record<string, string>>,
    isEncrypted: (key: string) => boolean,
): StackCollectors {
    const namespace = `${project}:`;
    const config: Record<string, string> = {};
    const problems: string[] = [];
    for (const [key, value] of Object.entries(all)) {
        const name = key.slice(key.indexOf(":") + 1);
        const field = keysOfStack.get(name);
        if (key.startsWith(namespace)) {
            config[name] = value;
            if (value !== "" && field && isSecret(field) && !isEncrypted(key)) {
                problems.push(secretInClear(name));
            }
        } else if (field) {
            problems.push(keyOfOtherProject(key, `${namespace}${name}`));
        }
    }
    return collectorsOf(config, problems);
}

/** The keys that the stack's file has encrypted, also such as need not be. */
export function secretKeysOfStack(): ReadonlySet<string> {
    const namespace = `${pulumi.getProject()}:`;
    const keys = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith(namespace));
    return new Set(keys.filter(isConfigSecret).map((key) => key.slice(namespace.length)));
}

/** Whether the stack's file has it encrypted. */
function isConfigSecret(key: string): boolean {
    // Not in the SDK's types.
    return (pulumi.runtime as unknown as { isConfigSecret: (key: string) => boolean }).isConfigSecret(key);
}

function parseJson(value: string): unknown {
    try {
        return JSON.parse(value) as unknown;
    } catch {
        return value;
    }
}
