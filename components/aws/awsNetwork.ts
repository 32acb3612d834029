import * as ec2 from "@pulumi/aws/ec2";
import * as vpcRules from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { demandAccepted } from "../settings/acceptedArguments";
import { firstSubnet64 } from "../values/addresses";
import { availabilityZone } from "./availabilityZone";
import { givenSubnet, type SubnetRequirements } from "./givenSubnet";
import { type Access, egressRules, ingressRules } from "./securityGroupRules";
import type { TagsOf } from "./tags";

export interface AwsNetworkArgs extends Access, Omit<SubnetRequirements, "subnetId" | "securityGroupIds"> {
    /** The subnet that is there already; without, a VPC with one is made. */
    readonly subnetId: pulumi.Input<string> | undefined;
    /** Groups that the VM joins besides the stack's own. */
    readonly securityGroupIds: readonly pulumi.Input<string>[];
    /** The IPv4 prefix of the VPC that is made. */
    readonly vpcCidr: string;
    /** The tags of each resource, by the resource's name. */
    readonly tagsOf: TagsOf;
}

/** Where a VM goes. */
export interface VmNetwork extends pulumi.ComponentResource {
    /** The subnet of the VM. */
    readonly subnetId: pulumi.Output<string>;
    /** The zone of that subnet. */
    readonly availabilityZone: pulumi.Output<string>;
    /** The groups of the VM, the stack's own first. */
    readonly securityGroupIds: readonly pulumi.Output<string>[];
}

/** A VPC with an internet gateway. */
export interface OwnVpc {
    /** Its id. */
    readonly vpcId: pulumi.Output<string>;
    /** Amazon's /56 of it. */
    readonly ipv6CidrBlock: pulumi.Output<string>;
    /** The route table with the default routes of both families. */
    readonly routeTableId: pulumi.Output<string>;
}

/** A dual-stack subnet, in a VPC of its own or there already, and the security group of the VMs in it. */
export class AwsNetwork extends pulumi.ComponentResource implements VmNetwork {
    readonly subnetId: VmNetwork["subnetId"];
    readonly availabilityZone: VmNetwork["availabilityZone"];
    readonly securityGroupIds: VmNetwork["securityGroupIds"];
    /** The VPC that was made; undefined in a subnet that is there already. */
    readonly vpc: OwnVpc | undefined;

    constructor(name: string, args: AwsNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
        demandAccepted(name, args);
        super("openbmp-aio-ipv6:network:AwsNetwork", name, {}, opts);
        const { subnetId: given } = args;
        const { place, vpc } =
            given === undefined
                ? this.makeSubnet(name, args)
                : {
                      place: pulumi
                          .all([given, pulumi.all([...args.securityGroupIds])])
                          .apply(([subnetId, securityGroupIds]) =>
                              givenSubnet({ ...args, subnetId, securityGroupIds }, this),
                          ),
                      vpc: undefined,
                  };
        this.vpc = vpc;
        this.subnetId = place.subnetId;
        this.availabilityZone = place.availabilityZone;
        const securityGroupId = this.makeSecurityGroup(name, place.vpcId, args);
        this.securityGroupIds = [securityGroupId, ...args.securityGroupIds.map((id) => pulumi.output(id))];
        this.registerOutputs({ securityGroupId });
    }

    private makeSubnet(name: string, args: AwsNetworkArgs) {
        const tagged = (resource: string) => ({ tags: args.tagsOf(resource) });
        const { id: vpcId, ipv6CidrBlock } = new ec2.Vpc(
            `${name}-vpc`,
            {
                cidrBlock: args.vpcCidr,
                assignGeneratedIpv6CidrBlock: true,
                enableDnsSupport: true,
                enableDnsHostnames: true,
                ...tagged("vpc"),
            },
            { parent: this },
        );
        // Nothing uses it; emptied, nothing that is put into it by mistake is open.
        new ec2.DefaultSecurityGroup(
            `${name}-default-security-group`,
            { vpcId, ingress: [], egress: [], ...tagged("default-unused") },
            { parent: this },
        );
        const { id: subnetId, availabilityZone: zone } = new ec2.Subnet(
            `${name}-subnet`,
            {
                vpcId,
                cidrBlock: args.vpcCidr,
                ipv6CidrBlock: ipv6CidrBlock.apply(firstSubnet64),
                availabilityZone: availabilityZone(args.instanceType, this),
                ...tagged("subnet"),
            },
            // Addresses and data stay where they are, whatever else is offered later.
            { parent: this, ignoreChanges: ["availabilityZone"] },
        );
        const routeTableId = this.makeRoutes(name, vpcId, subnetId, tagged);
        return {
            place: { vpcId, subnetId, availabilityZone: zone },
            vpc: { vpcId, ipv6CidrBlock, routeTableId },
        };
    }

    private makeRoutes(
        name: string,
        vpcId: pulumi.Output<string>,
        subnetId: pulumi.Output<string>,
        tagged: (resource: string) => object,
    ): pulumi.Output<string> {
        const parent = { parent: this };
        const gateway = new ec2.InternetGateway(
            `${name}-internet-gateway`,
            { vpcId, ...tagged("internet-gateway") },
            parent,
        );
        const table = new ec2.RouteTable(`${name}-route-table`, { vpcId, ...tagged("route-table") }, parent);
        const target = { routeTableId: table.id, gatewayId: gateway.id };
        new ec2.Route(`${name}-route-ipv4`, { ...target, destinationCidrBlock: "0.0.0.0/0" }, parent);
        new ec2.Route(`${name}-route-ipv6`, { ...target, destinationIpv6CidrBlock: "::/0" }, parent);
        new ec2.RouteTableAssociation(`${name}-route-table-association`, { routeTableId: table.id, subnetId }, parent);
        return table.id;
    }

    private makeSecurityGroup(name: string, vpcId: pulumi.Output<string>, args: AwsNetworkArgs): pulumi.Output<string> {
        const { id } = new ec2.SecurityGroup(
            `${name}-security-group`,
            {
                vpcId,
                description: "OpenBMP collector: BMP, REST and SSH from the allow lists",
                tags: args.tagsOf("collector"),
            },
            { parent: this },
        );
        for (const [purpose, rule] of Object.entries(ingressRules(args))) {
            new vpcRules.SecurityGroupIngressRule(
                `${name}-ingress-${purpose}`,
                { securityGroupId: id, ...rule, tags: args.tagsOf(purpose) },
                { parent: this },
            );
        }
        for (const [purpose, rule] of Object.entries(egressRules(args))) {
            new vpcRules.SecurityGroupEgressRule(
                `${name}-egress-${purpose}`,
                { securityGroupId: id, ...rule, tags: args.tagsOf(purpose) },
                { parent: this },
            );
        }
        return id;
    }
}
