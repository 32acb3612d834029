/** The forms of the settings' values. Each message completes "KEY must be …". */
import { z } from "zod";
import {
    isAddress,
    isHostName,
    isIpv6Address,
    type Prefix,
    prefixContains,
    prefixesOverlap,
    prefixOf,
    readPrefix,
    textsOf,
} from "../values/addresses";
import { text } from "../values/forms";
import { isImageReference } from "../values/imageReference";
import { LISTEN_MODES } from "../values/modes";
import { isPinnableHostKey } from "../values/sshKeys";

/** Amazon's link-local services live here (VPC user guide): Docker must not take it. */
export const AWS_SERVICES_PREFIX = prefixOf("fd00:ec2::/32");

export const integer = (lowest: number, highest: number) => {
    const expected = `a whole number from ${lowest} to ${highest}`;
    return z.int(expected).min(lowest, expected).max(highest, expected);
};

/** The image ends where it is given less than 2500 MB. */
const LEAST_MEMORY_GB = 3;
const MOST_MEMORY_GB = 4096;
const MEMORY = `0, or a whole number from ${LEAST_MEMORY_GB} to ${MOST_MEMORY_GB}: with less the image ends`;

export const memoryGb = z
    .int(MEMORY)
    .max(MOST_MEMORY_GB, MEMORY)
    .refine((value) => value === 0 || value >= LEAST_MEMORY_GB, { error: MEMORY });

export const flag = z.boolean("true or false");

export const hostAddress = text(
    "an IPv4 or IPv6 address or a DNS name, without brackets, prefix length, zone or spaces",
    (value) => isAddress(value) || isHostName(value),
);

/** Of a directory, too, such as svc.bmp@corp.example.com and CORP\\svc-bmp. */
export const userName = text("a login name of up to 64 letters, digits and _ . - + @ \\", (value) =>
    /^[A-Za-z_][A-Za-z0-9_.+@\\-]{0,63}$/.test(value),
);

export const directory = text(
    "an absolute path such as /var/lib/node_exporter, of letters, digits and _ . - /",
    (value) => /^(\/[A-Za-z0-9_.-]+)+$/.test(value) && !/\/\.\.?(\/|$)/.test(value),
);

export const ipv6Address = text("an IPv6 address such as 2001:db8::10, without prefix length and zone", (value) =>
    isIpv6Address(value),
);

/** The command provider pins no other kinds. */
export const publicHostKey = text(
    'a public SSH host key "ssh-ed25519 AAAA…" or "ecdsa-sha2-nistp256 AAAA…", as in the host\'s /etc/ssh/ssh_host_ed25519_key.pub',
    isPinnableHostKey,
);

export const privateKey = text("a private SSH key in PEM form, -----BEGIN … PRIVATE KEY-----", (value) =>
    /^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----\r?\n[\s\S]+\r?\n-----END [A-Z0-9 ]*PRIVATE KEY-----\s*$/.test(value.trim()),
);

export const prefixList = z.array(
    // What is no prefix is refused, and not there for checks between the keys.
    z.string("an IPv4 or IPv6 prefix").transform((value, context): Prefix => {
        const prefix = readPrefix(value);
        if (!prefix) {
            context.addIssue({
                code: "custom",
                message: "an IPv4 or IPv6 prefix such as 192.0.2.0/24 or 2001:db8::/32",
            });
        } else if (prefix.hadHostBits) {
            context.addIssue({ code: "custom", message: `a prefix without host bits (${prefix.text})` });
        }
        return prefix ?? (undefined as never);
    }),
    "a list of IPv4 and IPv6 prefixes",
);

export const fixedCidrV6 = z.string("an IPv6 prefix").transform((value, context) => {
    const prefix = readPrefix(value);
    if (prefix?.family !== "ipv6" || prefix.length > 80 || prefix.length < 16) {
        context.addIssue({ code: "custom", message: "an IPv6 prefix of length 16 to 80 such as fc00:172:17::/64" });
    } else if (prefix.hadHostBits) {
        context.addIssue({ code: "custom", message: `a prefix without host bits (${prefix.text})` });
    } else if (!/^([23][0-9a-f]{3}|f[cd][0-9a-f]{2}):/.test(prefix.text)) {
        context.addIssue({ code: "custom", message: "a unicast prefix that is not link-local" });
    } else if (prefixesOverlap(prefix, AWS_SERVICES_PREFIX)) {
        context.addIssue({ code: "custom", message: `outside ${AWS_SERVICES_PREFIX.text}, which AWS uses` });
    }
    return prefix?.text ?? value;
});

/** Where Docker's default bridge takes its IPv4 addresses unless daemon.json says otherwise. */
export const DOCKER_IPV4_PREFIX = prefixOf("172.17.0.0/16");

/** Not routed on the Internet (RFC 1918, RFC 6598), so that the VPC hides nothing of it. */
const VPC_SPACES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].map(prefixOf);

/**
 * What the VPC gets for the subnets of further collectors: of a range that AWS
 * adds beside each of those (VPC user guide, "IPv4 CIDR block association
 * restrictions"), the last /24, which is rarely used elsewhere.
 */
export const ADDED_CIDR = "100.127.255.0/24";

/** The VPC's first subnet takes all of it. */
export const vpcCidr = z.string("an IPv4 prefix").transform((value, context) => {
    const prefix = readPrefix(value);
    if (prefix?.family !== "ipv4" || prefix.length < 16 || prefix.length > 28) {
        context.addIssue({ code: "custom", message: "an IPv4 prefix of length 16 to 28 such as 10.64.0.0/24" });
    } else if (prefix.hadHostBits) {
        context.addIssue({ code: "custom", message: `a prefix without host bits (${prefix.text})` });
    } else if (!VPC_SPACES.some((space) => prefixContains(space, prefix))) {
        context.addIssue({ code: "custom", message: `a private prefix, within ${textsOf(VPC_SPACES).join(", ")}` });
    } else if (prefixesOverlap(prefix, DOCKER_IPV4_PREFIX)) {
        context.addIssue({ code: "custom", message: `outside ${DOCKER_IPV4_PREFIX.text}, which Docker's bridge uses` });
    }
    return prefix?.text ?? value;
});

/** The id of something in AWS, as a kind of them has it: its prefix, and 8 or 17 digits. */
export const awsId = (prefix: string, what: string) =>
    text(`the id of ${what} such as ${prefix}-0123456789abcdef0`, (value) =>
        new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`).test(value),
    );

export const dnsZoneId = text("the id of a hosted zone of Route 53 such as Z0123456789ABCDEFGHIJ", (value) =>
    /^Z[A-Z0-9]{1,31}$/.test(value),
);

export const dnsName = text("a DNS name such as collector.example.net", isHostName);

/** What KMS takes for a key (KMS API reference, DescribeKey). */
const KMS_KEY =
    /^(arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:)?(key\/)?([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;
const KMS_ALIAS = /^(arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:)?alias\/[A-Za-z0-9/_-]{1,250}$/;

export const kmsKeyId = text(
    "the id of a KMS key, its ARN, alias/NAME, or an alias's ARN",
    (value) => KMS_ALIAS.test(value) || (KMS_KEY.test(value) && value.startsWith("arn:") === value.includes("key/")),
);

export const roleArn = text("the ARN of an IAM role such as arn:aws:iam::123456789012:role/snapshots", (value) =>
    /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(value),
);

/** Whether the collector can run on it is for AWS to say. */
export const instanceType = text("an instance type such as t3.large or m6i.large", (value) =>
    /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(value),
);

export const kafkaFqdn = text("a DNS name, and left out where nobody outside reads Kafka", isHostName);

/** The REST API cuts the password at a colon, and puts both into a statement of SQL as they are. */
const REST_CHARACTERS = /^[!-~]+$/;
const isRestText = (value: string) => REST_CHARACTERS.test(value) && !/[:"\\]/.test(value);

export const restUser = text(
    "a text of up to 50 printable characters of ASCII without blanks, colons, quotation marks and backslashes",
    (value) => isRestText(value) && value.length <= 50,
);

/** The image's own is in its documentation. */
export const restPassword = text(
    "a text of 8 to 128 printable characters of ASCII without blanks, colons, quotation marks and backslashes",
    (value) => isRestText(value) && value.length >= 8 && value.length <= 128,
);

// In openbmpd.conf "-" begins a list.
export const adminId = text("1 to 64 letters, digits, . _ -, a letter or a digit first", (value) =>
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value),
);

export const listenMode = z.enum(LISTEN_MODES, {
    error: (issue) =>
        issue.input === "v4"
            ? '"v4v6" or "v6": with "v4" the collector would not hear any router over IPv6'
            : '"v4v6" or "v6"',
});

/** Variables that have a key of their own. */
const OWN_VARIABLES: Readonly<Record<string, string>> = {
    KAFKA_FQDN: "kafkaFqdn",
    ADMIN_ID: "adminId",
    MEM: "memoryGb",
};

/** With it, the image empties its database whenever the container starts, also after a reboot. */
const WITHOUT_REINIT_DB =
    "left out, since every start of the container would empty the database; to empty it once, stop openbmp_aio, move /var/openbmp/mysql away and start openbmp_aio";

export const environment = z
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
            } else if (name === "REINIT_DB") {
                context.addIssue({ code: "custom", path: [name], message: WITHOUT_REINIT_DB });
            }
        }
    });

/** An image reference, with tag or digest. */
export const imageReference = text(
    "an image reference such as openbmp/aio:latest or openbmp/aio@sha256:…",
    isImageReference,
);
