import { z } from "zod";
import { isSecret } from "../../../components/settings/keyFacts";
import { LATE_KEYS } from "../../../components/settings/lateSettings";
import { awsOnly, fieldsByKey, hostOnly } from "../../../components/settings/schema";
import { descriptionOf } from "./configurationTable";

/** An argument of OpenBmpCollector, as it is told in the languages of programs. */
export interface CollectorArgument {
    readonly key: string;
    readonly type: "string" | "integer" | "boolean" | "list" | "map";
    /** The only texts that are taken. */
    readonly choices?: readonly string[];
    /** What it is, and what is accepted. */
    readonly description: string;
    readonly default?: string;
    readonly isRequired: boolean;
    /** Whether an output is taken. */
    readonly isLate: boolean;
    readonly isSecret: boolean;
}

const target: CollectorArgument = {
    key: "target",
    type: "string",
    choices: ["aws", "host"],
    description: "aws: create a VM; host: use an existing machine.",
    default: "aws",
    isRequired: false,
    isLate: false,
    isSecret: false,
};

/** All arguments, by what Pulumi.yaml and the schema say of the configuration's keys. */
export function collectorArguments(projectFile: string): CollectorArgument[] {
    const others = [...fieldsByKey].filter(([key]) => key !== target.key);
    return [target, ...others.map(([key, field]) => argumentOf(key, field, descriptionOf(projectFile, key)))];
}

/** A value as JSON Schema has it, as far as the settings need it. */
interface Form {
    readonly type?: string;
    readonly enum?: readonly string[];
}

const TYPES: Readonly<Record<string, CollectorArgument["type"]>> = {
    array: "list",
    object: "map",
    integer: "integer",
    boolean: "boolean",
};

function argumentOf(key: string, field: z.ZodType, description: string): CollectorArgument {
    const form = z.toJSONSchema(field, { io: "input", unrepresentable: "any" }) as Form;
    const type = TYPES[form.type ?? ""] ?? "string";
    const usual = defaultOf(key, field);
    // A word that is a value stays as it is.
    const text = /^\S+( target)?:/.test(description)
        ? description
        : `${description.charAt(0).toUpperCase()}${description.slice(1)}`;
    return {
        key,
        type,
        ...(form.enum ? { choices: form.enum } : {}),
        description: `${text}.${acceptedBy(type, field)}`,
        ...(usual === undefined ? {} : { default: usual }),
        isRequired: !field.safeParse(undefined).success && !(key in hostOnly) && !(key in awsOnly),
        isLate: LATE_KEYS.some((late) => late === key),
        isSecret: isSecret(field),
    };
}

/** What the schema says when it refuses; nothing where the type says as much. */
function acceptedBy(type: CollectorArgument["type"], field: z.ZodType): string {
    if (type === "boolean" || type === "map") {
        return "";
    }
    const [what, refused] = type === "list" ? ["Each must", ["?"]] : ["Must", "?"];
    const messages = [refused, null].flatMap((value) => field.safeParse(value).error?.issues[0]?.message ?? []);
    return messages[0] === undefined || messages[0] === "a text" ? "" : ` ${what} be ${messages[0]}.`;
}

function defaultOf(key: string, field: z.ZodType): string | undefined {
    if (key === "pinImage") {
        return "true where target is aws, false where it is host";
    }
    const value: unknown = field.safeParse(undefined).data;
    return value === undefined || value === "" ? undefined : typeof value === "string" ? value : JSON.stringify(value);
}
