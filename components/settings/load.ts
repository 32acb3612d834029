import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { isPlainText, isSecret } from "./keyFacts";
import { keyOfOtherProject, keyOfOtherTarget, problemLine, listed, secretInClear, unknownKey } from "./messages";
import { awsOnly, fieldsByKey, hostOnly, schema, type Settings } from "./schema";
import { settingsWarnings } from "./warnings";
import { refusal } from "../values/refusal";

/**
 * Validates the stack's configuration as Pulumi stores it, texts by key.
 *
 * @param others - what is wrong besides, a line each
 * @throws pulumi.RunError with a line for each key that is wrong: the key,
 * what is accepted, and the value unless it is a secret.
 */
export function parseSettings(config: Readonly<Record<string, string>>, others: readonly string[] = []): Settings {
    const values: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(config)) {
        const field = fieldsByKey.get(key);
        if (value !== "") {
            values[key] = field && !isPlainText(field) ? parseJson(value) : value;
        }
    }
    return checked(schema, values, others, (problems) =>
        refusal(`The configuration of the stack is not valid:\n${listed(problems)}`),
    );
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
    const values: Record<string, unknown> = { target: "aws", ...given };
    const before = [...others, ...removeMisplaced(values)];
    const result = form.safeParse(values);
    if (result.success && before.length === 0) {
        return result.data;
    }
    const problems = (result.error?.issues ?? []).flatMap((issue) =>
        issue.code === "unrecognized_keys"
            ? issue.keys.map((key) => unknownKey(key, [...fieldsByKey.keys()]))
            : [problemLine(issue, values)],
    );
    throw toError([...before, ...problems]);
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
export function loadSettings(): Settings {
    const settings = settingsOf(pulumi.getProject(), pulumi.runtime.allConfig(), isConfigSecret);
    for (const warning of settingsWarnings(settings)) {
        void pulumi.log.warn(warning);
    }
    return settings;
}

/**
 * Validates a stack's whole configuration, keys with their namespaces.
 *
 * @param isEncrypted - whether the stack's file has the key encrypted
 * @throws pulumi.RunError as `parseSettings`
 */
export function settingsOf(
    project: string,
    all: Readonly<Record<string, string>>,
    isEncrypted: (key: string) => boolean,
): Settings {
    const namespace = `${project}:`;
    const config: Record<string, string> = {};
    const problems: string[] = [];
    for (const [key, value] of Object.entries(all)) {
        const name = key.slice(key.indexOf(":") + 1);
        const field = fieldsByKey.get(name);
        if (key.startsWith(namespace)) {
            config[name] = value;
            if (value !== "" && field && isSecret(field) && !isEncrypted(key)) {
                problems.push(secretInClear(name));
            }
        } else if (field) {
            problems.push(keyOfOtherProject(key, `${namespace}${name}`));
        }
    }
    return parseSettings(config, problems);
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
