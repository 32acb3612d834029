import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { text } from "../values/forms";
import { DOCKER_NETWORKS, MODES } from "../values/modes";
import { PUBLIC_REST_USER } from "../values/ports";
import { keyOfOtherProject, keyOfOtherTarget, problemLine, secretInClear, secretTexts, unknownKey } from "./messages";
import * as fields from "./fields";
import { flag, integer } from "./fields";
import { checkAws, checkBoth, checkHost } from "./crossChecks";
import { settingsWarnings } from "./warnings";

/** The validated configuration of a stack. */
export type Settings = z.output<typeof schema>;

/** The configuration of a stack that creates its own VM. */
export type AwsSettings = Extract<Settings, { target: "aws" }>;

/** The configuration of a stack on a machine that is there already. */
export type HostSettings = Extract<Settings, { target: "host" }>;

const common = {
    mode: z.enum(MODES, '"dnat" or "proxy"').default("dnat"),
    sshPrivateKey: fields.privateKey,
    sshPrivateKeyPassword: z.string("a text").optional(),
    bastionAddress: fields.hostAddress.optional(),
    bastionUser: fields.userName.optional(),
    bastionHostKey: fields.publicHostKey.optional(),
    image: fields.imageReference.default("openbmp/aio:latest"),
    registryUser: text("a text of one line", (value) => !/[\n\r\0]/.test(value)).optional(),
    registryPassword: text("a text of one line", (value) => !/[\n\r\0]/.test(value)).optional(),
    kafkaFqdn: fields.kafkaFqdn.default("localhost"),
    restUser: fields.restUser.default(PUBLIC_REST_USER),
    restPassword: fields.restPassword.optional(),
    adminId: fields.adminId.optional(),
    memoryGb: fields.memoryGb.default(0),
    environment: fields.environment.default({}),
    dockerNetwork: z.enum(DOCKER_NETWORKS, '"bridge" or "dedicated"').default("bridge"),
    fixedCidrV6: fields.fixedCidrV6.default("fc00:172:17::/64"),
    listenMode: fields.listenMode.default("v4v6"),
    bmpPort: integer(1, 65535).default(5000),
    restPort: integer(1, 65535).default(8001),
    bmpAllowedCidrs: fields.prefixList.default([]),
    restAllowedCidrs: fields.prefixList.default([]),
    kafkaAllowedCidrs: fields.prefixList.default([]),
    mysqlAllowedCidrs: fields.prefixList.default([]),
    allowWorldOpen: flag.default(false),
    restartDocker: flag.default(true),
    replaceContainer: flag.default(false),
    purgeStaleData: flag.default(false),
    reapply: z.string("a text").default(""),
    verify: flag.default(true),
    ephemeral: flag.default(false),
    expiresAt: z.iso.datetime("a date and time such as 2026-01-31T12:00:00Z").optional(),
};

const hostOnly = {
    hostAddress: fields.hostAddress,
    hostPort: integer(1, 65535).default(22),
    hostUser: fields.userName,
    hostKey: fields.publicHostKey,
};

const awsOnly = {
    hostPrivateKey: fields.privateKey,
    sshAllowedCidrs: fields.prefixList.default([]),
    instanceType: fields.instanceType.default("t3.large"),
    rootVolumeGb: integer(10, 16384).default(20),
    dataVolumeGb: integer(10, 16384).default(50),
    amiId: text("the id of an AMI such as ami-0123456789abcdef0", (value) =>
        /^ami-([0-9a-f]{8}|[0-9a-f]{17})$/.test(value),
    ).optional(),
    vpcCidr: fields.vpcCidr.default("10.64.0.0/24"),
    publicIpv4: flag.default(true),
};

const host = z
    .strictObject({ target: z.literal("host"), ...common, ...hostOnly, pinImage: flag.default(false) })
    .superRefine(checkBoth)
    .superRefine(checkHost);
const aws = z
    .strictObject({ target: z.literal("aws"), ...common, ...awsOnly, pinImage: flag.default(true) })
    .superRefine(checkBoth)
    .superRefine(checkAws);
const schema = z.discriminatedUnion("target", [aws, host], '"aws" or "host"').readonly();

/** Keys whose text is JSON in Pulumi's configuration; the others are plain text. */
const jsonKeys: readonly string[] = [
    "hostPort",
    "memoryGb",
    "environment",
    "bmpPort",
    "restPort",
    "bmpAllowedCidrs",
    "restAllowedCidrs",
    "kafkaAllowedCidrs",
    "mysqlAllowedCidrs",
    "sshAllowedCidrs",
    "allowWorldOpen",
    "restartDocker",
    "replaceContainer",
    "purgeStaleData",
    "verify",
    "pinImage",
    "rootVolumeGb",
    "dataVolumeGb",
    "publicIpv4",
    "ephemeral",
];

/** Every key of the project's namespace. */
export const settingKeys: readonly string[] = [
    ...new Set([host, aws].flatMap((variant) => Object.keys(variant.shape))),
];

/**
 * Validates the stack's configuration as Pulumi stores it, texts by key.
 *
 * @param found - what is wrong besides, a line each
 * @throws pulumi.RunError with a line for each key that is wrong: the key,
 * what is accepted, and the value unless it is a secret.
 */
export function parseSettings(config: Readonly<Record<string, string>>, found: readonly string[] = []): Settings {
    const values: Record<string, unknown> = { target: "aws" };
    for (const [key, value] of Object.entries(config)) {
        if (value !== "") {
            values[key] = jsonKeys.includes(key) ? parseJson(value) : value;
        }
    }
    const before = [...found, ...removeMisplaced(values)];
    const result = schema.safeParse(values);
    if (result.success && before.length === 0) {
        return result.data;
    }
    const problems = (result.error?.issues ?? []).flatMap((issue) =>
        issue.code === "unrecognized_keys"
            ? issue.keys.map((key) => unknownKey(key, settingKeys))
            : [problemLine(issue, values)],
    );
    throw new pulumi.RunError(
        `The configuration of the stack is not valid:\n${[...before, ...problems].map((line) => `- ${line}`).join("\n")}`,
    );
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
    const namespace = `${pulumi.getProject()}:`;
    const config: Record<string, string> = {};
    const problems: string[] = [];
    for (const [key, value] of Object.entries(pulumi.runtime.allConfig())) {
        const name = key.slice(key.indexOf(":") + 1);
        if (key.startsWith(namespace)) {
            config[name] = value;
            if (value !== "" && secretTexts.includes(name) && !isConfigSecret(key)) {
                problems.push(secretInClear(name));
            }
        } else if (settingKeys.includes(name)) {
            problems.push(keyOfOtherProject(key, `${namespace}${name}`));
        }
    }
    const settings = parseSettings(config, problems);
    for (const warning of settingsWarnings(settings)) {
        void pulumi.log.warn(warning);
    }
    return settings;
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
