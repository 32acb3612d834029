import { z } from "zod";
import { text } from "../values/forms";
import { DOCKER_NETWORKS, MODES, ROLES } from "../values/modes";
import { AIO_IMAGE } from "../values/imageReference";
import { PUBLIC_REST_USER, REST_PORT, SSH_PORT } from "../values/ports";
import * as fields from "./fields";
import { flag, integer } from "./fields";
import * as kafka from "./kafkaFields";
import { holdsSecrets, secret } from "./keyFacts";
import { checkAws, checkBoth, checkHost, OWN_VPC_CIDR } from "./crossChecks";

/** The validated configuration of a stack. */
export type Settings = z.output<typeof schema>;

/** The configuration of a stack that creates its own VM. */
export type AwsSettings = Extract<Settings, { target: "aws" }>;

/** The configuration of a stack on a machine that is there already. */
export type HostSettings = Extract<Settings, { target: "host" }>;

const common = {
    role: z.enum(ROLES, '"aio" or "collector"').default("aio"),
    mode: z.enum(MODES, '"dnat" or "proxy"').default("dnat"),
    sshPrivateKey: secret(fields.privateKey),
    sshPrivateKeyPassword: secret(z.string("a text")).optional(),
    bastionAddress: fields.hostAddress.optional(),
    bastionPort: integer(1, 65535).default(SSH_PORT),
    bastionUser: fields.userName.optional(),
    bastionHostKey: fields.publicHostKey.optional(),
    image: fields.imageReference.default(AIO_IMAGE),
    registryUser: text("a text of one line", (value) => !/[\n\r\0]/.test(value)).optional(),
    registryPassword: secret(text("a text of one line", (value) => !/[\n\r\0]/.test(value))).optional(),
    kafkaFqdn: fields.kafkaFqdn.default("localhost"),
    kafkaBrokers: z.array(kafka.kafkaBroker, "a list of brokers, each HOST:PORT").default([]),
    kafkaSettings: holdsSecrets(kafka.kafkaSettings).default({}),
    restUser: fields.restUser.default(PUBLIC_REST_USER),
    restPassword: secret(fields.restPassword).optional(),
    adminId: fields.adminId.optional(),
    memoryGb: fields.memoryGb.default(0),
    environment: holdsSecrets(fields.environment).default({}),
    dockerNetwork: z.enum(DOCKER_NETWORKS, '"bridge" or "dedicated"').default("bridge"),
    fixedCidrV6: fields.fixedCidrV6.default("fc00:172:17::/64"),
    listenMode: fields.listenMode.default("v4v6"),
    bmpPort: integer(1, 65535).default(5000),
    restPort: integer(1, 65535).default(REST_PORT),
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
    metrics: flag.default(false),
    metricsDirectory: fields.directory.optional(),
    ephemeral: flag.default(false),
    expiresAt: z.iso.datetime("a date and time such as 2026-01-31T12:00:00Z").optional(),
};

export const hostOnly = {
    hostAddress: fields.hostAddress,
    hostPort: integer(1, 65535).default(SSH_PORT),
    hostUser: fields.userName,
    hostKey: fields.publicHostKey,
    routerFacingAddress: fields.ipv6Address.optional(),
    backupKeep: integer(0, 365).default(0),
    backupHour: integer(0, 23).default(3),
};

export const awsOnly = {
    hostPrivateKey: secret(fields.privateKey),
    sshAllowedCidrs: fields.prefixList.default([]),
    instanceType: fields.instanceType.default("t3.large"),
    rootVolumeGb: integer(10, 16384).default(20),
    dataVolumeGb: integer(10, 16384).default(50),
    amiId: fields.awsId("ami", "an AMI").optional(),
    vpcCidr: fields.vpcCidr.default(OWN_VPC_CIDR),
    publicIpv4: flag.default(true),
    subnetId: fields.awsId("subnet", "a subnet").optional(),
    securityGroupIds: z.array(fields.awsId("sg", "a security group"), "a list of ids of security groups").default([]),
    dnsZoneId: fields.dnsZoneId.optional(),
    dnsName: fields.dnsName.optional(),
    kmsKeyId: fields.kmsKeyId.optional(),
    terminationProtection: flag.default(false),
    snapshotRetainDays: integer(0, 3650).default(0),
    snapshotRoleArn: fields.roleArn.optional(),
    dataSnapshotId: fields.awsId("snap", "a snapshot of a volume").optional(),
};

const host = z.strictObject({ target: z.literal("host"), ...common, ...hostOnly, pinImage: flag.default(false) });
const aws = z.strictObject({ target: z.literal("aws"), ...common, ...awsOnly, pinImage: flag.default(true) });
const TARGETS = '"aws" or "host"';
export const schema = z
    .discriminatedUnion(
        "target",
        [aws.superRefine(checkBoth).superRefine(checkAws), host.superRefine(checkBoth).superRefine(checkHost)],
        TARGETS,
    )
    .readonly();

/** The schema without some of its keys, and without what must hold between keys. */
export function schemaWithout(keys: readonly string[]) {
    const without = (form: z.ZodObject) =>
        z.strictObject(Object.fromEntries(Object.entries(form.shape).filter(([key]) => !keys.includes(key))));
    return z.discriminatedUnion("target", [without(aws), without(host)], TARGETS);
}

/** The schema of each key of the project's namespace, of either target. */
export const fieldsByKey: ReadonlyMap<string, z.ZodType> = new Map(Object.entries({ ...host.shape, ...aws.shape }));
