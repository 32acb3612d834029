/**
 * The resource types: what replaces a resource, and what AWS refuses or gives because of what is there
 * already. What it takes as a value is for the tools of tests/aws-rules to say.
 */
import type { EipState, InstanceState, NetworkInterfaceState, SubnetState, VpcState } from "@pulumi/aws/ec2";
import { topLevel } from "../../../scripts/plugin/protocol/server";
import type { Properties } from "../../../scripts/plugin/protocol/values";
import { type Cloud, demand, number, type Reference, type ResourceToken, type ResourceType } from "./cloud";
import { text, texts, valuesAt } from "./cloud";
import { demandAddable, demandRoom, demandUnused, freeAddress } from "./vpcBlocks";

/** A reference to what stays while this one is there. */
const kept = (idPrefix: string): Reference => ({ idPrefix, keeps: true });
const named = (idPrefix: string): Reference => ({ idPrefix, keeps: false });

/** The quota of an account that asked for no other one (VPC user guide, "Amazon VPC quotas"). */
const ADDRESSES_OF_REGION = 5;

const rule: ResourceType = {
    idPrefix: "sgr",
    replaces: ["securityGroupId"],
    updates: ["cidrIpv4", "cidrIpv6", "description", "fromPort", "ipProtocol", "toPort"],
    references: { securityGroupId: named("sg") },
    unique: ["securityGroupId", "cidrIpv4", "cidrIpv6", "fromPort", "ipProtocol", "toPort"],
};

export const resourceTypes: Readonly<Record<ResourceToken, ResourceType>> = {
    "aws:ec2/vpc:Vpc": {
        idPrefix: "vpc",
        replaces: ["cidrBlock"],
        updates: ["assignGeneratedIpv6CidrBlock", "enableDnsHostnames", "enableDnsSupport"],
        references: {},
        compute: (cloud, inputs, { id }) => {
            const isOnly = cloud.others("aws:ec2/vpc:Vpc", id).length === 0;
            demand(isOnly, "VpcLimitExceeded", "the emulated account has room for one VPC");
            const hasIpv6 = inputs.assignGeneratedIpv6CidrBlock === true;
            return { ipv6CidrBlock: hasIpv6 ? cloud.settings.amazonPrefix : "" } satisfies VpcState;
        },
    },
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
        idPrefix: "sg",
        replaces: ["vpcId"],
        updates: ["ingress", "egress"],
        references: { vpcId: named("vpc") },
    },
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": {
        idPrefix: "vpc-cidr-assoc",
        replaces: ["cidrBlock", "vpcId"],
        updates: [],
        references: { vpcId: named("vpc") },
        compute: (cloud, inputs, { id }) => {
            demandAddable(cloud, inputs, id);
            return {};
        },
        remove: (cloud, { properties }) => {
            demandUnused(cloud, properties);
        },
    },
    "aws:ec2/subnet:Subnet": {
        idPrefix: "subnet",
        replaces: ["vpcId", "cidrBlock", "availabilityZone"],
        updates: ["ipv6CidrBlock"],
        references: { vpcId: kept("vpc") },
        compute: (cloud, inputs, { id, before }) => {
            demandRoom(cloud, inputs, id);
            const availabilityZone =
                text(inputs, "availabilityZone") ?? text(before, "availabilityZone") ?? cloud.settings.oldZone;
            return { availabilityZone } satisfies SubnetState;
        },
    },
    "aws:ec2/internetGateway:InternetGateway": {
        idPrefix: "igw",
        replaces: [],
        updates: ["vpcId"],
        references: { vpcId: kept("vpc") },
        unique: ["vpcId"],
        remove: (cloud, { properties }) => {
            const isMapped = cloud
                .all("aws:ec2/eip:Eip")
                .some((eip) => vpcOfInterface(cloud, text(eip.properties, "networkInterface")) === properties.vpcId);
            demand(!isMapped, "DependencyViolation", "the VPC of the gateway has a mapped public address");
        },
    },
    "aws:ec2/routeTable:RouteTable": {
        idPrefix: "rtb",
        replaces: ["vpcId"],
        updates: [],
        references: { vpcId: kept("vpc") },
    },
    "aws:ec2/route:Route": {
        idPrefix: "r-rtb",
        replaces: ["routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock"],
        updates: ["gatewayId"],
        references: { routeTableId: named("rtb"), gatewayId: named("igw") },
        unique: ["routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock"],
    },
    "aws:ec2/routeTableAssociation:RouteTableAssociation": {
        idPrefix: "rtbassoc",
        replaces: ["subnetId"],
        updates: ["routeTableId"],
        references: { routeTableId: kept("rtb"), subnetId: named("subnet") },
        unique: ["subnetId"],
    },
    "aws:ec2/securityGroup:SecurityGroup": {
        idPrefix: "sg",
        replaces: ["description", "vpcId"],
        updates: [],
        references: { vpcId: kept("vpc") },
    },
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule,
    "aws:ec2/networkInterface:NetworkInterface": {
        idPrefix: "eni",
        replaces: ["subnetId"],
        updates: ["description", "ipv6AddressCount", "securityGroups"],
        references: { subnetId: kept("subnet"), "securityGroups[]": kept("sg") },
        compute: (cloud, inputs, { id, before }) => {
            const subnet = cloud.properties(text(inputs, "subnetId") ?? "");
            const taken = cloud
                .others("aws:ec2/networkInterface:NetworkInterface", id)
                .flatMap((other) => [text(other, "privateIp") ?? "", ...texts(other, "ipv6Addresses")]);
            const had = texts(before, "ipv6Addresses");
            const count = number(inputs, "ipv6AddressCount") ?? 0;
            demand(count <= 1, "NotEmulated", "more than one IPv6 address");
            return {
                privateIp: text(before, "privateIp") ?? freeAddress(text(subnet, "cidrBlock"), taken),
                ipv6Addresses:
                    had.length === count ? had : [freeAddress(text(subnet, "ipv6CidrBlock"), taken)].slice(0, count),
            } satisfies NetworkInterfaceState;
        },
    },
    "aws:ec2/eip:Eip": {
        idPrefix: "eipalloc",
        replaces: ["domain"],
        updates: ["networkInterface"],
        references: { networkInterface: named("eni") },
        compute: (cloud, inputs, { id, before }) => {
            const vpcId = vpcOfInterface(cloud, text(inputs, "networkInterface"));
            const gateways = cloud.all("aws:ec2/internetGateway:InternetGateway");
            const isAttached = gateways.some(({ properties }) => properties.vpcId === vpcId);
            demand(isAttached, "Gateway.NotAttached", "the network is not attached to any internet gateway");
            const taken = cloud.others("aws:ec2/eip:Eip", id).map((other) => text(other, "publicIp") ?? "");
            demand(taken.length < ADDRESSES_OF_REGION, "AddressLimitExceeded", "the account has 5 addresses already");
            return { publicIp: text(before, "publicIp") ?? freeAddress("198.51.100.0/24", taken) } satisfies EipState;
        },
    },
    "aws:ebs/volume:Volume": {
        idPrefix: "vol",
        replaces: ["availabilityZone", "encrypted", "kmsKeyId", "snapshotId"],
        updates: ["size", "type"],
        references: {},
        compute: (cloud, inputs) => {
            const smallest = cloud.settings.snapshots[text(inputs, "snapshotId") ?? ""] ?? 1;
            demand((number(inputs, "size") ?? 0) >= smallest, "InvalidParameterValue", "the snapshot is larger");
            return {};
        },
    },
    "aws:ec2/instance:Instance": {
        idPrefix: "i",
        replaces: [
            ...["ami", "ebsOptimized", "primaryNetworkInterface"],
            ...["rootBlockDevice.encrypted", "rootBlockDevice.kmsKeyId"],
        ],
        updates: [
            ...["disableApiTermination", "instanceType", "metadataOptions"],
            ...["rootBlockDevice", "userData", "userDataReplaceOnChange"],
        ],
        references: { "primaryNetworkInterface.networkInterfaceId": kept("eni") },
        unique: ["primaryNetworkInterface"],
        compute: (cloud, inputs) => {
            const [interfaceId = ""] = valuesAt(inputs, "primaryNetworkInterface.networkInterfaceId");
            const networkInterface = cloud.properties(interfaceId);
            const { availabilityZone } = cloud.properties(text(networkInterface, "subnetId") ?? "");
            const isOffered = availabilityZone !== cloud.settings.oldZone;
            demand(isOffered, "Unsupported", `the type of the instance is not offered in ${cloud.settings.oldZone}`);
            return {
                primaryNetworkInterfaceId: interfaceId,
                privateIp: text(networkInterface, "privateIp") ?? "",
                ipv6Addresses: texts(networkInterface, "ipv6Addresses"),
            } satisfies InstanceState;
        },
        remove: (cloud, { id, properties }) => {
            const isProtected = properties.disableApiTermination === true;
            demand(!isProtected, "OperationNotPermitted", `The instance '${id}' may not be terminated`);
            // AWS detaches what was attached.
            for (const attachment of cloud.all("aws:ec2/volumeAttachment:VolumeAttachment")) {
                if (attachment.properties.instanceId === id) {
                    cloud.resources.delete(attachment.id);
                }
            }
        },
    },
    "aws:ec2/volumeAttachment:VolumeAttachment": {
        idPrefix: "vai",
        replaces: ["deviceName", "instanceId", "volumeId"],
        updates: ["stopInstanceBeforeDetaching"],
        references: { instanceId: named("i"), volumeId: kept("vol") },
        compute: (cloud, { instanceId, volumeId }, { id }) => {
            for (const other of cloud.all("aws:ec2/volumeAttachment:VolumeAttachment")) {
                if (other.id !== id && other.properties.volumeId === volumeId) {
                    const isThere = other.properties.instanceId === instanceId;
                    demand(isThere, "VolumeInUse", "the volume is attached to another instance");
                    // The provider takes it for its own.
                    cloud.resources.delete(other.id);
                }
            }
            return {};
        },
    },
    "aws:route53/record:Record": {
        idPrefix: "record",
        replaces: ["name", "zoneId"],
        updates: ["records", "ttl", "type"],
        references: {},
        unique: ["name", "type", "zoneId"],
        compute: (cloud, inputs) => {
            const isThere = (text(inputs, "zoneId") ?? "") in cloud.settings.zones;
            demand(isThere, "NoSuchHostedZone", "there is no such zone");
            return {};
        },
    },
    "aws:dlm/lifecyclePolicy:LifecyclePolicy": {
        idPrefix: "policy",
        replaces: [],
        updates: ["description", "executionRoleArn", "policyDetails"],
        references: {},
    },
};

/** Whether a change at that path replaces the resource. */
export function replaces(token: ResourceToken, path: string, news: Properties): boolean {
    const userDataReplaces = news.userDataReplaceOnChange === true ? ["userData"] : [];
    return [...resourceTypes[token].replaces, ...userDataReplaces].some((name) => `${path}.`.startsWith(`${name}.`));
}

/** The inputs of which the emulator cannot say what AWS makes of them. */
export function unknownInputs(token: ResourceToken, inputs: Properties): string[] {
    const { replaces: replacing, updates } = resourceTypes[token];
    const known = ["tags", ...replacing, ...updates].map(topLevel);
    return Object.keys(inputs).filter((name) => !known.includes(name));
}

function vpcOfInterface(cloud: Cloud, interfaceId = ""): string | undefined {
    return text(cloud.properties(text(cloud.properties(interfaceId), "subnetId") ?? ""), "vpcId");
}
