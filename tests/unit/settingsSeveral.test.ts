import { collectorsOf } from "../../components/settings/load";
import { goodAws } from "../awsConfig";
import { ed25519KeyPair } from "../sshKeys";
import { problemsWith } from "./problemsWith";

const { private: sshPrivateKey, public: hostKey } = ed25519KeyPair();
const { public: otherKey } = ed25519KeyPair();
const shared = { target: "host", sshPrivateKey };
const root = { hostAddress: "2001:db8::10", hostUser: "admin", hostKey };
const second = { name: "fra-2", address: "2001:db8::20", user: "root", hostKey: otherKey };
const third = { name: "ams", address: "c.example.net", port: 2222, user: "ops", hostKey: otherKey, adminId: "AMS" };

const several = (config: object, ...hosts: object[]) =>
    collectorsOf({ ...shared, ...config, hosts: JSON.stringify(hosts) });
const own = ({ settings }: ReturnType<typeof several>[number]) =>
    settings.target === "host" ? [settings.hostAddress, settings.hostPort, settings.hostUser, settings.adminId] : [];

describe("the collectors of a stack", () => {
    test("are the one that hostAddress names, as it is by itself, and those of hosts", () => {
        const [first, ...others] = several({ ...root, reapply: "1" }, second, third);
        expect([first]).toEqual(collectorsOf({ ...shared, ...root, reapply: "1" }));
        expect(first).toMatchObject({ name: "first", isRoot: true });
        expect(others.map(({ name, isRoot }) => [name, isRoot])).toEqual([
            ["fra-2", false],
            ["ams", false],
        ]);
        expect(others.map(own)).toEqual([
            ["2001:db8::20", 22, "root", "fra-2"],
            ["c.example.net", 2222, "ops", "AMS"],
        ]);
        expect(others.map(({ settings }) => settings.reapply)).toEqual(["1", "1"]);
    });

    test("are those of hosts alone where there is no hostAddress", () => {
        const { user, ...withoutUser } = second;
        const collectors = several({ hostUser: user }, withoutUser, third);
        expect(collectors.map(({ name, isRoot }) => [name, isRoot])).toEqual([
            ["fra-2", false],
            ["ams", false],
        ]);
        expect(collectors.map(own)[0]).toEqual(["2001:db8::20", 22, "root", "fra-2"]);
    });

    test("in AWS are as many as are asked for, each with an adminId of its own where there is one", () => {
        const collectors = collectorsOf({ ...goodAws, collectors: "3", adminId: "oslo" });
        expect(collectors.map(({ name, isRoot, settings }) => [name, isRoot, settings.adminId])).toEqual([
            ["first", true, "oslo"],
            ["collector-2", false, "oslo-2"],
            ["collector-3", false, "oslo-3"],
        ]);
        expect(collectorsOf({ ...goodAws, collectors: "2" })[1]?.settings.adminId).toBeUndefined();
    });

    test("in AWS have a name each where the first has one, by which their brokers are reached", () => {
        const dnsName = "bmp.example.net";
        const kafka = { kafkaFqdn: dnsName, kafkaAllowedCidrs: '["2001:db8::/32"]' };
        const collectors = collectorsOf({ ...goodAws, ...kafka, collectors: "2", dnsZoneId: "Z0123", dnsName });
        const names = [dnsName, `collector-2.${dnsName}`];
        expect(collectors.map(({ settings }) => settings.kafkaFqdn)).toEqual(names);
        expect(collectors.map(({ settings }) => settings.target === "aws" && settings.dnsName)).toEqual(names);
    });
});

const NAME = "must be 1 to 24 lower-case letters, digits and hyphens, a letter first, no hyphen last";
const ADDRESS = "must be an IPv4 or IPv6 address or a DNS name, without brackets, prefix length, zone or spaces";
const other = (name: string) => `must be another one than that of the collector "${name}"`;

test.each<[string, object, unknown, string[]]>([
    [
        "a name for all brokers",
        { ...root, kafkaFqdn: "k.example.net", kafkaAllowedCidrs: '["2001:db8::/32"]' },
        [second],
        [
            'kafkaFqdn must be left out where there are several hosts: each one\'s broker would send its consumers to that name, got "k.example.net"',
        ],
    ],
    ["no list", root, { name: "a" }, ['hosts must be a list of hosts, each an object, got {"name":"a"}']],
    [
        "no object",
        root,
        ["a"],
        ['hosts[0] must be an object with name, address, port, user, hostKey, adminId, routerFacingAddress, got "a"'],
    ],
    ["a bad name", root, [{ ...second, name: "Fra_2" }], [`hosts[0].name ${NAME}, got "Fra_2"`]],
    ["no name", root, [{ ...second, name: undefined }], [`hosts[0].name is missing: it ${NAME}`]],
    [
        "an unknown key",
        root,
        [second, { ...third, adress: "x" }],
        ["hosts[1].adress is not a key of this project; did you mean hosts[1].address?"],
    ],
    ["a bad address", root, [second, { ...third, address: "[::1]" }], [`hosts[1].address ${ADDRESS}, got "[::1]"`]],
    ["no address", {}, [{ ...second, address: undefined }], [`hosts[0].address is missing: it ${ADDRESS}`]],
    [
        "a bad port",
        root,
        [{ ...second, port: "22" }],
        ['hosts[0].port must be a whole number from 1 to 65535, got "22"'],
    ],
    [
        "no user at all",
        {},
        [{ ...second, user: undefined }],
        ["hosts[0].user is missing: it must be a login name of up to 64 letters, digits and _ . - + @ \\"],
    ],
    [
        "a name twice",
        root,
        [second, { ...third, name: "fra-2", adminId: "x" }],
        [`hosts[1].name ${other("fra-2")}, got "fra-2"`],
    ],
    ["the root's name", root, [{ ...second, name: "first" }], [`hosts[0].name ${other("first")}, got "first"`]],
    [
        "an address twice",
        root,
        [{ ...second, address: "2001:DB8:0::10" }],
        [`hosts[0].address ${other("first")}, got "2001:DB8:0::10"`],
    ],
    ["an address at another port", root, [{ ...second, address: "2001:db8::10", port: 2222 }], []],
    ["an adminId twice", { ...root, adminId: "fra-2" }, [second], [`hosts[0].adminId ${other("first")}, got "fra-2"`]],
    [
        "a key of the root's without it",
        { hostPort: "2222", adminId: "a" },
        [second],
        [
            "hostPort must be left out where hostAddress is: give each of hosts its port",
            "adminId must be left out where hostAddress is: give each of hosts its adminId",
        ],
    ],
    [
        "a root without its key",
        { ...root, hostKey: "" },
        [second],
        ["hostKey is missing: it must be a public SSH host key"],
    ],
    [
        "what all share, once",
        { ...root, bmpPort: "0" },
        [second, third],
        ["bmpPort must be a whole number from 1 to 65535, got 0"],
    ],
    [
        "a port where one's SSH listens",
        { ...root, bmpPort: "2222" },
        [second, third],
        ["bmpPort must be another port than hostPort, where SSH listens, got 2222, for ams"],
    ],
    [
        "a private key in the list",
        root,
        [{ ...second, hostKey: sshPrivateKey }],
        ["hosts[0].hostKey must be a public SSH host key"],
    ],
    [
        "keys of the other target",
        { ...root, collectors: "2" },
        [],
        ['collectors must be left out where target is "host": it belongs to target "aws"'],
    ],
])("a configuration with %s", (_, config, hosts, lines) => {
    const found = problemsWith(shared)({ ...config, hosts: JSON.stringify(hosts) });
    expect(found).toEqual(lines.map((line) => expect.stringContaining(`- ${line}`) as string));
    expect(found.join()).not.toContain(sshPrivateKey.split("\n")[1]);
});

test.each([
    [{ hosts: "[{}]" }, 'hosts must be left out where target is "aws": it belongs to target "host"'],
    [{ collectors: "0" }, "collectors must be a whole number from 1 to 16, got 0"],
    [{ collectors: "17" }, "collectors must be a whole number from 1 to 16, got 17"],
    ...["100.127.0.0/16", "100.127.255.128/25"].map((vpcCidr): [object, string] => [
        { collectors: "2", vpcCidr },
        `vpcCidr must be outside 100.127.255.0/24 where collectors is more than 1: the VPC gets that for their subnets, got "${vpcCidr}"`,
    ]),
    [
        { collectors: "2", dataSnapshotId: "snap-0123456789abcdef0" },
        'dataSnapshotId must be left out where collectors is more than 1: each would begin with the same data; restore it with one, and add the others later, got "snap-0123456789abcdef0"',
    ],
    [
        { collectors: "2", kafkaFqdn: "bmp.example.net", kafkaAllowedCidrs: '["2001:db8::/32"]' },
        'kafkaFqdn must be the same as dnsName where collectors is more than 1: of that each gets a name of its own, which its broker advertises, got "bmp.example.net"',
    ],
    [
        { collectors: "2", dnsZoneId: "Z0123", dnsName: "*" },
        'dnsName must be a DNS name such as collector.example.net, got "*"',
    ],
    [
        { collectors: "2", adminId: "a".repeat(64) },
        `adminId must be 1 to 64 letters, digits, . _ -, a letter or a digit first, got "${"a".repeat(64)}-2", for collector-2`,
    ],
])("in AWS: %p", (config: object, line: string) => {
    expect(problemsWith(goodAws)(config as never)).toEqual([`- ${line}`]);
});

test.each<object>([
    { vpcCidr: "100.127.0.0/16" },
    { dataSnapshotId: "snap-0123456789abcdef0" },
    { kafkaFqdn: "bmp.example.net", kafkaAllowedCidrs: '["2001:db8::/32"]' },
])("one in AWS alone has nothing to share: %p", (config) => {
    expect(problemsWith(goodAws)({ collectors: "1", ...config })).toEqual([]);
});
