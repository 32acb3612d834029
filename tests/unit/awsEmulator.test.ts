import { Cloud, type CloudResource, type ResourceToken } from "../emulators/aws/cloud";
import { firewallOf } from "../emulators/aws/firewall";
import { replaces, resourceTypes, unknownInputs } from "../emulators/aws/resources";
import type { Properties } from "../../scripts/plugin/protocol/values";

const tokens = Object.keys(resourceTypes) as ResourceToken[];
const nameOf = (token: string) => token.split(":").at(-1) ?? "";
const tokenOf = (name: string) => tokens.find((token) => nameOf(token) === name) as ResourceToken;

/** What a rule of a security group is made of, without its group. */
const sshRule = { ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv6: "2001:db8::/32" };

/** An emulated account with one of everything. */
class World {
    readonly cloud = new Cloud(
        {
            ...{ amazonPrefix: "2001:db8:aa00::/56", parameters: {}, oldZone: "eu-central-1a" },
            ...{ zones: { Z1: "example.net" }, keys: {}, roles: {}, snapshots: { "snap-1": 60 } },
        },
        "eu-central-1",
        resourceTypes,
    );
    /** By the last part of the token, as `Vpc`. */
    private readonly ids: Record<string, string> = {};

    constructor() {
        for (const token of tokens) {
            this.ids[nameOf(token)] = this.make(nameOf(token)).id;
        }
    }

    id(name: string): string {
        return this.ids[name] ?? "";
    }

    /** One more resource of that type; `changes` to the inputs of the first. */
    make(name: string, changes: Properties = {}): CloudResource {
        return this.cloud.create(tokenOf(name), { ...this.inputs(name), ...changes });
    }

    remove(...names: readonly string[]): void {
        for (const name of names) {
            this.cloud.remove(this.id(name));
        }
    }

    inputs(name: string): Properties {
        const [vpcId, subnetId, routeTableId] = [this.id("Vpc"), this.id("Subnet"), this.id("RouteTable")];
        const [securityGroupId, networkInterface] = [this.id("SecurityGroup"), this.id("NetworkInterface")];
        const inputs: Record<string, Properties> = {
            Vpc: { cidrBlock: "10.64.0.0/16", assignGeneratedIpv6CidrBlock: true },
            VpcIpv4CidrBlockAssociation: { vpcId, cidrBlock: "100.127.255.0/24" },
            Subnet: {
                ...{ vpcId, cidrBlock: "10.64.1.0/24", ipv6CidrBlock: "2001:db8:aa00::/64" },
                availabilityZone: "eu-central-1b",
            },
            Route: { routeTableId, destinationIpv6CidrBlock: "::/0", gatewayId: this.id("InternetGateway") },
            RouteTableAssociation: { routeTableId, subnetId },
            SecurityGroupIngressRule: { securityGroupId, ...sshRule },
            SecurityGroupEgressRule: { securityGroupId, ...sshRule },
            NetworkInterface: { subnetId, securityGroups: [securityGroupId], ipv6AddressCount: 1 },
            Eip: { networkInterface },
            Volume: { size: 50 },
            Instance: { primaryNetworkInterface: { networkInterfaceId: networkInterface } },
            Record: { zoneId: "Z1", name: "bmp.example.net", type: "AAAA" },
            VolumeAttachment: { volumeId: this.id("Volume"), instanceId: this.id("Instance") },
        };
        return inputs[name] ?? { vpcId };
    }
}

describe("the emulated account refuses", () => {
    const second = { cidrBlock: "10.64.2.0/24", ipv6CidrBlock: "2001:db8:aa00:1::/64" };
    const block = "VpcIpv4CidrBlockAssociation";
    test.each<[string, string, Properties, string, string[]?]>([
        ["a resource that is not there", "NetworkInterface", { subnetId: "subnet-0" }, "NotFound"],
        ["one of a list that is not there", "NetworkInterface", { securityGroups: ["sg-0"] }, "NotFound"],
        ["a second VPC", "Vpc", {}, "VpcLimitExceeded"],
        ["a subnet outside its VPC", "Subnet", { cidrBlock: "10.65.0.0/24" }, "InvalidSubnet.Range"],
        [
            "a subnet outside Amazon's /56",
            "Subnet",
            { ...second, ipv6CidrBlock: "2001:db8:ab00::/64" },
            "InvalidSubnet.Range",
        ],
        ["a subnet that overlaps another", "Subnet", { cidrBlock: "10.64.1.128/25" }, "InvalidSubnet.Conflict"],
        ["a subnet with another's /64", "Subnet", { cidrBlock: "10.64.2.0/24" }, "InvalidSubnet.Conflict"],
        ["a subnet too small", "Subnet", { ...second, cidrBlock: "10.64.2.0/29" }, "InvalidSubnet.Range"],
        ["a block too small", block, { cidrBlock: "100.64.0.0/29" }, "InvalidVpc.Range"],
        ["a block too large", block, { cidrBlock: "100.64.0.0/15" }, "InvalidVpc.Range"],
        ["a block that is in the VPC", block, { cidrBlock: "10.64.3.0/24" }, "CidrConflict"],
        ["a block that was added", block, { cidrBlock: "100.127.255.128/25" }, "CidrConflict"],
        ["a block of another private range", block, { cidrBlock: "172.20.0.0/16" }, "InvalidVpc.Range"],
        ["a block that AWS uses itself", block, { cidrBlock: "198.19.4.0/24" }, "InvalidVpc.Range"],
        ["a second gateway", "InternetGateway", {}, "AlreadyExists"],
        ["a second route to the same", "Route", {}, "AlreadyExists"],
        ["a second route table for a subnet", "RouteTableAssociation", {}, "AlreadyExists"],
        ["a rule that is there", "SecurityGroupIngressRule", { description: "again" }, "AlreadyExists"],
        ["an instance on an interface in use", "Instance", {}, "AlreadyExists"],
        ["a volume that is smaller than its snapshot", "Volume", { snapshotId: "snap-1" }, "InvalidParameterValue"],
        ["a name that is there", "Record", {}, "AlreadyExists"],
        ["a name in a zone that is not there", "Record", { zoneId: "Z2" }, "NoSuchHostedZone"],
        ["a public address without a gateway", "Eip", {}, "Gateway.NotAttached", ["Eip", "InternetGateway"]],
    ])("%s", (_, name, changes, code, removed = []) => {
        const world = new World();
        world.remove(...removed);
        expect(() => world.make(name, changes)).toThrow(`api error ${code}: `);
    });

    test("a sixth block of a VPC, and a sixth public address", () => {
        const world = new World();
        const blocks = ["100.64.0.0/16", "100.65.0.0/16", "100.66.0.0/16"];
        blocks.forEach((cidrBlock) => world.make("VpcIpv4CidrBlockAssociation", { cidrBlock }));
        expect(() => world.make("VpcIpv4CidrBlockAssociation", { cidrBlock: "100.67.0.0/16" })).toThrow(
            "api error CidrLimitExceeded: ",
        );
        [2, 3, 4, 5].forEach(() => world.make("Eip"));
        expect(() => world.make("Eip")).toThrow("api error AddressLimitExceeded: ");
    });

    test("to take a block from a VPC while a subnet is in it", () => {
        const world = new World();
        world.make("Subnet", { cidrBlock: "100.127.255.16/28", ipv6CidrBlock: "2001:db8:aa00:1::/64" });
        expect(() => {
            world.remove("VpcIpv4CidrBlockAssociation");
        }).toThrow("api error InvalidCidr.InUse: ");
    });

    test("a resource of another type than is asked for", () => {
        const world = new World();
        expect(() => world.make("NetworkInterface", { subnetId: world.id("Vpc") })).toThrow("api error NotFound: ");
    });

    test("an instance in a zone that AWS chose", () => {
        const world = new World();
        const { availabilityZone, ...chosen } = world.inputs("Subnet");
        const { id } = world.cloud.create(tokenOf("Subnet"), { ...chosen, ...second });
        const networkInterfaceId = world.make("NetworkInterface", { subnetId: id }).id;
        const launch = () => world.make("Instance", { primaryNetworkInterface: { networkInterfaceId } });
        expect(launch).toThrow("api error Unsupported: ");
    });

    test("a second VM for a volume, but not the same one again", () => {
        const world = new World();
        expect(world.make("VolumeAttachment").token).toBe(tokenOf("VolumeAttachment"));
        const networkInterfaceId = world.make("NetworkInterface").id;
        const instanceId = world.make("Instance", { primaryNetworkInterface: { networkInterfaceId } }).id;
        expect(() => world.make("VolumeAttachment", { instanceId })).toThrow("api error VolumeInUse: ");
    });

    test("to terminate an instance that is protected", () => {
        const world = new World();
        world.cloud.update(world.id("Instance"), { ...world.inputs("Instance"), disableApiTermination: true });
        expect(() => {
            world.remove("Instance");
        }).toThrow("api error OperationNotPermitted: ");
    });

    test.each(["Vpc", "Subnet", "SecurityGroup", "RouteTable", "InternetGateway", "NetworkInterface", "Volume"])(
        "to delete a %s that is needed",
        (name) => {
            const world = new World();
            expect(() => {
                world.remove(name);
            }).toThrow("api error DependencyViolation: ");
        },
    );
});

describe("the emulated account", () => {
    test("gives an interface its addresses once, also when another instance comes", () => {
        const world = new World();
        const addresses = { ipv6Addresses: ["2001:db8:aa00::4"], privateIp: "10.64.1.4" };
        world.remove("Instance");
        expect(world.make("Instance").properties).toMatchObject(addresses);
        const inputs = { ...world.inputs("NetworkInterface"), description: "changed" };
        expect(world.cloud.update(world.id("NetworkInterface"), inputs).properties).toMatchObject(addresses);
        const others = { ipv6Addresses: ["2001:db8:aa00::5"], privateIp: "10.64.1.5" };
        expect(world.make("NetworkInterface").properties).toMatchObject(others);
    });

    test("gives out the eleven addresses of a /28", () => {
        const world = new World();
        const place = { cidrBlock: "100.127.255.16/28", ipv6CidrBlock: "2001:db8:aa00:1::/64" };
        const { id: subnetId } = world.make("Subnet", place);
        const given = Array.from({ length: 11 }, () => world.make("NetworkInterface", { subnetId }));
        expect(given.at(0)?.properties.privateIp).toBe("100.127.255.20");
        expect(given.at(-1)?.properties.privateIp).toBe("100.127.255.30");
        expect(() => world.make("NetworkInterface", { subnetId })).toThrow("InsufficientFreeAddressesInSubnet");
    });

    test("detaches the volumes of an instance that is terminated", () => {
        const world = new World();
        world.remove("Instance", "Volume");
        expect(world.cloud.resources.has(world.id("VolumeAttachment"))).toBe(false);
    });

    test("is empty after everything was deleted the other way round", () => {
        const world = new World();
        world.remove(...tokens.map(nameOf).reverse());
        expect(world.cloud.resources.size).toBe(0);
    });
});

test("an input that the emulator does not know is named", () => {
    expect(
        unknownInputs(tokenOf("Instance"), { ami: "ami-0", rootBlockDevice: {}, tags: {}, keyName: "mine" }),
    ).toEqual(["keyName"]);
});

test.each<[string, string, Properties, boolean]>([
    ["Vpc", "cidrBlock", {}, true],
    ["Vpc", "tags.Name", {}, false],
    ["Instance", "instanceType", {}, false],
    ["Instance", "primaryNetworkInterface.networkInterfaceId", {}, true],
    ["Instance", "rootBlockDevice.volumeSize", {}, false],
    ["Instance", "userData", {}, false],
    ["Instance", "userData", { userDataReplaceOnChange: true }, true],
])("a changed %s at %s (%j) replaces it: %s", (name, path, news, expected) => {
    expect(replaces(tokenOf(name), path, news)).toBe(expected);
});

describe("the security groups of an interface", () => {
    const world = new World();
    const firewall = (family: "ipv4" | "ipv6") =>
        firewallOf(world.cloud, world.id("NetworkInterface"), family)
            .split("\n")
            .filter((line) => line.startsWith("-A AWS-INGRESS"));

    test("let through what a rule says and what finds the neighbours, and drop the rest", () => {
        const echo = { ipProtocol: "icmpv6", fromPort: 128, toPort: -1, cidrIpv6: "::/0" };
        world.make("SecurityGroupIngressRule", echo);
        expect(firewall("ipv6")).toEqual([
            "-A AWS-INGRESS -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN",
            ...[133, 134, 135, 136].map((type) => `-A AWS-INGRESS -p ipv6-icmp --icmpv6-type ${type} -j RETURN`),
            "-A AWS-INGRESS -s 2001:db8::/32 -p tcp --dport 22:22 -j RETURN",
            "-A AWS-INGRESS -s ::/0 -p ipv6-icmp --icmpv6-type 128 -j RETURN",
            "-A AWS-INGRESS -j DROP",
        ]);
    });

    test("let nothing through over IPv4 where no rule is for it", () => {
        expect(firewall("ipv4")).toEqual([
            "-A AWS-INGRESS -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN",
            "-A AWS-INGRESS -j DROP",
        ]);
    });

    test("do not take rules of another group", () => {
        const { id } = world.make("SecurityGroup");
        world.make("SecurityGroupIngressRule", { securityGroupId: id, fromPort: 5000, toPort: 5000 });
        expect(firewall("ipv6").join("\n")).not.toContain("5000");
    });
});
