import * as pulumi from "@pulumi/pulumi";
import { goodAws, vmKey } from "../awsConfig";
import { recordAws, type Recording } from "./awsMocks";
import { configure, printedFor, runProgram, secretText } from "./mocks";
import { hostCommands, openbmpdStart, printed } from "./stepCases";
import type { Registration } from "./registrations";

// Each run loads the modules of @pulumi/aws anew.
jest.setTimeout(60_000);

const [second, third] = ["collector-2-", "collector-3-"];
const collector = { role: "collector", adminId: "oslo", kafkaBrokers: '["kafka.example.net:9093"]' };

/** Runs the whole program with so many collectors. */
async function run(collectors: number, config: Record<string, string> = {}): Promise<Recording> {
    const answers = { ...printed, ...printedFor(second), ...printedFor(third) };
    const started = Object.keys(answers).filter((name) => config.role && name.endsWith("collector-start"));
    const recording = await recordAws(
        {},
        { ...answers, ...Object.fromEntries(started.map((name) => [name, JSON.stringify(openbmpdStart)])) },
    );
    configure({ ...goodAws, pinImage: "false", collectors: String(collectors), ...config });
    await runProgram();
    return recording;
}

const namesOf = ({ registrations }: Recording) => registrations.map(({ name }) => name);
const belongsTo = (prefix: string) => (name: string) => name.startsWith(prefix) || `${name}-` === prefix;

/** What AWS and the machines get, by the names of the resources. */
const byName = ({ registrations }: Recording): Record<string, Registration> =>
    Object.fromEntries(registrations.map((registration) => [registration.name, registration]));

function only(resources: Record<string, Registration>, prefix: string): Record<string, Registration> {
    return Object.fromEntries(Object.entries(resources).filter(([name]) => belongsTo(prefix)(name)));
}

describe("several VMs", () => {
    let [one, two, three]: Record<string, Registration>[] = [];

    beforeAll(async () => {
        one = byName(await run(1));
        two = byName(await run(2));
        three = byName(await run(3));
    });
    afterAll(() => pulumi.runtime.disconnect());

    test("leave the first as it is by itself, whatever their number", () => {
        for (const several of [two, three]) {
            const { "network-added-ipv4": added, ...others } = several ?? {};
            expect(added?.inputs).toEqual({ vpcId: "network-vpc-id", cidrBlock: "100.127.255.0/24" });
            const first = Object.entries(others).filter(([name]) => !/^collector-\d/.test(name));
            expect(Object.fromEntries(first)).toEqual(one);
        }
    });

    test("leave the second as it is, whatever comes after it", () => {
        expect(only(three ?? {}, second)).toEqual(only(two ?? {}, second));
    });

    test("have all of their own but the VPC, its routes and the security group, below their component", () => {
        const names = Object.keys(only(two ?? {}, second)).sort();
        const own = Object.keys(one ?? {}).filter(
            (name) => !/^network-(vpc|.*(route-ipv\d|route-table|gateway|security-group)|[ei]n?gress-.*)$/.test(name),
        );
        expect(names).toEqual(["collector-2", ...own.map((name) => `${second}${name}`)].sort());
        expect(two?.["collector-2-network-subnet"]?.parent).toBe("collector-2-network");
        for (const name of ["collector-2-network", "collector-2-host"]) {
            expect(two?.[name]?.parent).toBe("collector-2");
        }
    });

    test("are each in the next zone, with the next /64 and /28", () => {
        const subnets = [three?.["collector-2-network-subnet"], three?.["collector-3-network-subnet"]];
        expect(subnets.map((subnet) => subnet?.inputs)).toEqual([
            expect.objectContaining({
                vpcId: "network-vpc-id",
                cidrBlock: "100.127.255.16/28",
                ipv6CidrBlock: "2600:1f18:abc:de01::/64",
                availabilityZone: "eu-central-1c",
            }),
            expect.objectContaining({
                cidrBlock: "100.127.255.32/28",
                ipv6CidrBlock: "2600:1f18:abc:de02::/64",
                availabilityZone: "eu-central-1b",
            }),
        ]);
        expect(subnets[0]?.ignoreChanges).toEqual(["availabilityZone"]);
        expect(three?.["collector-2-network-route-table-association"]?.inputs).toEqual({
            routeTableId: "network-route-table-id",
            subnetId: "collector-2-network-subnet-id",
        });
    });

    test("have their own interface, address, volume and tags, and the security group of the first", () => {
        expect(two?.["collector-2-host-network-interface"]?.inputs).toMatchObject({
            subnetId: "collector-2-network-subnet-id",
            securityGroups: ["network-security-group-id"],
            tags: { Name: "openbmp-aio-ipv6-test-collector-2-collector" },
        });
        expect(two?.["collector-2-host-public-ipv4"]?.inputs).toMatchObject({
            networkInterface: "collector-2-host-network-interface-id",
        });
        expect(two?.["collector-2-host-data-volume"]).toMatchObject({ protect: true, inputs: { encrypted: true } });
        expect(secretText(two?.["collector-2-host-instance"]?.inputs.userData)).toContain(
            "collector-2-host-data-volume-id",
        );
    });

    test("wait for the routes, not for each other", () => {
        const { dependsOn = [] } = two?.["collector-2-network-subnet"] ?? {};
        expect(dependsOn).toEqual(expect.arrayContaining(["network-route-ipv6", "network-egress-https-ipv6"]));
        expect(two?.["collector-2-host-instance"]?.dependsOn).toEqual(
            expect.arrayContaining(["collector-2-network-subnet", "collector-2-network-route-table-association"]),
        );
        const waiting = Object.values(two ?? {}).map(({ name, dependsOn: others }) =>
            others.some(
                (other) => belongsTo(second)(other) !== belongsTo(second)(name) && /host|collector/.test(other),
            ),
        );
        expect(waiting.filter(Boolean)).toEqual([]);
    });

    test("are machines of their own, and each step goes with its VM", () => {
        for (const name of hostCommands.map((command) => `${second}${command}`)) {
            expect(two?.[name]?.deletedWith).toBe("collector-2-host-instance");
            expect(secretText(two?.[name]?.inputs.stdin)).toContain(
                `MACHINE='${vmKey.public} collector-2-host-instance-id'`,
            );
            expect(secretText(two?.[name]?.inputs.stdin)).toContain("OWNER=openbmp-aio-ipv6/test/collector-2\n");
        }
    });
});

test("in a subnet that is there, all are in it, and nothing is added to the VPC", async () => {
    const recording = await run(2, { subnetId: "subnet-0123456789abcdef0" });
    const { "collector-2-host-network-interface": networkInterface } = byName(recording);
    expect(networkInterface?.inputs).toMatchObject({
        subnetId: "subnet-0123456789abcdef0",
        securityGroups: ["network-security-group-id"],
    });
    expect(namesOf(recording).filter((name) => /subnet$|vpc|added/.test(name))).toEqual([]);
});

test("each has a name of its own in DNS, and snapshots by its own tag", async () => {
    const config = { dnsZoneId: "Z0123", dnsName: "bmp.example.net", snapshotRetainDays: "7" };
    const resources = byName(await run(2, config));
    expect(["host-dns-aaaa", "collector-2-host-dns-aaaa"].map((name) => resources[name]?.inputs.name)).toEqual([
        "bmp.example.net",
        "collector-2.bmp.example.net",
    ]);
    const [volume, policy] = ["data-volume", "snapshots"].map((name) => resources[`collector-2-host-${name}`]?.inputs);
    expect(policy).toMatchObject({ policyDetails: { targetTags: { Name: (volume?.tags as { Name: string }).Name } } });
    expect(resources["host-data-volume"]?.inputs.tags).not.toEqual(volume?.tags);
});

test("of the role collector each has an identity of its own, and the brokers' ports are open to all", async () => {
    const resources = byName(await run(3, collector));
    for (const [prefix, adminId] of [
        ["", "oslo"],
        [second, "oslo-2"],
        [third, "oslo-3"],
    ] as const) {
        expect(secretText(resources[`${prefix}aio-container-create`]?.inputs.stdin)).toContain(`ADMIN_ID=${adminId}\n`);
    }
    expect(Object.keys(resources).filter((name) => name.includes("kafka-"))).toEqual([
        "network-egress-kafka-9093-ipv6",
        "network-egress-kafka-9093-ipv4",
    ]);
});
