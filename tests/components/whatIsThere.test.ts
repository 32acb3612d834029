import * as pulumi from "@pulumi/pulumi";
import { demandAsked } from "../../components/aws/dataVolume";
import { zoneOf } from "../../components/aws/dnsRecords";
import { encryptionKeyArn } from "../../components/aws/encryptionKey";
import { givenSubnet, type SubnetRequirements } from "../../components/aws/givenSubnet";
import { defaultSnapshotRole, startOfData } from "../../components/aws/snapshots";
import { lastDeployment } from "../../components/settings/lastDeployment";
import { type Answers, KEY_ARN, recordAws } from "./awsMocks";

const [subnetId, group] = ["subnet-00000001", "sg-0000000a"];
const required: SubnetRequirements = {
    ...{ subnetId, securityGroupIds: [group], publicIpv4: true },
    ...{ fixedCidrV6: "fc00:172:17::/64", instanceType: "t3.large" },
};

const parent = () => new pulumi.ComponentResource("openbmp-aio-ipv6:test:Parent", "parent");

/** What that work ends with: its result, or the lines of its refusal. */
async function outcome<T>(overrides: Answers, work: (parent: pulumi.Resource) => Promise<T>): Promise<T | string[]> {
    await recordAws(overrides);
    return work(parent()).catch((error: unknown) => {
        if (pulumi.RunError.isInstance(error)) {
            return error.message.split("\n");
        }
        throw error;
    });
}

/** The answer that AWS would give, but for those properties. */
const but =
    (changes: Record<string, unknown>): Answers[string] =>
    (args) => ({ ...args, ...changes });
const routes = (ipv4: object | undefined, ipv6: boolean) => ({
    "aws:ec2/getRouteTable:getRouteTable": but({
        id: "rtb-00000002",
        routes: [
            ...(ipv4 ? [{ cidrBlock: "0.0.0.0/0", ipv6CidrBlock: "", natGatewayId: "", ...ipv4 }] : []),
            ...(ipv6 ? [{ cidrBlock: "", ipv6CidrBlock: "::/0", natGatewayId: "" }] : []),
        ],
    }),
});
const subnet = (changes: object) => ({
    "aws:ec2/getSubnet:getSubnet": but({
        ...{ vpcId: "vpc-00000001", availabilityZone: "eu-central-1c" },
        ...{ ipv6CidrBlock: "2600:1f18:abc:1::/64", ipv6Native: false, ...changes },
    }),
});
const vpc = (ipv4: string, ipv6: string) => ({
    "aws:ec2/getVpc:getVpc": but({
        mainRouteTableId: "rtb-00000001",
        cidrBlockAssociations: [{ cidrBlock: "10.0.0.0/16" }, { cidrBlock: ipv4 }],
        ipv6CidrBlockAssociations: [{ ipv6CidrBlock: "2600:1f18:abc::/56" }, { ipv6CidrBlock: ipv6 }],
    }),
});
const groups = (ids: string[], vpcIds: string[]) => ({
    "aws:ec2/getSecurityGroups:getSecurityGroups": but({ ids, vpcIds }),
});

const noRoute6 = `subnetId must be a subnet with a route for ::/0, got "${subnetId}", whose table rtb-00000002 has none`;
const route4 = (found: string) =>
    `subnetId must be a subnet with a route for 0.0.0.0/0 that leads to no NAT gateway where publicIpv4 is true, got "${subnetId}", whose table rtb-00000002 has ${found}; set publicIpv4 to false where none is meant to be there`;

describe("a subnet that is there already", () => {
    afterAll(() => pulumi.runtime.disconnect());

    test("is taken with its VPC and its zone; its routes are the VPC's main ones where it has no others", async () => {
        const tables: unknown[] = [];
        const place = { subnetId, vpcId: "vpc-00000001", availabilityZone: "eu-central-1c" };
        const table = routes({}, true)["aws:ec2/getRouteTable:getRouteTable"];
        const ask = {
            "aws:ec2/getRouteTable:getRouteTable": (args: Record<string, unknown>) => {
                tables.push(args.routeTableId);
                return table(args);
            },
        };
        const own = { "aws:ec2/getRouteTables:getRouteTables": but({ ids: ["rtb-00000002"] }) };
        expect(await outcome(ask, (by) => givenSubnet(required, by))).toEqual(place);
        expect(await outcome({ ...ask, ...own }, (by) => givenSubnet(required, by))).toEqual(place);
        expect(tables).toEqual(["rtb-00000001", "rtb-00000002"]);
    });

    test.each<[string, Answers, string[], Partial<SubnetRequirements>?]>([
        [
            "without an IPv6 block",
            subnet({ ipv6CidrBlock: "" }),
            [`subnetId must be a subnet with an IPv6 block, got "${subnetId}", which has none: give it one`],
        ],
        [
            "without IPv4",
            subnet({ ipv6Native: true }),
            [`publicIpv4 must be false where subnetId is a subnet without IPv4 (${subnetId}), got true`],
        ],
        ["without a way out over IPv6", routes({}, false), [noRoute6]],
        ["without any", routes(undefined, false), [noRoute6, route4("none")]],
        ["behind a NAT gateway", routes({ natGatewayId: "nat-1" }, true), [route4("nat-1")]],
        [
            "with the containers' prefix",
            vpc("10.1.0.0/16", "fc00:172::/32"),
            [`fixedCidrV6 must be outside fc00:172::/32, which the VPC of ${subnetId} has, got "fc00:172:17::/64"`],
        ],
        [
            "with the prefix of Docker's bridge",
            vpc("172.17.8.0/24", "2600:1f18:abd::/56"),
            [
                `subnetId must be a subnet of a VPC outside 172.17.0.0/16, which Docker's bridge uses, got "${subnetId}", whose VPC has 172.17.8.0/24`,
            ],
        ],
        [
            "in a zone without the type",
            subnet({ availabilityZone: "eu-central-1a" }),
            [`instanceType must be a type that AWS offers in eu-central-1a, where ${subnetId} is, got "t3.large"`],
        ],
        [
            "beside a group of another VPC",
            groups([group], ["vpc-00000002"]),
            [
                `securityGroupIds[0] must be a security group of vpc-00000001, where subnetId is, got "${group}", which is in vpc-00000002`,
            ],
        ],
        [
            "beside a group that is not there",
            groups([], []),
            [
                `securityGroupIds[0] must be a security group of vpc-00000001, where subnetId is, got "${group}", which is not there`,
            ],
        ],
    ])("is refused %s", async (_, answers, lines) => {
        expect(await outcome(answers, (by) => givenSubnet(required, by))).toEqual(lines);
    });

    test.each<[string, Answers]>([
        ["a way out over IPv4", routes(undefined, true)],
        ["an IPv4 address", subnet({ ipv6Native: true })],
    ])("needs not %s where the VM has no public one", async (_, answers) => {
        const found = await outcome(answers, (by) => givenSubnet({ ...required, publicIpv4: false }, by));
        expect(found).toMatchObject({ subnetId });
    });

    test("is refused by its key where AWS does not know it, and a type that the collector cannot run on by its own", async () => {
        const unknown = () => {
            throw new Error("no matching EC2 Subnet found");
        };
        expect(await outcome({ "aws:ec2/getSubnet:getSubnet": unknown }, (by) => givenSubnet(required, by))).toEqual([
            expect.stringMatching(
                /^subnetId must be a subnet of this account's in this region, got "subnet-00000001": /,
            ),
        ]);
        const small = { "aws:ec2/getInstanceType:getInstanceType": but({ supportedArchitectures: [], memorySize: 1 }) };
        expect(await outcome(small, (by) => givenSubnet(required, by))).toEqual([
            expect.stringMatching(/^instanceType must be a type of the Nitro system/),
        ]);
    });
});

describe("a KMS key", () => {
    const key = {
        arn: KEY_ARN,
        enabled: true,
        keyState: "Enabled",
        keySpec: "SYMMETRIC_DEFAULT",
        keyUsage: "ENCRYPT_DECRYPT",
    };

    test.each<[Record<string, unknown>, string]>([
        [{ enabled: false, keyState: "PendingDeletion" }, "PendingDeletion, SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT"],
        [{ keySpec: "RSA_2048" }, "Enabled, RSA_2048, ENCRYPT_DECRYPT"],
        [{ keySpec: "HMAC_256", keyUsage: "GENERATE_VERIFY_MAC" }, "Enabled, HMAC_256, GENERATE_VERIFY_MAC"],
    ])("that EBS does not take is refused: %j", async (changes, found) => {
        const answers = { "aws:kms/getKey:getKey": but({ ...key, ...changes }) };
        expect(await outcome(answers, (by) => encryptionKeyArn("alias/a", by))).toEqual([
            `kmsKeyId must be a symmetric key that is enabled and encrypts, got "alias/a", which is ${found}`,
        ]);
    });
});

describe("a snapshot that the data begins from", () => {
    const dataSnapshotId = "snap-00000001";
    const start = (overrides: Answers, dataVolumeGb = 50) =>
        outcome(overrides, (by) => startOfData(dataSnapshotId, { dataVolumeGb, lastDeployment }, by));
    const gone = {
        "aws:ebs/getSnapshot:getSnapshot": () => {
            throw new Error("InvalidSnapshot.NotFound");
        },
    };

    test("is refused while it is made, where it is larger than the volume, and where it is not there", async () => {
        const pending = { "aws:ebs/getSnapshot:getSnapshot": but({ state: "pending", volumeSize: 50 }) };
        expect(await start(pending)).toEqual([
            `dataSnapshotId must be a snapshot that is completed, got "${dataSnapshotId}", which is pending`,
        ]);
        expect(await start({}, 49)).toEqual([`dataVolumeGb must be 50 or more, as ${dataSnapshotId} has it, got 49`]);
        expect(await start(gone)).toEqual([expect.stringMatching(/^dataSnapshotId must be .*, got "snap-00000001": /)]);
    });

    test("is not looked at again when the volume is there", async () => {
        const deployed = {
            "pulumi:pulumi:readStackOutputs": but({ outputs: { deployedSettings: { dataSnapshotId } } }),
        };
        expect(await start({ ...gone, ...deployed })).toBe(dataSnapshotId);
    });
});

test.each([
    [{ snapshotId: "snap-1", kmsKeyId: KEY_ARN }, { snapshotId: "snap-1", kmsKeyId: KEY_ARN }, /^none$/],
    [{ snapshotId: "", kmsKeyId: KEY_ARN }, {}, /^none$/],
    [
        { snapshotId: "" },
        { snapshotId: "snap-1" },
        /^dataSnapshotId must be .* \(left out\), got "snap-1": put it back/,
    ],
    [{ kmsKeyId: "arn:a" }, { kmsKeyId: KEY_ARN }, /^kmsKeyId must be .* \(arn:a\), got "arn:/],
])("a volume of %j, which a first deployment left, for %j: %s", (made, asked, expected) => {
    const refusal = () => {
        try {
            demandAsked(made, asked);
            return "none";
        } catch (error) {
            return (error as Error).message;
        }
    };
    expect(refusal()).toMatch(expected);
});

test("snapshots without a role are refused with the way to the account's default one", async () => {
    const none = {
        "aws:iam/getRole:getRole": () => {
            throw new Error("NoSuchEntity");
        },
    };
    expect(await outcome(none, (by) => defaultSnapshotRole(by))).toEqual([
        expect.stringMatching(
            /^snapshotRoleArn must be .* AWSDataLifecycleManagerDefaultRole .*"aws dlm create-default-role" makes, got nothing: /,
        ),
    ]);
});

describe("a name", () => {
    const zoneOfName = (dnsName: string, name: string) =>
        outcome({ "aws:route53/getZone:getZone": but({ name }) }, (by) => zoneOf({ zoneId: "Z1", dnsName }, by));

    test.each([
        ["bmp.example.net", "example.net"],
        ["BMP.example.net", "Example.NET."],
        ["example.net", "example.net"],
    ])("%s is in the zone %s", async (dnsName, zone) => {
        expect(await zoneOfName(dnsName, zone)).toBe("Z1");
    });

    test.each(["bmp.example.com", "bmp-example.net", "net"])("%s is refused in example.net", async (dnsName) => {
        expect(await zoneOfName(dnsName, "example.net")).toEqual([
            `dnsName must be a name in the zone example.net (Z1), got "${dnsName}"`,
        ]);
    });
});
