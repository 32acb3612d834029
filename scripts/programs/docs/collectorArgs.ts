import { z } from "zod";
import { LATE_KEYS } from "../../../components/settings/lateSettings";
import { awsOnly, fieldsByKey, hostOnly } from "../../../components/settings/schema";
import { descriptionOf } from "./configurationTable";

/** A value as JSON Schema has it, as far as the settings need it. */
interface Form {
    readonly type?: string;
    readonly enum?: readonly string[];
}

const HEAD = `// Made of Pulumi.yaml and components/settings/schema.ts by "npm run docs"; edit it there.
import type * as pulumi from "@pulumi/pulumi";

/**
 * The arguments of an OpenBmpCollector: the keys of this project's configuration. What is an Input may be an output of
 * another resource, or a secret; the others decide which resources there are. Empty texts are not taken: leave out.
 */
export interface OpenBmpCollectorArgs {
    /**
     * aws: create a VM; host: use an existing machine.
     *
     * @default aws
     */
    readonly target?: "aws" | "host";
`;

/** The interface of OpenBmpCollector's arguments, as a file as Prettier formats it. */
export function collectorArgs(projectFile: string): string {
    const members = [...fieldsByKey]
        .filter(([key]) => key !== "target")
        .flatMap(([key, field]) => [...comment(key, field, projectFile), member(key, field)]);
    return `${HEAD}${members.map((line) => `    ${line}\n`).join("")}}\n`;
}

const formOf = (field: z.ZodType) => z.toJSONSchema(field, { io: "input", unrepresentable: "any" }) as Form;

function member(key: string, field: z.ZodType): string {
    const isRequired = !field.safeParse(undefined).success && !(key in hostOnly) && !(key in awsOnly);
    return `readonly ${key}${isRequired ? "" : "?"}: ${typeOf(key, formOf(field))};`;
}

function typeOf(key: string, form: Form): string {
    const isLate = LATE_KEYS.some((late) => late === key);
    const late = (type: string) => (isLate ? `pulumi.Input<${type}>` : type);
    switch (form.type) {
        case "array":
            return `readonly ${late("string")}[]`;
        case "object":
            return late(`Readonly<Record<string, ${late("string")}>>`);
        case "integer":
            return late("number");
        case "boolean":
            return late("boolean");
        default:
            return late(form.enum ? form.enum.map((word) => JSON.stringify(word)).join(" | ") : "string");
    }
}

function comment(key: string, field: z.ZodType, projectFile: string): string[] {
    const description = descriptionOf(projectFile, key);
    // A word that is a value stays as it is.
    const text = /^\S+( target)?:/.test(description)
        ? description
        : `${description.charAt(0).toUpperCase()}${description.slice(1)}`;
    const usual = defaultOf(key, field);
    const lines = [
        ...wrapped(`${text}.${acceptedBy(key, field)}`),
        ...(usual === undefined ? [] : ["", `@default ${usual}`]),
    ];
    return ["/**", ...lines.map((line) => ` * ${line}`.trimEnd()), " */"];
}

/** What the schema says when it refuses; nothing where the type says as much. */
function acceptedBy(key: string, field: z.ZodType): string {
    const { type } = formOf(field);
    if (type === "boolean" || type === "object") {
        return "";
    }
    const [what, refused] = type === "array" ? ["Each must", ["?"]] : ["Must", "?"];
    const message =
        field.safeParse(refused).error?.issues[0]?.message ?? field.safeParse(null).error?.issues[0]?.message;
    return message === undefined || message === "a text" ? "" : ` ${what} be ${message}.`;
}

function defaultOf(key: string, field: z.ZodType): string | undefined {
    if (key === "pinImage") {
        return "true where target is aws, false where it is host";
    }
    const value: unknown = field.safeParse(undefined).data;
    return value === undefined || value === "" ? undefined : typeof value === "string" ? value : JSON.stringify(value);
}

/** In lines that fit. */
function wrapped(text: string): string[] {
    return text.match(/\S.{0,109}(?=\s|$)/g) ?? [];
}
