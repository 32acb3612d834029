import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import { numberedSubnet } from "../values/addresses";
import { zoneAfter } from "./availabilityZone";
import type { AwsNetwork, OwnVpc, VmNetwork } from "./awsNetwork";
import type { TagsOf } from "./tags";

/** The smallest that AWS takes (VPC user guide, "Subnet sizing for IPv4"): one VM needs no more. */
const IPV4_LENGTH = 28;

/** Where a further subnet is, and of what. */
export interface AwsSubnetArgs {
    /** The VPC. */
    readonly vpc: OwnVpc;
    /** The network that it belongs to, whose routes must be there before a VM. */
    readonly network: AwsNetwork;
    /** An IPv4 prefix of the VPC, from which it gets a /28. */
    readonly cidrBlock: pulumi.Output<string>;
    /** Which /28 of that prefix, which /64 of the VPC, and which zone after that of the network's own subnet, which is 0. */
    readonly number: number;
    /** The type of the VM, which the zone must offer. */
    readonly instanceType: string;
    /** The tags of each resource, by the resource's name. */
    readonly tagsOf: TagsOf;
}

/** A further dual-stack subnet of a network with a VPC of its own. */
export class AwsSubnet extends pulumi.ComponentResource implements VmNetwork {
    readonly subnetId: VmNetwork["subnetId"];
    readonly availabilityZone: VmNetwork["availabilityZone"];
    readonly securityGroupIds: VmNetwork["securityGroupIds"];

    constructor(name: string, args: AwsSubnetArgs, opts?: pulumi.ComponentResourceOptions) {
        super("openbmp-aio-ipv6:network:AwsSubnet", name, {}, opts);
        const { vpc, network, cidrBlock, number, instanceType } = args;
        const { vpcId, routeTableId } = vpc;
        const subnet = new ec2.Subnet(
            `${name}-subnet`,
            {
                vpcId,
                cidrBlock: cidrBlock.apply((block) => numberedSubnet(block, IPV4_LENGTH, number)),
                ipv6CidrBlock: vpc.ipv6CidrBlock.apply((block) => numberedSubnet(block, 64, number)),
                availabilityZone: network.availabilityZone.apply((zone) => zoneAfter(zone, number, instanceType, this)),
                tags: args.tagsOf("subnet"),
            },
            // As the first one: addresses and data stay where they are.
            { parent: this, dependsOn: network, ignoreChanges: ["availabilityZone"] },
        );
        new ec2.RouteTableAssociation(
            `${name}-route-table-association`,
            { routeTableId, subnetId: subnet.id },
            { parent: this },
        );
        this.subnetId = subnet.id;
        this.availabilityZone = subnet.availabilityZone;
        this.securityGroupIds = network.securityGroupIds;
        this.registerOutputs({ subnetId: subnet.id });
    }
}
