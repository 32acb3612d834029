import { closest } from "fastest-levenshtein";
import type { z } from "zod";
import { isShown } from "./keyFacts";
import { fieldsByKey } from "./schema";
import { refusal } from "../values/refusal";

/** The line about a key that the project does not have. */
export function unknownKey(key: string, known: readonly string[]): string {
    return `${key} is not a key of this project; did you mean ${closest(key, [...known])}?`;
}

/** The line about a key that only the other target has. */
export function keyOfOtherTarget(key: string, target: "aws" | "host"): string {
    return `${key} must be left out where target is "${target}": it belongs to target "${target === "aws" ? "host" : "aws"}"`;
}

/** The line about a key of this program's under another project's name. */
export function keyOfOtherProject(key: string, name: string): string {
    return `${key} is another project's, and this one does not read it: name it ${name}`;
}

/** The line about an argument that would make several collectors of one. */
export function keyOfStack(key: string): string {
    return `${key} must be left out: this is one collector, make another one for each machine`;
}

/** What a component is refused with: a line for each argument. */
export function argumentsRefusal(name: string, problems: readonly string[]): Error {
    return refusal(`The arguments of ${name} are not valid:\n${listed(problems)}`);
}

/** A line each. */
export function listed(problems: readonly string[]): string {
    return problems.map((line) => `- ${line}`).join("\n");
}

/** The line about an output where the value decides which resources there are. */
export function outputNotTaken(key: string): string {
    return `${key} must be a value that is known when the program runs, got an output: give the value itself`;
}

/** The line about a secret that the stack's file has in clear. */
export function secretInClear(key: string): string {
    return `${key} is in clear in the stack's file: set it again with scripts/pulumi config set --secret ${key}`;
}

/** A place in the configuration, as `pulumi config set --path` takes it. */
export function pathText(path: readonly PropertyKey[]): string {
    return path.reduce<string>(
        (before, part) =>
            typeof part === "number" ? `${before}[${part}]` : before ? `${before}.${String(part)}` : String(part),
        "",
    );
}

/** The line about a value: its key, what is accepted, and the value unless it is a secret. */
export function problemLine(issue: z.core.$ZodIssue, values: Readonly<Record<string, unknown>>): string {
    const key = pathText(issue.path);
    const value = issue.path.reduce<unknown>(
        (at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part],
        values,
    );
    if (value === undefined && issue.code !== "custom") {
        return `${key} is missing: it must be ${issue.message}`;
    }
    const given = JSON.stringify(value);
    const shown = value === undefined || mayHoldSecret(String(issue.path[0]), given) ? "" : `, got ${given}`;
    return `${key} must be ${issue.message}${shown}`;
}

/** A private key is secret wherever it was put by mistake. */
function mayHoldSecret(key: string, given: string): boolean {
    const field = fieldsByKey.get(key);
    return (field !== undefined && !isShown(field)) || given.includes("PRIVATE KEY");
}
