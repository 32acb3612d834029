import * as pulumi from "@pulumi/pulumi";
import { loginKey, vmKey } from "../awsConfig";
import { KEY_ARN, pinnedTo, recordAws, type Recording } from "./awsMocks";
import { configure, runProgram, secretText, valueOf } from "./mocks";
import { hostCommands } from "./stepCases";

// Each run loads the modules of @pulumi/aws anew.
jest.setTimeout(60_000);

const base = {
    sshPrivateKey: loginKey.private,
    hostPrivateKey: vmKey.private,
    sshAllowedCidrs: '["2001:db8:5::/48"]',
    bmpAllowedCidrs: '["2001:db8:1::/48","192.0.2.0/24"]',
    restAllowedCidrs: '["2001:db8:2::/64"]',
};

type Outputs = Record<string, pulumi.Output<unknown>>;

/** Runs the whole program with that configuration. */
async function run(config: Record<string, string>): Promise<Recording & { outputs: Outputs }> {
    const recording = await recordAws();
    configure({ ...base, ...config });
    const outputs = await runProgram();
    return { ...recording, outputs };
}

const namesOf = ({ registrations }: Recording, prefix: string) =>
    registrations
        .filter(({ type }) => type.startsWith(prefix))
        .map(({ type, name }) => `${type.replace(/^aws:[a-z0-9]+\/\w+:/, "")} ${name}`)
        .sort();

const network = [
    "DefaultSecurityGroup network-default-security-group",
    "Instance host-instance",
    "InternetGateway network-internet-gateway",
    "NetworkInterface host-network-interface",
    "Route network-route-ipv4",
    "Route network-route-ipv6",
    "RouteTable network-route-table",
    "RouteTableAssociation network-route-table-association",
    "SecurityGroup network-security-group",
    "SecurityGroupEgressRule network-egress-http-ipv6",
    "SecurityGroupEgressRule network-egress-https-ipv6",
    "SecurityGroupIngressRule network-ingress-bmp-192.0.2.0_24",
    "SecurityGroupIngressRule network-ingress-bmp-2001-db8-1--_48",
    "SecurityGroupIngressRule network-ingress-icmpv6-destination-unreachable",
    "SecurityGroupIngressRule network-ingress-icmpv6-echo-request",
    "SecurityGroupIngressRule network-ingress-icmpv6-packet-too-big",
    "SecurityGroupIngressRule network-ingress-icmpv6-time-exceeded",
    "SecurityGroupIngressRule network-ingress-rest-2001-db8-2--_64",
    "SecurityGroupIngressRule network-ingress-ssh-2001-db8-5--_48",
    "Subnet network-subnet",
    "Volume host-data-volume",
    "VolumeAttachment host-data-volume-attachment",
    "Vpc network-vpc",
];
const ipv4 = [
    "Eip host-public-ipv4",
    "SecurityGroupEgressRule network-egress-http-ipv4",
    "SecurityGroupEgressRule network-egress-https-ipv4",
];

afterAll(() => pulumi.runtime.disconnect());

describe("the whole program in AWS, with its defaults", () => {
    let recording: Recording & { outputs: Outputs };
    const found = (name: string) => {
        const registration = recording.registrations.find((each) => each.name === name);
        if (!registration) {
            throw new Error(`${name} was not registered`);
        }
        return registration;
    };

    const commands = () => recording.registrations.filter(({ type }) => type === "command:remote:Command");

    beforeAll(async () => {
        recording = await run({});
    });

    test("creates exactly the network and the VM, in both families", () => {
        expect(namesOf(recording, "aws:")).toEqual([...network, ...ipv4].sort());
    });

    test("every resource in AWS belongs to its component, and carries the stack's tags where it can", () => {
        const resources = recording.registrations.filter(({ type }) => type.startsWith("aws:"));
        expect(resources.map(({ name, parent }) => [name, parent])).toEqual(
            resources.map(({ name }) => [name, name.startsWith("network-") ? "network" : "host"]),
        );
        const untaggable = /:(Route|RouteTableAssociation|VolumeAttachment)$/;
        for (const { inputs } of resources.filter(({ type }) => !untaggable.test(type))) {
            expect(inputs.tags).toMatchObject({
                Name: expect.stringMatching(/^openbmp-aio-ipv6-test-/) as string,
                Project: "openbmp-aio-ipv6",
                Stack: "test",
                ManagedBy: "pulumi",
                Ephemeral: "false",
            });
        }
    });

    test("the subnet has the first /64 of the VPC's block, and both default routes lead out", () => {
        expect(found("network-vpc").inputs).toMatchObject({
            cidrBlock: "10.64.0.0/24",
            assignGeneratedIpv6CidrBlock: true,
        });
        expect(found("network-subnet").inputs).toMatchObject({
            ipv6CidrBlock: "2600:1f18:abc:de00::/64",
            availabilityZone: "eu-central-1b",
        });
        const way = { routeTableId: "network-route-table-id", gatewayId: "network-internet-gateway-id" };
        expect(found("network-route-ipv4").inputs).toEqual({ ...way, destinationCidrBlock: "0.0.0.0/0" });
        expect(found("network-route-ipv6").inputs).toEqual({ ...way, destinationIpv6CidrBlock: "::/0" });
        expect(found("network-default-security-group").inputs).toMatchObject({ ingress: [], egress: [] });
        expect(found("network-security-group").inputs).not.toHaveProperty("ingress");
    });

    test("no TCP port is open to the world, and none of the database and the bus at all", () => {
        const rules = recording.registrations.filter(({ type }) => type.endsWith("SecurityGroupIngressRule"));
        const tcp = rules.filter(({ inputs }) => inputs.ipProtocol !== "icmpv6");
        expect(tcp.map(({ inputs }) => inputs.fromPort).sort()).toEqual([22, 5000, 5000, 8001]);
        expect(tcp.filter(({ inputs }) => /\/0$/.test(String(inputs.cidrIpv4 ?? inputs.cidrIpv6)))).toEqual([]);
    });

    test("the VM is made of the newest Debian, answers metadata to itself only, and stays when Debian moves on", () => {
        const { inputs, ...options } = found("host-instance");
        const { userData, tags, rootBlockDevice, ...others } = inputs;
        expect(others).toEqual({
            ami: "ami-0debian0debian013",
            instanceType: "t3.large",
            primaryNetworkInterface: { networkInterfaceId: "host-network-interface-id" },
            userDataReplaceOnChange: true,
            metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
            ebsOptimized: true,
            disableApiTermination: false,
        });
        expect(rootBlockDevice).toMatchObject({ volumeType: "gp3", volumeSize: 20, encrypted: true });
        expect(tags).toMatchObject({ Name: "openbmp-aio-ipv6-test-collector" });
        expect(options).toMatchObject({ deleteBeforeReplace: true, ignoreChanges: ["ami"], protect: false });
        expect(options.secretOutputs).toContain("userData");
        expect(secretText(userData)).toContain("host-data-volume-id");
    });

    test("the VM waits for its way out and its address: the first boot fetches packages", () => {
        expect(found("host-instance").dependsOn).toEqual(
            expect.arrayContaining([
                "host-public-ipv4",
                "network-route-ipv4",
                "network-route-ipv6",
                "network-route-table-association",
                "network-egress-https-ipv6",
            ]),
        );
        expect(found("host-public-ipv4").dependsOn).toContain("network-internet-gateway");
    });

    test("the data has an encrypted volume of its own, protected, on the VM's zone", () => {
        const { inputs, protect } = found("host-data-volume");
        expect(inputs).toMatchObject({ availabilityZone: "eu-central-1b", size: 50, type: "gp3", encrypted: true });
        expect(protect).toBe(true);
        const attachment = found("host-data-volume-attachment");
        expect(attachment.inputs).toEqual({
            instanceId: "host-instance-id",
            volumeId: "host-data-volume-id",
            deviceName: "/dev/sdf",
            stopInstanceBeforeDetaching: true,
        });
        expect(attachment.deletedWith).toBe("host-instance");
    });

    test("steps begin with the VM's first boot, and go with the VM", () => {
        expect(commands().map(({ name, deletedWith }) => [name, deletedWith])).toEqual(
            ["host-cloud-init", ...hostCommands].map((name) => [name, "host-instance"]),
        );
        expect(found("host-cloud-init").dependsOn).toContain("host-data-volume-attachment");
        expect(found("host-preflight").dependsOn).toContain("host-cloud-init");
        expect(found("docker-daemon-config-write").dependsOn).toEqual(
            expect.arrayContaining(["host-preflight", "host-cloud-init"]),
        );
    });

    test("every connection is pinned to the key that the VM was given; only the first waits for a boot", () => {
        for (const { name, inputs } of commands()) {
            expect(secretText(inputs.connection)).toMatchObject({
                host: "2600:1f18:abc:de00::1234",
                user: "admin",
                hostKey: vmKey.public,
                dialErrorLimit: name === "host-cloud-init" ? 60 : 2,
            });
        }
    });

    test("another VM runs all steps again: each carries the VM's id", () => {
        for (const { inputs } of commands()) {
            expect(secretText(inputs.stdin)).toContain(`MACHINE='${vmKey.public} host-instance-id'`);
        }
    });

    test("no key goes to the engine in clear", () => {
        const bodies = [loginKey, vmKey].map((key) => key.private.split("\n")[3] ?? "");
        const all = JSON.stringify(recording.registrations);
        const clear = JSON.stringify(recording.registrations, (_, value: unknown) =>
            secretText(value) === undefined ? value : "[secret]",
        );
        for (const body of bodies) {
            expect(all).toContain(body);
            expect(clear).not.toContain(body);
        }
    });

    test("gives out both addresses, and the image with its digest", async () => {
        const values = await Promise.all(
            ["ipv6Address", "ipv4Address", "bmpEndpoint", "sshCommand"].map((name) =>
                valueOf(pulumi.output(recording.outputs[name])),
            ),
        );
        expect(values).toEqual([
            "2600:1f18:abc:de00::1234",
            "198.51.100.20",
            "[2600:1f18:abc:de00::1234]:5000",
            "ssh -p 22 admin@2600:1f18:abc:de00::1234",
        ]);
        expect(secretText(found("aio-container-create").inputs.stdin)).toContain(`IMAGE=${pinnedTo("openbmp/aio")}\n`);
        expect(recording.calls.map(({ token }) => token).sort()).toEqual([
            "aws:ec2/getInstanceType:getInstanceType",
            "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings",
            "aws:ssm/getParameter:getParameter",
            "docker:index/getRegistryImage:getRegistryImage",
            "pulumi:pulumi:readStackOutputs",
        ]);
        const secret = Object.entries(recording.outputs).map(async ([name, output]) => [
            name,
            await pulumi.isSecret(output),
        ]);
        expect((await Promise.all(secret)).filter(([, isSecret]) => isSecret)).toEqual([["deployedSettings", true]]);
    });
});

test("without a public IPv4 address there is no rule and no address for IPv4 on the way out", async () => {
    const recording = await run({ publicIpv4: "false" });
    expect(namesOf(recording, "aws:")).toEqual(network);
    expect(await valueOf(pulumi.output(recording.outputs.ipv4Address))).toBe("");
});

test("SSH goes over IPv4 where the list has an IPv4 prefix and the VM an IPv4 address", async () => {
    const { outputs } = await run({ sshAllowedCidrs: '["192.0.2.0/24","2001:db8:5::/48"]' });
    expect(await valueOf(pulumi.output(outputs.sshCommand))).toBe("ssh -p 22 admin@198.51.100.20");
});

test("an AMI of one's own is not looked up, and a new one replaces the VM", async () => {
    const { registrations, calls } = await run({ amiId: "ami-0123456789abcdef0", pinImage: "false" });
    const instance = registrations.find(({ name }) => name === "host-instance");
    expect([instance?.inputs.ami, instance?.ignoreChanges]).toEqual(["ami-0123456789abcdef0", []]);
    expect(calls.map(({ token }) => token)).toEqual([
        "pulumi:pulumi:readStackOutputs",
        "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings",
        "aws:ec2/getInstanceType:getInstanceType",
    ]);
});

describe("in a subnet that is there already", () => {
    const given = { subnetId: "subnet-0123456789abcdef0", securityGroupIds: '["sg-0000000a"]' };
    const inputsOf = ({ registrations }: Recording, name: string) =>
        registrations.find((each) => each.name === name)?.inputs;

    test("makes the VM and its security group, and no network", async () => {
        const recording = await run(given);
        const made = /^(Instance|NetworkInterface|Eip|SecurityGroup\w*|Volume|VolumeAttachment) /;
        expect(namesOf(recording, "aws:")).toEqual([...network, ...ipv4].filter((name) => made.test(name)).sort());
        expect(inputsOf(recording, "network-security-group")).toMatchObject({ vpcId: "vpc-00000001" });
        expect(inputsOf(recording, "host-network-interface")).toMatchObject({
            subnetId: given.subnetId,
            securityGroups: ["network-security-group-id", "sg-0000000a"],
        });
        expect(inputsOf(recording, "host-data-volume")).toMatchObject({ availabilityZone: "eu-central-1c" });
    });

    test.each([
        ["true", { AAAA: "2600:1f18:abc:de00::1234", A: "198.51.100.20" }],
        ["false", { AAAA: "2600:1f18:abc:de00::1234" }],
    ])("the VM has a name for each of its addresses (publicIpv4: %s)", async (publicIpv4, addresses) => {
        const recording = await run({ publicIpv4, dnsZoneId: "Z0123", dnsName: "bmp.example.net" });
        const records = recording.registrations.filter(({ type }) => type === "aws:route53/record:Record");
        expect(records.map(({ inputs }) => inputs)).toEqual(
            Object.entries(addresses).map(([type, address]) => ({
                ...{ zoneId: "Z0123", name: "bmp.example.net", ttl: 300 },
                ...{ type, records: [address] },
            })),
        );
    });

    test("both volumes have the key that is named, and keep it whatever an alias names later", async () => {
        const { registrations } = await run({ kmsKeyId: "alias/collector", terminationProtection: "true" });
        const [volume, instance] = ["host-data-volume", "host-instance"].map((name) =>
            registrations.find((each) => each.name === name),
        );
        expect(volume).toMatchObject({
            inputs: { kmsKeyId: KEY_ARN },
            ignoreChanges: ["kmsKeyId", "snapshotId"],
        });
        expect(instance).toMatchObject({
            inputs: { rootBlockDevice: { kmsKeyId: KEY_ARN }, disableApiTermination: true },
            ignoreChanges: ["ami", "rootBlockDevice.kmsKeyId"],
        });
    });
});

const defaultRole = "arn:aws:iam::123456789012:role/service-role/AWSDataLifecycleManagerDefaultRole";
const ownRole = "arn:aws:iam::123456789012:role/backup/snapshots";

test.each([
    [{}, defaultRole, 1],
    [{ snapshotRoleArn: ownRole }, ownRole, 0],
])("the data volume has daily snapshots where they are asked for: %j", async (config, executionRoleArn, lookUps) => {
    const { registrations, calls } = await run({ snapshotRetainDays: "14", ...config });
    const [policy, volume] = ["host-snapshots", "host-data-volume"].map((name) =>
        registrations.find((each) => each.name === name),
    );
    expect(policy?.inputs).toMatchObject({
        executionRoleArn,
        policyDetails: {
            resourceTypes: ["VOLUME"],
            targetTags: { Name: (volume?.inputs.tags as Record<string, string>).Name },
            schedules: [
                {
                    createRule: { interval: 24, intervalUnit: "HOURS", times: "03:00" },
                    retainRule: { interval: 14, intervalUnit: "DAYS" },
                    tagsToAdd: { Name: "openbmp-aio-ipv6-test-data-snapshot", Stack: "test" },
                },
            ],
        },
    });
    expect(calls.filter(({ token }) => token.startsWith("aws:iam/"))).toHaveLength(lookUps);
});

test("a new data volume begins from a snapshot, encrypted, and the VM is told nothing of it", async () => {
    const userData = ({ registrations }: Recording) =>
        secretText(registrations.find(({ name }) => name === "host-instance")?.inputs.userData);
    const [blank, restored] = [await run({}), await run({ dataSnapshotId: "snap-0123456789abcdef0" })];
    const volume = restored.registrations.find(({ name }) => name === "host-data-volume");
    expect(volume?.inputs).toMatchObject({ snapshotId: "snap-0123456789abcdef0", encrypted: true, size: 50 });
    expect(userData(restored)).toBe(userData(blank));
});

test("a branch's stack takes its data with it, and says in its tags until when it is of use", async () => {
    const { registrations } = await run({ ephemeral: "true", expiresAt: "2026-01-31T12:00:00Z" });
    const volume = registrations.find(({ name }) => name === "host-data-volume");
    expect(volume?.protect).toBe(false);
    expect(volume?.inputs.tags).toMatchObject({ Ephemeral: "true", ExpiresAt: "2026-01-31T12:00:00Z" });
});

test("a world-open list is open where it is asked for", async () => {
    const recording = await run({ bmpAllowedCidrs: '["::/0"]', allowWorldOpen: "true" });
    expect(namesOf(recording, "aws:")).toContain("SecurityGroupIngressRule network-ingress-bmp---_0");
});

test("a bastion is on the way to the VM, where one is configured", async () => {
    const { outputs } = await run({ bastionAddress: "192.0.2.99", bastionHostKey: vmKey.public });
    expect(await valueOf(pulumi.output(outputs.sshCommand))).toBe(
        "ssh -J admin@192.0.2.99 -p 22 admin@2600:1f18:abc:de00::1234",
    );
});
