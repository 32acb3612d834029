/** The program's resources as a CloudFormation template, for cfn-lint. */
import type { ResourceToken } from "../emulators/aws/cloud";
import type { Properties, Value } from "../../scripts/plugin/protocol/values";
import type { AwsResource } from "./program";

interface Part {
    readonly Type: string;
    readonly Properties: Record<string, unknown>;
    readonly DependsOn?: string;
}

type Mapping = (properties: Properties, logicalId: string) => Record<string, Part>;

/** One resource of the same properties, which CloudFormation spells with a capital, but for those that are `renamed`, or left out. */
function one(type: string, renamed: Record<string, string | undefined> = {}): Mapping {
    return ({ tags, ...properties }, logicalId) => {
        const mapped: Record<string, unknown> = tagsOf(tags);
        for (const [name, value] of Object.entries(properties)) {
            const target = name in renamed ? renamed[name] : capital(name);
            if (target !== undefined) {
                mapped[target] = capitals(value);
            }
        }
        return { [logicalId]: { Type: `AWS::${type.includes("::") ? type : `EC2::${type}`}`, Properties: mapped } };
    };
}

const mappings: Readonly<Record<ResourceToken, Mapping>> = {
    "aws:ec2/vpc:Vpc": (properties, logicalId) => ({
        ...one("VPC", { assignGeneratedIpv6CidrBlock: undefined })(properties, logicalId),
        [`${logicalId}Ipv6`]: {
            Type: "AWS::EC2::VPCCidrBlock",
            Properties: {
                VpcId: { Ref: logicalId },
                AmazonProvidedIpv6CidrBlock: properties.assignGeneratedIpv6CidrBlock,
            },
        },
    }),
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": one("VPCCidrBlock"),
    // CloudFormation cannot say anything of the default group: the Terraform view does.
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": () => ({}),
    "aws:ec2/subnet:Subnet": one("Subnet"),
    "aws:ec2/internetGateway:InternetGateway": (properties, logicalId) => ({
        ...one("InternetGateway", { vpcId: undefined })(properties, logicalId),
        [`${logicalId}Attachment`]: {
            Type: "AWS::EC2::VPCGatewayAttachment",
            Properties: { VpcId: properties.vpcId, InternetGatewayId: { Ref: logicalId } },
        },
    }),
    "aws:ec2/routeTable:RouteTable": one("RouteTable"),
    "aws:ec2/route:Route": one("Route"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": one("SubnetRouteTableAssociation"),
    "aws:ec2/securityGroup:SecurityGroup": one("SecurityGroup", { description: "GroupDescription" }),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule("SecurityGroupIngress"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule("SecurityGroupEgress"),
    "aws:ec2/networkInterface:NetworkInterface": one("NetworkInterface", { securityGroups: "GroupSet" }),
    "aws:ec2/eip:Eip": (properties, logicalId) => ({
        ...one("EIP", { networkInterface: undefined })(properties, logicalId),
        [`${logicalId}Association`]: {
            Type: "AWS::EC2::EIPAssociation",
            Properties: {
                AllocationId: { "Fn::GetAtt": [logicalId, "AllocationId"] },
                NetworkInterfaceId: properties.networkInterface,
            },
        },
    }),
    "aws:ebs/volume:Volume": one("Volume", { type: "VolumeType" }),
    "aws:ec2/volumeAttachment:VolumeAttachment": one("VolumeAttachment", {
        deviceName: "Device",
        stopInstanceBeforeDetaching: undefined,
    }),
    "aws:route53/record:Record": one("Route53::RecordSet", {
        zoneId: "HostedZoneId",
        ttl: "TTL",
        records: "ResourceRecords",
    }),
    "aws:dlm/lifecyclePolicy:LifecyclePolicy": ({ policyDetails, ...properties }, logicalId) => {
        const { targetTags = {}, schedules = [], ...details } = policyDetails as Properties;
        const mapped = {
            ...properties,
            state: "ENABLED",
            policyDetails: {
                ...details,
                targetTags: pairsOf(targetTags),
                schedules: (schedules as Properties[]).map(({ tagsToAdd = {}, createRule, ...schedule }) => ({
                    ...schedule,
                    createRule: { ...(createRule as Properties), times: [(createRule as Properties).times ?? ""] },
                    tagsToAdd: pairsOf(tagsToAdd),
                })),
            },
        };
        return one("DLM::LifecyclePolicy")(mapped, logicalId);
    },
    "aws:ec2/instance:Instance": (properties, logicalId) => {
        const { rootBlockDevice, primaryNetworkInterface, userData, ...others } = properties as Record<
            string,
            Properties
        >;
        const { tags, ...root } = rootBlockDevice ?? {};
        const mapped: Record<string, unknown> = {
            ...others,
            userData: { "Fn::Base64": userData },
            networkInterfaces: [{ deviceIndex: "0", ...primaryNetworkInterface }],
            blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: root }],
        };
        const renamed = { ami: "ImageId", userDataReplaceOnChange: undefined };
        return one("Instance", renamed)(mapped as Properties, logicalId);
    },
};

/** Tags of rules are not in CloudFormation. */
function rule(type: string): Mapping {
    return ({ tags, ...properties }, logicalId) =>
        one(type, { securityGroupId: "GroupId", cidrIpv4: "CidrIp" })(properties, logicalId);
}

/** The template; ids of resources become references to them. */
export function cloudFormationOf(resources: readonly AwsResource[]): object {
    const references = new Map(resources.map(({ id, name, token }) => [id, referenceTo(token, logicalIdOf(name))]));
    const parts = resources.flatMap(({ name, token, inputs }) =>
        Object.entries(mappings[token](inputs, logicalIdOf(name))),
    );
    return {
        AWSTemplateFormatVersion: "2010-09-09",
        Resources: Object.fromEntries(parts.map(([logicalId, part]) => [logicalId, withReferences(part, references)])),
    };
}

/** A value with the ids in it replaced by references. */
function withReferences(value: unknown, references: ReadonlyMap<string, object>): unknown {
    if (typeof value === "string") {
        return references.get(value) ?? value;
    }
    if (Array.isArray(value)) {
        return value.map((item) => withReferences(item, references));
    }
    if (typeof value === "object" && value !== null) {
        const entries = Object.entries(value).filter(([, item]) => item !== undefined);
        return Object.fromEntries(entries.map(([name, item]) => [name, withReferences(item, references)]));
    }
    return value;
}

function referenceTo(token: ResourceToken, logicalId: string): object {
    const attribute = /:(SecurityGroup|InternetGateway)$/.exec(token)?.[1]?.replace("Security", "");
    return attribute ? { "Fn::GetAtt": [logicalId, `${attribute}Id`] } : { Ref: logicalId };
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

function tagsOf(tags: Value | undefined): Record<string, unknown> {
    return tags === undefined ? {} : { Tags: pairsOf(tags) };
}

function pairsOf(tags: Value): { Key: string; Value: string }[] {
    return Object.entries(tags as Record<string, string>).map(([Key, Value]) => ({ Key, Value }));
}
