import { Cloud, type CloudResource } from "../emulators/aws/cloud";
import { resourceTypes } from "../emulators/aws/resources";
import type { ResourceToken } from "../emulators/aws/tokens";
import type { Properties } from "../../scripts/plugin/protocol/values";

const ami = "ami-0123456789abcdef0";

/** What a rule of a security group is made of, without its group. */
export const sshRule = { ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv6: "2001:db8::/32" };

/** An emulated account with one of everything, each fit. */
export class AwsWorld {
    readonly cloud = new Cloud(
        {
            accountId: "123456789012",
            amazonPrefix: "2001:db8:aa00::/40",
            parameters: { "eu-central-1": { "/aws/service/debian/release/13/latest/amd64": ami } },
        },
        "eu-central-1",
        resourceTypes,
    );
    /** By the last part of the token, as `Vpc`. */
    readonly ids: Record<string, string> = {};

    constructor() {
        for (const token of Object.keys(resourceTypes) as ResourceToken[]) {
            this.ids[nameOf(token)] = this.make(token).id;
        }
    }

    /** One more resource of that type; `changes` to inputs that would do. */
    make(token: ResourceToken, changes: Properties = {}): CloudResource {
        const entries = Object.entries({ ...this.inputs(token), ...changes });
        return this.cloud.create(token, Object.fromEntries(entries.filter(([, value]) => value !== null)));
    }

    /** Inputs that are fit for the first resource of that type. */
    private inputs(token: ResourceToken): Properties {
        const { ids } = this;
        const [vpcId, subnetId, securityGroupId] = [ids.Vpc ?? "", ids.Subnet ?? "", ids.SecurityGroup ?? ""];
        const inputs: Record<ResourceToken, Properties> = {
            "aws:ec2/vpc:Vpc": { cidrBlock: "10.64.0.0/16", assignGeneratedIpv6CidrBlock: true },
            "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": { vpcId },
            "aws:ec2/subnet:Subnet": { vpcId, cidrBlock: "10.64.1.0/24", ipv6CidrBlock: "2001:db8:aa00::/64" },
            "aws:ec2/internetGateway:InternetGateway": { vpcId },
            "aws:ec2/routeTable:RouteTable": { vpcId },
            "aws:ec2/route:Route": {
                routeTableId: ids.RouteTable ?? "",
                destinationIpv6CidrBlock: "::/0",
                gatewayId: ids.InternetGateway ?? "",
            },
            "aws:ec2/routeTableAssociation:RouteTableAssociation": { routeTableId: ids.RouteTable ?? "", subnetId },
            "aws:ec2/securityGroup:SecurityGroup": { vpcId, name: "collector", description: "the collector" },
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": { securityGroupId, ...sshRule },
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": { securityGroupId, ...sshRule },
            "aws:ec2/networkInterface:NetworkInterface": {
                subnetId,
                securityGroups: [securityGroupId],
                ipv6AddressCount: 1,
            },
            "aws:ec2/eip:Eip": { domain: "vpc", networkInterface: ids.NetworkInterface ?? "" },
            "aws:ebs/volume:Volume": { availabilityZone: "eu-central-1a", size: 50, type: "gp3", encrypted: true },
            "aws:ec2/instance:Instance": {
                ami,
                instanceType: "t3.large",
                primaryNetworkInterface: { networkInterfaceId: ids.NetworkInterface ?? "" },
            },
            "aws:ec2/volumeAttachment:VolumeAttachment": {
                deviceName: "/dev/sdf",
                volumeId: ids.Volume ?? "",
                instanceId: ids.Instance ?? "",
            },
        };
        return inputs[token];
    }
}

export function nameOf(token: string): string {
    return token.split(":").at(-1) ?? "";
}
