import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { Failure } from "./failure";
import { root } from "./root";

/** What the configuration of a stack is made of; the keys have their namespace. */
export interface GivenSettings {
    readonly plain: Readonly<Record<string, unknown>>;
    readonly secrets: Readonly<Record<string, string>>;
}

export interface SettingsOptions {
    readonly configFile?: string | undefined;
    readonly config: readonly string[];
    readonly secret: readonly string[];
}

/** What every branch's stack starts from, where the checkout has it. */
const COMMON_FILE = join(root, "Pulumi.ephemeral.yaml");

/** Reads the files and arguments that the settings come from. */
export function readSettings(options: SettingsOptions, project: string): GivenSettings {
    const file = options.configFile ?? (existsSync(COMMON_FILE) ? COMMON_FILE : undefined);
    const named = (key: string) => (key.includes(":") ? key : `${project}:${key}`);
    const plain: Record<string, unknown> = file === undefined ? {} : readConfigFile(file);
    for (const argument of options.config) {
        const [key, value] = splitPair("--config", argument);
        plain[named(key)] = /^[[{]/.test(value) ? readYaml(value, `the value of --config ${key}`) : value;
    }
    const secrets: Record<string, string> = {};
    for (const argument of options.secret) {
        const [key, path] = splitPair("--secret", argument);
        secrets[named(key)] = readText(path);
    }
    return { plain, secrets };
}

function splitPair(option: string, argument: string): [key: string, value: string] {
    const at = argument.indexOf("=");
    if (at < 1) {
        const expected = option === "--secret" ? "KEY=FILE" : "KEY=VALUE";
        throw new Failure(`${option} must be ${expected}, got "${argument}"`);
    }
    return [argument.slice(0, at), argument.slice(at + 1)];
}

function readConfigFile(path: string): Record<string, unknown> {
    const document = readYaml(readText(path), path) as { config?: Record<string, unknown> } | null;
    const config = document?.config ?? {};
    for (const [key, value] of Object.entries(config)) {
        if (typeof value === "object" && value !== null && "secure" in value) {
            throw new Failure(`${path}: ${key} is encrypted for another stack: give it with --secret ${key}=FILE`);
        }
    }
    return { ...config };
}

function readText(path: string): string {
    try {
        return readFileSync(path, "utf8");
    } catch (error) {
        throw new Failure(`cannot read ${path}: ${(error as Error).message}`);
    }
}

function readYaml(text: string, what: string): unknown {
    try {
        return parse(text);
    } catch (error) {
        throw new Failure(`${what} must be YAML: ${(error as Error).message}`);
    }
}
