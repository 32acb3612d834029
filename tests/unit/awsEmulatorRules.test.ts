import { resourceTypes } from "../emulators/aws/resources";
import type { ResourceToken } from "../emulators/aws/tokens";
import type { Properties } from "../../scripts/plugin/protocol/values";
import { AwsWorld, nameOf, sshRule } from "./awsWorld";

const tokens = Object.keys(resourceTypes) as ResourceToken[];
const tokenOf = (name: string) => tokens.find((token) => nameOf(token) === name) as ResourceToken;

describe("the emulated account refuses, with EC2's own code,", () => {
    test.each<[string, string, Properties, string]>([
        ["a VPC that is too big", "Vpc", { cidrBlock: "10.0.0.0/8" }, "InvalidVpc.Range"],
        ["a VPC with host bits", "Vpc", { cidrBlock: "10.0.0.1/16" }, "InvalidParameterValue"],
        ["a subnet of no VPC", "Subnet", { vpcId: "vpc-0" }, "InvalidVpcID.NotFound"],
        ["a subnet outside its VPC", "Subnet", { cidrBlock: "10.65.0.0/24" }, "InvalidSubnet.Range"],
        ["a subnet that overlaps another", "Subnet", { cidrBlock: "10.64.1.128/25" }, "InvalidSubnet.Conflict"],
        [
            "a /60 as a subnet",
            "Subnet",
            { cidrBlock: "10.64.2.0/24", ipv6CidrBlock: "2001:db8:aa00::/60" },
            "InvalidSubnet.Range",
        ],
        [
            "a /64 outside Amazon's /56",
            "Subnet",
            { cidrBlock: "10.64.2.0/24", ipv6CidrBlock: "2001:db8:ab00::/64" },
            "InvalidSubnet.Range",
        ],
        [
            "a zone of another region",
            "Subnet",
            { cidrBlock: "10.64.2.0/24", ipv6CidrBlock: null, availabilityZone: "us-east-1a" },
            "InvalidParameterValue",
        ],
        ["a second gateway", "InternetGateway", {}, "Resource.AlreadyAssociated"],
        ["a route to no gateway", "Route", { gatewayId: "igw-0" }, "InvalidInternetGatewayID.NotFound"],
        ["a route that is there", "Route", {}, "RouteAlreadyExists"],
        ["a route without a destination", "Route", { destinationIpv6CidrBlock: null }, "InvalidParameterCombination"],
        ["a second route table for a subnet", "RouteTableAssociation", {}, "Resource.AlreadyAssociated"],
        ["a group that is there", "SecurityGroup", {}, "InvalidGroup.Duplicate"],
        ["a group's odd description", "SecurityGroup", { name: "b", description: "müde" }, "InvalidParameterValue"],
        [
            "a rule with two sources",
            "SecurityGroupIngressRule",
            { cidrIpv4: "192.0.2.0/24" },
            "InvalidParameterCombination",
        ],
        ["a rule with host bits", "SecurityGroupIngressRule", { cidrIpv6: "2001:db8::1/32" }, "InvalidParameterValue"],
        ["a rule with ports the wrong way round", "SecurityGroupIngressRule", { toPort: 21 }, "InvalidParameterValue"],
        [
            "a rule for every protocol with ports",
            "SecurityGroupIngressRule",
            { ipProtocol: "-1" },
            "InvalidParameterCombination",
        ],
        ["a rule that is there", "SecurityGroupIngressRule", {}, "InvalidPermission.Duplicate"],
        ["a rule of no group", "SecurityGroupIngressRule", { securityGroupId: "sg-0" }, "InvalidGroup.NotFound"],
        ["an interface of no subnet", "NetworkInterface", { subnetId: "subnet-0" }, "InvalidSubnetID.NotFound"],
        [
            "an address outside the subnet",
            "NetworkInterface",
            { ipv6Addresses: ["2001:db8::9"] },
            "InvalidParameterValue",
        ],
        [
            "an address that AWS keeps",
            "NetworkInterface",
            { ipv6Addresses: ["2001:db8:aa00::1"] },
            "InvalidParameterValue",
        ],
        ["an address in use", "NetworkInterface", { ipv6Addresses: ["2001:db8:aa00::4"] }, "InvalidIPAddress.InUse"],
        ["a volume without a size", "Volume", { size: null }, "InvalidParameterValue"],
        ["an attachment of an attached volume", "VolumeAttachment", {}, "VolumeInUse"],
        ["a device name that is none", "VolumeAttachment", { deviceName: "/dev/nvme1n1" }, "InvalidParameterValue"],
        ["an instance from no AMI", "Instance", { ami: "ami-0" }, "InvalidAMIID.NotFound"],
        ["an instance on an interface in use", "Instance", {}, "InvalidNetworkInterface.InUse"],
        ["an instance with interface and subnet", "Instance", { subnetId: "subnet-0" }, "InvalidParameterCombination"],
        ["user data that is too long", "Instance", { userData: "#".repeat(16385) }, "InvalidParameterValue"],
        [
            "a root volume smaller than the image",
            "Instance",
            { rootBlockDevice: { volumeSize: 7 } },
            "InvalidBlockDeviceMapping",
        ],
    ])("%s", (_, name, changes, code) => {
        const world = new AwsWorld();
        // An instance is looked at as a whole only where its interface is free.
        if (name === "Instance" && code !== "InvalidNetworkInterface.InUse") {
            world.cloud.remove(world.ids.Instance ?? "");
        }
        expect(() => world.make(tokenOf(name), changes)).toThrow(`api error ${code}: `);
    });

    test("a volume in another zone than the instance", () => {
        const world = new AwsWorld();
        const volume = world.make(tokenOf("Volume"), { availabilityZone: "eu-central-1b" });
        const attach = () => world.make(tokenOf("VolumeAttachment"), { volumeId: volume.id, deviceName: "/dev/sdg" });
        expect(attach).toThrow("InvalidVolume.ZoneMismatch");
    });

    test("an address where there is no gateway", () => {
        const world = new AwsWorld();
        world.cloud.remove(world.ids.Eip ?? "");
        world.cloud.remove(world.ids.InternetGateway ?? "");
        expect(() => world.make(tokenOf("Eip"))).toThrow("Gateway.NotAttached");
    });

    test("a volume that shrinks", () => {
        const world = new AwsWorld();
        const shrink = () =>
            world.cloud.update(world.ids.Volume ?? "", { size: 40, availabilityZone: "eu-central-1a" });
        expect(shrink).toThrow("New size cannot be smaller");
    });

    test.each([
        ["Vpc", "DependencyViolation"],
        ["Subnet", "DependencyViolation"],
        ["SecurityGroup", "DependencyViolation"],
        ["RouteTable", "DependencyViolation"],
        ["InternetGateway", "DependencyViolation"],
        ["NetworkInterface", "InvalidParameterValue"],
        ["Volume", "VolumeInUse"],
    ])("to delete a %s that is needed", (name, code) => {
        const world = new AwsWorld();
        expect(() => {
            world.cloud.remove(world.ids[name] ?? "");
        }).toThrow(`api error ${code}: `);
    });

    test("to terminate a protected instance", () => {
        const world = new AwsWorld();
        world.cloud.remove(world.ids.Instance ?? "");
        const { id } = world.make(tokenOf("Instance"), { disableApiTermination: true });
        expect(() => {
            world.cloud.remove(id);
        }).toThrow("OperationNotPermitted");
    });
});

describe("the emulated account", () => {
    test("gives an interface its addresses once, also when another instance comes", () => {
        const world = new AwsWorld();
        const card = () => world.cloud.get(world.ids.NetworkInterface ?? "").properties;
        const [before, privateIp] = [card().ipv6Addresses, card().privateIp];
        expect(before).toEqual(["2001:db8:aa00::4"]);
        expect(privateIp).toBe("10.64.1.4");
        world.cloud.remove(world.ids.Instance ?? "");
        expect(world.make(tokenOf("Instance")).properties).toMatchObject({ ipv6Addresses: before, privateIp });
        world.cloud.update(world.ids.NetworkInterface ?? "", {
            subnetId: world.ids.Subnet ?? "",
            securityGroups: [],
            ipv6AddressCount: 1,
        });
        expect(card().ipv6Addresses).toEqual(before);
    });

    test("detaches the volumes of an instance that is terminated", () => {
        const world = new AwsWorld();
        world.cloud.remove(world.ids.Instance ?? "");
        expect(world.cloud.resources.has(world.ids.VolumeAttachment ?? "")).toBe(false);
        world.cloud.remove(world.ids.Volume ?? "");
        expect(world.cloud.resources.has(world.ids.Volume ?? "")).toBe(false);
    });

    test("is empty after everything was deleted the other way round", () => {
        const world = new AwsWorld();
        for (const id of [...world.cloud.resources.keys()].reverse()) {
            world.cloud.remove(id);
        }
        expect(world.cloud.resources.size).toBe(0);
    });

    test("gives each VPC a /56 of its own", () => {
        const world = new AwsWorld();
        expect(world.make(tokenOf("Vpc")).properties.ipv6CidrBlock).toBe("2001:db8:aa00:100::/56");
    });

    test("knows the same rule for another port", () => {
        const world = new AwsWorld();
        const made = world.make(tokenOf("SecurityGroupIngressRule"), { ...sshRule, fromPort: 23, toPort: 23 });
        expect(made.properties.arn).toMatch(
            /^arn:aws:ec2:eu-central-1:123456789012:security-group-rule\/sgr-0[0-9a-f]{16}$/,
        );
    });
});
