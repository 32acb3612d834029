import { closest } from "fastest-levenshtein";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { isAddress, isHostName, prefixesOverlap, readPrefix } from "./addresses";

/** The validated configuration of a stack. */
export type Settings = z.output<typeof schema>;

/** How IPv6 gets to the collector: by DNAT, or by docker-proxy with PAT in the collector. */
export type Mode = Settings["mode"];

/** Docker's default bridge, or a network of the collector's own. */
export type DockerNetwork = Settings["dockerNetwork"];

/** Amazon's link-local services live here (VPC user guide): Docker must not take it. */
const AWS_SERVICES_PREFIX = "fd00:ec2::/32";

/** Each message completes "KEY must be …". */
const text = (expected: string, accepts: (value: string) => boolean) =>
    z.string(expected).refine(accepts, { error: expected });

const integer = (lowest: number, highest: number) => {
    const expected = `a whole number from ${lowest} to ${highest}`;
    return z.int(expected).min(lowest, expected).max(highest, expected);
};

const flag = z.boolean("true or false");

const hostAddress = text(
    "an IPv4 or IPv6 address or a DNS name, without brackets, prefix length, zone or spaces",
    (value) => isAddress(value) || isHostName(value),
);

const userName = text("a login name: letters, digits, _ . -", (value) => /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(value));

/** The command provider pins no other kinds. */
const publicHostKey = text(
    'a public SSH host key "ssh-ed25519 AAAA…" or "ecdsa-sha2-nistp256 AAAA…", as in the host\'s /etc/ssh/ssh_host_ed25519_key.pub',
    isPinnableHostKey,
);

const privateKey = text("a private SSH key in PEM form, -----BEGIN … PRIVATE KEY-----", (value) =>
    /^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----\r?\n[\s\S]+\r?\n-----END [A-Z0-9 ]*PRIVATE KEY-----\s*$/.test(value.trim()),
);

const prefixList = z.array(
    z.string("an IPv4 or IPv6 prefix").transform((value, context) => {
        const prefix = readPrefix(value);
        if (!prefix) {
            context.addIssue({
                code: "custom",
                message: "an IPv4 or IPv6 prefix such as 192.0.2.0/24 or 2001:db8::/32",
            });
        } else if (prefix.hadHostBits) {
            context.addIssue({ code: "custom", message: `a prefix without host bits (${prefix.text})` });
        }
        return prefix?.text ?? value;
    }),
    "a list of IPv4 and IPv6 prefixes",
);

const fixedCidrV6 = z.string("an IPv6 prefix").transform((value, context) => {
    const prefix = readPrefix(value);
    if (prefix?.family !== "ipv6" || prefix.length > 80 || prefix.length < 16) {
        context.addIssue({ code: "custom", message: "an IPv6 prefix of length 16 to 80 such as fc00:172:17::/64" });
    } else if (prefix.hadHostBits) {
        context.addIssue({ code: "custom", message: `a prefix without host bits (${prefix.text})` });
    } else if (!/^([23][0-9a-f]{3}|f[cd][0-9a-f]{2}):/.test(prefix.text)) {
        context.addIssue({ code: "custom", message: "a unicast prefix that is not link-local" });
    } else if (prefixesOverlap(prefix.text, AWS_SERVICES_PREFIX)) {
        context.addIssue({ code: "custom", message: `outside ${AWS_SERVICES_PREFIX}, which AWS uses` });
    }
    return prefix?.text ?? value;
});

/** Variables that have a key of their own. */
const OWN_VARIABLES: Readonly<Record<string, string>> = {
    KAFKA_FQDN: "kafkaFqdn",
    ADMIN_ID: "adminId",
    MEM: "memoryGb",
};

const environment = z
    .record(
        z.string(),
        z
            .union([z.string(), z.number(), z.boolean()], "a string, a number, true or false")
            .transform(String)
            // Docker reads the variables from lines (docker run --env-file).
            .refine((value) => !/[\n\r\0]/.test(value), { error: "a text of one line" }),
        "an object of variables",
    )
    .superRefine((variables, context) => {
        for (const name of Object.keys(variables)) {
            if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
                context.addIssue({
                    code: "custom",
                    path: [name],
                    message: "a variable whose name is letters, digits and _",
                });
            } else if (Object.hasOwn(OWN_VARIABLES, name)) {
                context.addIssue({
                    code: "custom",
                    path: [name],
                    message: `left out: use the key ${OWN_VARIABLES[name]}`,
                });
            }
        }
    });

const schema = z
    .strictObject({
        target: z
            .enum(["aws", "host"], '"aws" or "host"')
            .refine((value): boolean => value === "host", {
                error: '"host": the target "aws" is not part of this version',
            })
            // Checked like a given value.
            .prefault("aws"),
        mode: z.enum(["dnat", "proxy"], '"dnat" or "proxy"').default("dnat"),
        hostAddress: hostAddress,
        hostPort: integer(1, 65535).default(22),
        hostUser: userName,
        hostKey: publicHostKey,
        sshPrivateKey: privateKey,
        sshPrivateKeyPassword: z.string("a text").optional(),
        bastionAddress: hostAddress.optional(),
        bastionUser: userName.optional(),
        bastionHostKey: publicHostKey.optional(),
        image: text("an image reference such as openbmp/aio:latest or openbmp/aio@sha256:…", isImageReference).default(
            "openbmp/aio:latest",
        ),
        kafkaFqdn: text("a DNS name or an address", (value) => isAddress(value) || isHostName(value)).optional(),
        // In openbmpd.conf "-" begins a list.
        adminId: text("1 to 64 letters, digits, . _ -, a letter or a digit first", (value) =>
            /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value),
        ).optional(),
        memoryGb: integer(0, 4096).default(0),
        environment: environment.default({}),
        dockerNetwork: z.enum(["bridge", "dedicated"], '"bridge" or "dedicated"').default("bridge"),
        fixedCidrV6: fixedCidrV6.default("fc00:172:17::/64"),
        listenMode: z
            .enum(["v4v6", "v6"], {
                error: (issue) =>
                    issue.input === "v4"
                        ? '"v4v6" or "v6": with "v4" the collector would not hear any router over IPv6'
                        : '"v4v6" or "v6"',
            })
            .default("v4v6"),
        bmpPort: integer(1, 65535).default(5000),
        restPort: integer(1, 65535).default(8001),
        bmpAllowedCidrs: prefixList.default([]),
        restAllowedCidrs: prefixList.default([]),
        allowWorldOpen: flag.default(false),
        restartDocker: flag.default(true),
        replaceContainer: flag.default(false),
        purgeStaleData: flag.default(false),
        reapply: z.string("a text").default(""),
        verify: flag.default(true),
        ephemeral: flag.default(false),
        expiresAt: z.iso.datetime("a date and time such as 2026-01-31T12:00:00Z").optional(),
    })
    .superRefine((settings, context) => {
        const refuse = (path: (string | number)[], message: string) => {
            context.addIssue({ code: "custom", path, message });
        };
        if (settings.bmpPort === settings.restPort) {
            refuse(["restPort"], "another port than bmpPort");
        }
        for (const key of ["bmpPort", "restPort"] as const) {
            if (settings[key] === settings.hostPort) {
                refuse([key], "another port than hostPort, where SSH listens");
            }
        }
        for (const key of ["bmpAllowedCidrs", "restAllowedCidrs"] as const) {
            settings[key].forEach((prefix, index) => {
                if (prefix.endsWith("/0") && !settings.allowWorldOpen) {
                    refuse([key, index], "narrower than the whole Internet, unless allowWorldOpen is true");
                }
            });
        }
        if (settings.bastionAddress !== undefined && settings.bastionHostKey === undefined) {
            refuse(["bastionHostKey"], "the bastion's public SSH host key when bastionAddress is given");
        }
        for (const key of ["bastionUser", "bastionHostKey"] as const) {
            if (settings.bastionAddress === undefined && settings[key] !== undefined) {
                refuse([key], "left out where bastionAddress is not given");
            }
        }
    })
    .readonly();

const secretKeys: readonly string[] = ["sshPrivateKey", "sshPrivateKeyPassword", "environment"];

/** Keys whose text is JSON in Pulumi's configuration; the others are plain text. */
const jsonKeys: readonly string[] = [
    "hostPort",
    "memoryGb",
    "environment",
    "bmpPort",
    "restPort",
    "bmpAllowedCidrs",
    "restAllowedCidrs",
    "allowWorldOpen",
    "restartDocker",
    "replaceContainer",
    "purgeStaleData",
    "verify",
    "ephemeral",
];

/** Every key of the project's namespace. */
export const settingKeys: readonly string[] = Object.keys(schema.unwrap().shape);

/**
 * Validates the stack's configuration as Pulumi stores it, texts by key.
 *
 * @throws pulumi.RunError with a line for each key that is wrong: the key,
 * what is accepted, and the value unless it is a secret.
 */
export function parseSettings(config: Readonly<Record<string, string>>): Settings {
    const values: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(config)) {
        if (value !== "") {
            values[key] = jsonKeys.includes(key) ? parseJson(value) : value;
        }
    }
    const result = schema.safeParse(values);
    if (result.success) {
        return result.data;
    }
    const problems = result.error.issues.flatMap((issue) =>
        issue.code === "unrecognized_keys" ? issue.keys.map(describeUnknownKey) : [describe(issue, values)],
    );
    throw new pulumi.RunError(
        `The configuration of the stack is not valid:\n${problems.map((line) => `- ${line}`).join("\n")}`,
    );
}

/** Reads and validates the configuration of the running stack. */
export function loadSettings(): Settings {
    const namespace = `${pulumi.getProject()}:`;
    const config: Record<string, string> = {};
    for (const [key, value] of Object.entries(pulumi.runtime.allConfig())) {
        if (key.startsWith(namespace)) {
            config[key.slice(namespace.length)] = value;
        }
    }
    return parseSettings(config);
}

/** The jump host, where one is configured; its login name defaults to the host's. */
export function bastionOf(settings: Settings): { address: string; user: string; hostKey: string } | undefined {
    const { bastionAddress: address, bastionHostKey: hostKey, bastionUser, hostUser } = settings;
    return address && hostKey ? { address, hostKey, user: bastionUser ?? hostUser } : undefined;
}

function parseJson(value: string): unknown {
    try {
        return JSON.parse(value) as unknown;
    } catch {
        return value;
    }
}

function describeUnknownKey(key: string): string {
    return `${key} is not a key of this project; did you mean ${closest(key, [...settingKeys])}?`;
}

function describe(issue: z.core.$ZodIssue, values: Readonly<Record<string, unknown>>): string {
    const key = issue.path.reduce<string>(
        (path, part) =>
            typeof part === "number" ? `${path}[${part}]` : path ? `${path}.${String(part)}` : String(part),
        "",
    );
    const value = issue.path.reduce<unknown>(
        (at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part],
        values,
    );
    if (value === undefined && issue.code !== "custom") {
        return `${key} is missing: it must be ${issue.message}`;
    }
    const shown =
        value === undefined || secretKeys.includes(String(issue.path[0])) ? "" : `, got ${JSON.stringify(value)}`;
    return `${key} must be ${issue.message}${shown}`;
}

/** Length of the blobs: the type, the curve where there is a choice, and the key. */
const HOST_KEY_BYTES: Readonly<Record<string, number>> = {
    "ssh-ed25519": 51,
    "ecdsa-sha2-nistp256": 104,
    "ecdsa-sha2-nistp384": 136,
    "ecdsa-sha2-nistp521": 172,
};

/** The key blob names its own type first (RFC 4253, section 6.6). */
function isPinnableHostKey(value: string): boolean {
    const [type = "", blob = "", ...comment] = value.trim().split(" ");
    if (!Object.hasOwn(HOST_KEY_BYTES, type) || /[\n\r]/.test(comment.join(" "))) {
        return false;
    }
    const bytes = Buffer.from(blob, "base64");
    return (
        bytes.toString("base64").replace(/=+$/, "") === blob.replace(/=+$/, "") &&
        bytes.length === HOST_KEY_BYTES[type] &&
        bytes.readUInt32BE(0) === type.length &&
        bytes.toString("latin1", 4, 4 + type.length) === type
    );
}

/** The grammar of github.com/distribution/reference, without its length limits. */
function isImageReference(value: string): boolean {
    const domain = "(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?/)?";
    const component = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    const reference = `^${domain}${component}(?:/${component})*(?::[\\w][\\w.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$`;
    return value.length <= 512 && new RegExp(reference).test(value);
}
