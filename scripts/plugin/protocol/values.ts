/** A property's value as it goes over the plugin protocol, with secrets and unknowns marked. */
export type Value = null | boolean | number | string | readonly Value[] | Properties;
export interface Properties {
    readonly [name: string]: Value;
}

// The marks of the protocol: pulumi/sdk/proto and sdk/nodejs/runtime/rpc.ts.
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Stands for a value that is known only after the deployment. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isProperties(value: Value | undefined): value is Properties {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isSecret(value: Value | undefined): value is Properties {
    return isProperties(value) && value[signatureKey] === secretSignature;
}

/** Marks a value as secret; one that is already stays as it is. */
export function secret(value: Value): Value {
    return isSecret(value) ? value : { [signatureKey]: secretSignature, value };
}

/** The value without the marks of secrets, at any depth. */
export function withoutSecrets(value: Value): Value {
    if (isSecret(value)) {
        return withoutSecrets(value.value ?? null);
    }
    if (Array.isArray(value)) {
        return (value as readonly Value[]).map(withoutSecrets);
    }
    return isProperties(value) ? mapValues(value, withoutSecrets) : value;
}

export function mapValues(properties: Properties, change: (value: Value, name: string) => Value): Properties {
    return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, change(value, name)]));
}
