import { utils } from "ssh2";
import { parseSettings } from "../parseSettings";
import { settingsWarnings } from "../../components/settings/warnings";
import { goodAws } from "../awsConfig";
import { ed25519KeyPair } from "../sshKeys";
import { problemsWith } from "./problemsWith";

const rsa = utils.generateKeyPairSync("rsa", { bits: 2048 });
const locked = ed25519KeyPair({ passphrase: "open sesame" });

const problems = problemsWith(goodAws);

test("AWS is the target where none is given, and everything but keys and SSH's list has a default", () => {
    expect(parseSettings(goodAws)).toMatchObject({
        target: "aws",
        instanceType: "t3.large",
        rootVolumeGb: 20,
        dataVolumeGb: 50,
        vpcCidr: "10.64.0.0/24",
        publicIpv4: true,
        pinImage: true,
        ephemeral: false,
    });
});

test("the defaults of the other target's keys, which Pulumi adds, are no mistake", () => {
    expect(problems({ hostPort: "22", hostAddress: "" })).toEqual([]);
    expect(parseSettings({ ...goodAws, hostPort: "22" })).not.toHaveProperty("hostPort");
});

const subnet = { subnetId: "subnet-0123456789abcdef0" };
const role = "arn:aws:iam::123456789012:role/service-role/snapshots";
const kms = "arn:aws:kms:eu-central-1:123456789012";
const type = "instanceType must be an instance type such as t3.large or m6i.large";
const block = "vpcCidr must be an IPv4 prefix of length 16 to 28 such as 10.64.0.0/24";
const size = "must be a whole number from 10 to 16384";

test.each<[Record<string, string>, string]>([
    [{ hostAddress: "192.0.2.1" }, 'hostAddress must be left out where target is "aws": it belongs to target "host"'],
    [{ hostPort: "2222" }, 'hostPort must be left out where target is "aws": it belongs to target "host"'],
    [{ hostPrivateKey: "" }, "hostPrivateKey is missing: it must be a private SSH key"],
    [{ hostPrivateKey: rsa.private }, "hostPrivateKey must be a private ed25519 key without a password"],
    [{ hostPrivateKey: locked.private }, "hostPrivateKey must be a private ed25519 key without a password"],
    [
        { sshPrivateKey: locked.private },
        "sshPrivateKey must be a private SSH key that can be read with sshPrivateKeyPassword (",
    ],
    [
        { sshPrivateKey: locked.private, sshPrivateKeyPassword: "wrong" },
        "sshPrivateKey must be a private SSH key that can be read with sshPrivateKeyPassword (",
    ],
    [
        { sshAllowedCidrs: "[]" },
        "sshAllowedCidrs must be a list with the prefix that this deployment connects from: without it, SSH to the new VM is closed",
    ],
    [
        { sshAllowedCidrs: '["192.0.2.0/24"]', publicIpv4: "false" },
        'sshAllowedCidrs must be a list with an IPv6 prefix where publicIpv4 is false: SSH goes over IPv6, got ["192.0.2.0/24"]',
    ],
    [
        { sshAllowedCidrs: '["::/0"]' },
        'sshAllowedCidrs[0] must be narrower than the whole Internet (IPv6 is accepted from /12 on), unless allowWorldOpen is true, got "::/0"',
    ],
    [{ vpcCidr: "10.0.0.0/29" }, `${block}, got "10.0.0.0/29"`],
    [{ vpcCidr: "10.0.0.0/15" }, `${block}, got "10.0.0.0/15"`],
    [{ vpcCidr: "2001:db8::/32" }, `${block}, got "2001:db8::/32"`],
    [{ vpcCidr: "10.0.0.1/24" }, 'vpcCidr must be a prefix without host bits (10.0.0.0/24), got "10.0.0.1/24"'],
    [{ vpcCidr: "8.8.0.0/16" }, "vpcCidr must be a private prefix, within 10.0.0.0/8"],
    [
        { vpcCidr: "172.17.4.0/24" },
        'vpcCidr must be outside 172.17.0.0/16, which Docker\'s bridge uses, got "172.17.4.0/24"',
    ],
    [{ instanceType: "large" }, `${type}, got "large"`],
    [{ instanceType: "T3.large" }, `${type}, got "T3.large"`],
    [{ instanceType: "t3.large " }, `${type}, got "t3.large "`],
    [{ rootVolumeGb: "9" }, `rootVolumeGb ${size}, got 9`],
    [{ dataVolumeGb: "16385" }, `dataVolumeGb ${size}, got 16385`],
    [{ amiId: "debian" }, 'amiId must be the id of an AMI such as ami-0123456789abcdef0, got "debian"'],
    [{ subnetId: "subnet-1" }, 'subnetId must be the id of a subnet such as subnet-0123456789abcdef0, got "subnet-1"'],
    [
        { ...subnet, securityGroupIds: '["sg-0123456789abcdef0","default"]' },
        'securityGroupIds[1] must be the id of a security group such as sg-0123456789abcdef0, got "default"',
    ],
    [
        { securityGroupIds: '["sg-0123456789abcdef0"]' },
        "securityGroupIds must be left out where subnetId is not given: a group belongs to the VPC that it is in",
    ],
    [
        { ...subnet, vpcCidr: "10.65.0.0/24" },
        'vpcCidr must be left out where subnetId is given: it has no effect, as no VPC is made, got "10.65.0.0/24"',
    ],
    [{ dnsZoneId: "Z0123" }, "dnsName must be given together with dnsZoneId"],
    [{ dnsName: "bmp.example.net" }, "dnsZoneId must be given together with dnsName"],
    [
        { dnsZoneId: "example.net", dnsName: "bmp.example.net" },
        'dnsZoneId must be the id of a hosted zone of Route 53 such as Z0123456789ABCDEFGHIJ, got "example.net"',
    ],
    [
        { dnsZoneId: "Z0123", dnsName: "*.example.net" },
        'dnsName must be a DNS name such as collector.example.net, got "*.example.net"',
    ],
    ...["collector", "key/01234567-89ab-cdef-0123-456789abcdef", `${kms}:01234567-89ab-cdef-0123-456789abcdef`].map(
        (kmsKeyId): [Record<string, string>, string] => [
            { kmsKeyId },
            `kmsKeyId must be the id of a KMS key, its ARN, alias/NAME, or an alias's ARN, got "${kmsKeyId}"`,
        ],
    ),
    [{ snapshotRetainDays: "-1" }, "snapshotRetainDays must be a whole number from 0 to 3650, got -1"],
    [
        { snapshotRoleArn: role },
        "snapshotRoleArn must be left out where snapshotRetainDays is 0: no snapshots are made",
    ],
    [
        { snapshotRetainDays: "7", snapshotRoleArn: "snapshots" },
        'snapshotRoleArn must be the ARN of an IAM role such as arn:aws:iam::123456789012:role/snapshots, got "snapshots"',
    ],
    [
        { dataSnapshotId: "vol-0123456789abcdef0" },
        'dataSnapshotId must be the id of a snapshot of a volume such as snap-0123456789abcdef0, got "vol-',
    ],
    [{ terminationProtection: "1" }, "terminationProtection must be true or false, got 1"],
    [{ publicIpv4: "perhaps" }, 'publicIpv4 must be true or false, got "perhaps"'],
    [{ bmpPort: "22" }, "bmpPort must be another port than 22, where SSH listens, got 22"],
])("%j is refused", (config, line) => {
    expect(problems(config).map((found) => found.replace(/^- /, ""))).toEqual([expect.stringContaining(line)]);
});

test.each(["t3a.medium", "m7i-flex.large", "c6id.metal-32xl", "u7in-16tb.224xlarge", "mac-m4.metal"])(
    "the instance type %s has the form of one",
    (instanceType) => {
        expect(problems({ instanceType })).toEqual([]);
    },
);

test.each([
    "01234567-89ab-cdef-0123-456789abcdef",
    "mrk-0123456789abcdef0123456789abcdef",
    "alias/team/collector",
    `${kms}:key/mrk-0123456789abcdef0123456789abcdef`,
    `${kms}:alias/collector`,
    "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
])("the KMS key %s has the form of one", (kmsKeyId) => {
    expect(problems({ kmsKeyId })).toEqual([]);
});

test("keys of any kind that can be read are accepted for the login", () => {
    expect(problems({ sshPrivateKey: rsa.private })).toEqual([]);
    expect(problems({ sshPrivateKey: locked.private, sshPrivateKeyPassword: "open sesame" })).toEqual([]);
});

test("no refusal of a key shows the key", () => {
    const body = locked.private.split("\n")[1] ?? "";
    expect(body).not.toBe("");
    expect(problems({ hostPrivateKey: locked.private, sshPrivateKey: locked.private }).join()).not.toContain(body);
});

test("what an accepted configuration shuts out is named", () => {
    expect(settingsWarnings(parseSettings(goodAws))).toEqual([
        "bmpAllowedCidrs is empty, so no router can connect: list their prefixes",
        "restAllowedCidrs is empty, so nobody but the host itself can use the REST API: list the prefixes that may",
    ]);
    const lists = {
        bmpAllowedCidrs: '["192.0.2.0/24","2001:db8::/32"]',
        restAllowedCidrs: '["2001:db8::/32"]',
        kafkaAllowedCidrs: '["198.51.100.0/24"]',
        kafkaFqdn: "kafka.example.net",
    };
    expect(settingsWarnings(parseSettings({ ...goodAws, ...lists }))).toEqual([]);
    expect(settingsWarnings(parseSettings({ ...goodAws, ...lists, publicIpv4: "false" }))).toEqual([
        "bmpAllowedCidrs has IPv4 prefixes (192.0.2.0/24), which cannot connect: set publicIpv4, or remove them",
        "kafkaAllowedCidrs has IPv4 prefixes (198.51.100.0/24), which cannot connect: set publicIpv4, or remove them",
    ]);
});

test("variables that the image does not read are named with those that it reads, without their values", () => {
    const lists = { bmpAllowedCidrs: '["2001:db8::/32"]', restAllowedCidrs: '["2001:db8::/32"]' };
    const warnings = (environment: Record<string, string>) =>
        settingsWarnings(parseSettings({ ...goodAws, ...lists, environment: JSON.stringify(environment) }));
    expect(warnings({ NUM_MYSQL_CONSUMERS: "4", MYSQL_OPENBMP_PASSWORD: "hunter2" })).toEqual([
        "environment has NUM_MYSQL_CONSUMERS, which the image does not read: name it NUM_CONSUMERS",
        "environment has MYSQL_OPENBMP_PASSWORD, which the image does not read: name it OPENBMP_DB_PASSWORD",
    ]);
    expect(warnings({ NUM_CONSUMERS: "4", ENABLE_RPKI: "1" })).toEqual([]);
    expect(warnings({ OPENBMP_DB_PASSWORD: "hunter2" })).toEqual([
        expect.stringMatching(/^environment has OPENBMP_DB_PASSWORD, which the image's consumers do not read: [^2]*$/),
    ]);
});
