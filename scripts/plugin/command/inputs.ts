import * as z from "zod/mini";
import { connection } from "../../programs/ssh/connection";
import { isProperties, isSecret, mapValues, type Properties, secret, unknown, type Value } from "../protocol/values";

/** What the emulator can do; the real plugin takes more. */
const commandInputs = z.strictObject({
    connection,
    create: z.string(),
    delete: z.optional(z.string()),
    stdin: z.optional(z.string()),
    triggers: z.optional(z.array(z.unknown())),
    // The real plugin's defaults are others.
    logging: z.literal("stderr"),
    addPreviousOutputInEnv: z.literal(false),
});

export type CommandInputs = z.output<typeof commandInputs>;

/** The inputs with their defaults; throws where `unsupported` has something to say. */
export function parseInputs(inputs: Value): CommandInputs {
    return commandInputs.parse(inputs);
}

/** What the emulator cannot do with these inputs, a line for each. An unknown value may be anything. */
export function unsupported(inputs: Properties): string[] {
    const issues = commandInputs.safeParse(inputs).error?.issues ?? [];
    return issues
        .filter((issue) => valueAt(inputs, issue.path) !== unknown)
        .flatMap((issue) => {
            const path = issue.path.join(".");
            if (issue.code === "unrecognized_keys") {
                return issue.keys.map((key) => `${[...issue.path, key].join(".")} is not supported`);
            }
            return valueAt(inputs, issue.path) === undefined
                ? [`${path} is missing`]
                : [`${path} is not supported with this value`];
        });
}

/** The inputs with the parts of a login marked as secret that the real plugin marks. */
export function withSecretLogin(inputs: Properties): Properties {
    const marked = (value: Value, name: string): Value => {
        if (isSecret(value)) {
            return isProperties(value.value) ? secret(mapValues(value.value, marked)) : value;
        }
        if (isProperties(value)) {
            return mapValues(value, marked);
        }
        return name.startsWith("privateKey") && value !== unknown ? secret(value) : value;
    };
    return isProperties(inputs.connection)
        ? { ...inputs, connection: marked(inputs.connection, "connection") }
        : inputs;
}

function valueAt(inputs: Properties, path: readonly PropertyKey[]): Value | undefined {
    return path.reduce<Value | undefined>(
        (value, name) => (isProperties(value) ? value[String(name)] : undefined),
        inputs,
    );
}
