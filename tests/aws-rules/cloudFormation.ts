/** The program's resources as a CloudFormation template, for tools that read one. */
import type { ResourceToken } from "../emulators/aws/tokens";
import type { Properties, Value } from "../../scripts/plugin/protocol/values";
import type { AwsResource } from "./program";

interface Part {
    readonly Type: string;
    readonly Properties: Record<string, unknown>;
    readonly DependsOn?: string;
}

type Mapping = (properties: Properties, logicalId: string) => Record<string, Part>;

/** One resource of the same properties, which CloudFormation spells with a capital, and `renamed` where it has other names. */
function one(type: string, names: readonly string[], renamed: Record<string, string> = {}): Mapping {
    return (properties, logicalId) => {
        const mapped: Record<string, unknown> = {};
        for (const [name, value] of Object.entries(properties)) {
            const target = renamed[name] ?? (names.includes(name) ? capital(name) : undefined);
            if (target !== undefined) {
                mapped[target] = capitals(value);
            }
        }
        return { [logicalId]: { Type: `AWS::EC2::${type}`, Properties: { ...mapped, ...tagsOf(properties) } } };
    };
}

const mappings: Readonly<Record<ResourceToken, Mapping>> = {
    "aws:ec2/vpc:Vpc": (properties, logicalId) => ({
        ...one("VPC", ["cidrBlock", "enableDnsHostnames", "enableDnsSupport"])(properties, logicalId),
        [`${logicalId}Ipv6`]: {
            Type: "AWS::EC2::VPCCidrBlock",
            Properties: {
                VpcId: { Ref: logicalId },
                AmazonProvidedIpv6CidrBlock: properties.assignGeneratedIpv6CidrBlock,
            },
        },
    }),
    // CloudFormation cannot say anything of the default group: the Terraform view does.
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": () => ({}),
    "aws:ec2/subnet:Subnet": one("Subnet", [
        "vpcId",
        "cidrBlock",
        "ipv6CidrBlock",
        "availabilityZone",
        "mapPublicIpOnLaunch",
    ]),
    "aws:ec2/internetGateway:InternetGateway": (properties, logicalId) => ({
        ...one("InternetGateway", [])(properties, logicalId),
        [`${logicalId}Attachment`]: {
            Type: "AWS::EC2::VPCGatewayAttachment",
            Properties: { VpcId: properties.vpcId, InternetGatewayId: { Ref: logicalId } },
        },
    }),
    "aws:ec2/routeTable:RouteTable": one("RouteTable", ["vpcId"]),
    "aws:ec2/route:Route": one("Route", ["routeTableId", "gatewayId", "destinationCidrBlock"], {
        destinationIpv6CidrBlock: "DestinationIpv6CidrBlock",
    }),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": one("SubnetRouteTableAssociation", [
        "routeTableId",
        "subnetId",
    ]),
    "aws:ec2/securityGroup:SecurityGroup": one("SecurityGroup", ["vpcId"], { description: "GroupDescription" }),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule("SecurityGroupIngress"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule("SecurityGroupEgress"),
    "aws:ec2/networkInterface:NetworkInterface": one("NetworkInterface", ["subnetId", "description"], {
        securityGroups: "GroupSet",
        ipv6AddressCount: "Ipv6AddressCount",
    }),
    "aws:ec2/eip:Eip": (properties, logicalId) => ({
        ...one("EIP", ["domain"])(properties, logicalId),
        [`${logicalId}Association`]: {
            Type: "AWS::EC2::EIPAssociation",
            Properties: {
                AllocationId: { "Fn::GetAtt": [logicalId, "AllocationId"] },
                NetworkInterfaceId: properties.networkInterface,
            },
        },
    }),
    "aws:ebs/volume:Volume": one(
        "Volume",
        ["availabilityZone", "size", "encrypted", "iops", "throughput", "kmsKeyId"],
        {
            type: "VolumeType",
        },
    ),
    "aws:ec2/volumeAttachment:VolumeAttachment": one("VolumeAttachment", ["instanceId", "volumeId"], {
        deviceName: "Device",
    }),
    "aws:ec2/instance:Instance": (properties, logicalId) => {
        const { primaryNetworkInterface, rootBlockDevice, metadataOptions, userData } = properties as Record<
            string,
            Properties
        >;
        const { tags, ...root } = rootBlockDevice ?? {};
        return {
            [logicalId]: {
                Type: "AWS::EC2::Instance",
                Properties: {
                    ImageId: properties.ami,
                    InstanceType: properties.instanceType,
                    EbsOptimized: properties.ebsOptimized,
                    Monitoring: properties.monitoring,
                    UserData: { "Fn::Base64": userData },
                    MetadataOptions: capitals(metadataOptions ?? {}),
                    NetworkInterfaces: [
                        { DeviceIndex: "0", NetworkInterfaceId: primaryNetworkInterface?.networkInterfaceId },
                    ],
                    BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: capitals(root) }],
                    ...tagsOf(properties),
                },
            },
        };
    },
};

function rule(type: string): Mapping {
    // Tags of rules are not in CloudFormation.
    return ({ tags, ...properties }, logicalId) =>
        one(type, ["ipProtocol", "fromPort", "toPort", "description", "cidrIpv6"], {
            securityGroupId: "GroupId",
            cidrIpv4: "CidrIp",
        })(properties, logicalId);
}

/** The template; ids of resources become references to them. */
export function cloudFormationOf(resources: readonly AwsResource[]): object {
    const logicalIds = new Map(resources.map(({ id, name }) => [id, logicalIdOf(name)]));
    const parts = resources.flatMap(({ name, token, inputs }) =>
        Object.entries(mappings[token](inputs, logicalIdOf(name))),
    );
    return {
        AWSTemplateFormatVersion: "2010-09-09",
        Resources: Object.fromEntries(parts.map(([logicalId, part]) => [logicalId, withReferences(part, logicalIds)])),
    };
}

/** A value with the ids in it replaced by references. */
function withReferences(value: unknown, logicalIds: ReadonlyMap<string, string>): unknown {
    if (typeof value === "string") {
        const logicalId = logicalIds.get(value);
        return logicalId === undefined ? value : reference(value, logicalId);
    }
    if (Array.isArray(value)) {
        return value.map((item) => withReferences(item, logicalIds));
    }
    if (typeof value === "object" && value !== null) {
        const entries = Object.entries(value).filter(([, item]) => item !== undefined);
        return Object.fromEntries(entries.map(([name, item]) => [name, withReferences(item, logicalIds)]));
    }
    return value;
}

function reference(id: string, logicalId: string): object {
    return /^(sg|igw)-/.test(id)
        ? { "Fn::GetAtt": [logicalId, id.startsWith("sg-") ? "GroupId" : "InternetGatewayId"] }
        : { Ref: logicalId };
}

function logicalIdOf(name: string): string {
    return name
        .replace(/(^|[^A-Za-z0-9])([A-Za-z0-9])/g, (_, __, letter: string) => letter.toUpperCase())
        .replace(/[^A-Za-z0-9]/g, "");
}

function capital(name: string): string {
    return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Names with a capital, at any depth. */
function capitals(value: Value): unknown {
    if (Array.isArray(value)) {
        return (value as Value[]).map(capitals);
    }
    return typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, item]) => [capital(name), capitals(item)]))
        : value;
}

function tagsOf({ tags }: Properties): object {
    return tags === undefined
        ? {}
        : { Tags: Object.entries(tags as Record<string, string>).map(([Key, Value]) => ({ Key, Value })) };
}
