import * as pulumi from "@pulumi/pulumi";
import { checked } from "./load";
import { keyOfStack, outputNotTaken } from "./messages";
import { type AwsSettings, type HostSettings, schema, schemaWithout, type Settings } from "./schema";
import { severalKeys } from "./severalCollectors";

/**
 * Keys whose values shape no resource, so that a program may know them only
 * during its deployment: secrets, and what its other resources give.
 */
export const LATE_KEYS = [
    "hostAddress",
    "hostKey",
    "hostPrivateKey",
    "sshPrivateKey",
    "sshPrivateKeyPassword",
    "bastionAddress",
    "bastionHostKey",
    "routerFacingAddress",
    "registryPassword",
    "restPassword",
    "environment",
    "amiId",
    "subnetId",
    "securityGroupIds",
    "dnsZoneId",
    "kmsKeyId",
    "snapshotRoleArn",
] as const;

export type LateKey = (typeof LATE_KEYS)[number];

type Late<Value> = Value extends undefined
    ? undefined
    : Value extends readonly (infer Item)[]
      ? readonly pulumi.Input<Item>[]
      : pulumi.Input<Value>;

type WithLate<Settings> = {
    readonly [Key in keyof Settings]: Key extends LateKey ? Late<Settings[Key]> : Settings[Key];
};

/** The settings of a collector on a machine that is there already, some of them known only later. */
export type LateHostSettings = WithLate<HostSettings>;

/** The settings of a collector in AWS, some of them known only later. */
export type LateAwsSettings = WithLate<AwsSettings>;

export type LateSettings = LateHostSettings | LateAwsSettings;

/** Settings, and all of them checked together, once they are known. */
export interface Checked {
    readonly settings: LateSettings;
    readonly whole: pulumi.Output<Settings>;
}

/**
 * Validates values by their keys, those that are known at once; the others
 * when they are, and none of them is given out before.
 *
 * @throws what `toError` makes of a line for each key that is wrong; later ones fail the outputs.
 */
export function lateSettings(
    args: Readonly<Record<string, unknown>>,
    toError: (problems: readonly string[]) => Error,
): Checked {
    const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
    const withOutputs = Object.keys(given).filter((key) => holdsOutput(given[key]));
    const late = withOutputs.filter((key) => isLateKey(key) && !(key === "securityGroupIds" && isOutput(given[key])));
    const several = Object.keys(given).filter((key) => severalKeys.has(key));
    const problems = [
        ...withOutputs.filter((key) => !late.includes(key)).map(outputNotTaken),
        ...several.map(keyOfStack),
    ];
    const early = Object.fromEntries(
        Object.entries(given).filter(([key]) => !withOutputs.includes(key) && !several.includes(key)),
    );
    if (late.length === 0) {
        const settings = checked(schema, early, problems, toError);
        return { settings, whole: pulumi.output(settings) };
    }
    const settings = checked(schemaWithout(withOutputs), early, problems, toError);
    const whole = pulumi
        .output(given)
        .apply((values) => checked(schema, values as Record<string, unknown>, [], toError));
    // Whether all is valid is no secret, though some of it is.
    const valid = pulumi.unsecret(whole).apply(() => true);
    const once = (value: unknown) => pulumi.all([value, valid]).apply(([known]) => known);
    const others = late.map((key) => {
        const value = given[key];
        return [key, Array.isArray(value) ? value.map(once) : once(value)] as const;
    });
    return { settings: { ...settings, ...Object.fromEntries(others) } as unknown as LateSettings, whole };
}

function isLateKey(key: string): boolean {
    return LATE_KEYS.some((late) => late === key);
}

function isOutput(value: unknown): boolean {
    return pulumi.Output.isInstance(value) || value instanceof Promise;
}

/** Whether it is known only later, or some of it. */
export function holdsOutput(value: unknown): boolean {
    return isOutput(value) || (typeof value === "object" && value !== null && Object.values(value).some(holdsOutput));
}
