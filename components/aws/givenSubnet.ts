import * as ec2 from "@pulumi/aws/ec2";
import type * as pulumi from "@pulumi/pulumi";
import { DOCKER_IPV4_PREFIX } from "../settings/fields";
import { prefixesOverlap, prefixOf, readPrefix } from "../values/addresses";
import { zonesOffering } from "./availabilityZone";
import { demandFitType } from "./instanceType";
import { lookUp } from "./lookUp";
import { refusal } from "../values/refusal";

/** What the stack's settings ask of a subnet that is there already. */
export interface SubnetRequirements {
    /** Its id. */
    readonly subnetId: string;
    /** Groups that the VM joins besides the stack's own. */
    readonly securityGroupIds: readonly string[];
    /** Whether the VM has a public IPv4 address, which takes a route for it. */
    readonly publicIpv4: boolean;
    /** The IPv6 prefix of the containers. */
    readonly fixedCidrV6: string;
    /** The type of the VM, which its zone must offer. */
    readonly instanceType: string;
}

/** Where the VM goes. */
export interface Place {
    readonly subnetId: string;
    readonly vpcId: string;
    readonly availabilityZone: string;
}

/**
 * A subnet that is there already, with its VPC and zone.
 *
 * @throws pulumi.RunError with a line for each reason why the VM cannot be there.
 */
export async function givenSubnet(required: SubnetRequirements, parent: pulumi.Resource): Promise<Place> {
    const { subnetId, instanceType, securityGroupIds } = required;
    const subnet = await lookUp(
        "subnetId",
        subnetId,
        "a subnet of this account's in this region",
        ec2.getSubnet({ id: subnetId }, { parent }),
    );
    const { vpcId, availabilityZone } = subnet;
    const [vpc, zones, groups] = await Promise.all([
        ec2.getVpc({ id: vpcId }, { parent }),
        zonesOffering(instanceType, parent),
        groupProblems(securityGroupIds, vpcId, parent),
    ]);
    const table = await routeTable(subnetId, vpc, parent);
    const problems = [
        ...addressProblems(subnet, required),
        ...routeProblems(table, required),
        ...overlapProblems(vpc, required),
        ...(zones.includes(availabilityZone)
            ? []
            : [
                  `instanceType must be a type that AWS offers in ${availabilityZone}, where ${subnetId} is, got "${instanceType}"`,
              ]),
        ...groups,
    ];
    if (problems.length > 0) {
        throw refusal(problems.join("\n"));
    }
    await demandFitType(instanceType, parent);
    return { subnetId, vpcId, availabilityZone };
}

/** The subnet's own table, or the main one of its VPC where it has none (VPC user guide, Subnet route tables). */
async function routeTable(
    subnetId: string,
    { mainRouteTableId }: ec2.GetVpcResult,
    parent: pulumi.Resource,
): Promise<ec2.GetRouteTableResult> {
    const { ids } = await ec2.getRouteTables(
        { filters: [{ name: "association.subnet-id", values: [subnetId] }] },
        { parent },
    );
    const [routeTableId = mainRouteTableId] = ids;
    return ec2.getRouteTable({ routeTableId }, { parent });
}

function addressProblems({ ipv6CidrBlock, ipv6Native }: ec2.GetSubnetResult, required: SubnetRequirements): string[] {
    const { subnetId, publicIpv4 } = required;
    return [
        ...(ipv6CidrBlock === ""
            ? [`subnetId must be a subnet with an IPv6 block, got "${subnetId}", which has none: give it one`]
            : []),
        ...(ipv6Native && publicIpv4
            ? [`publicIpv4 must be false where subnetId is a subnet without IPv4 (${subnetId}), got true`]
            : []),
    ];
}

function routeProblems({ id, routes }: ec2.GetRouteTableResult, required: SubnetRequirements): string[] {
    const { subnetId, publicIpv4 } = required;
    const ipv4 = routes.find(({ cidrBlock }) => cidrBlock === "0.0.0.0/0");
    return [
        ...(routes.some(({ ipv6CidrBlock }) => ipv6CidrBlock === "::/0")
            ? []
            : [`subnetId must be a subnet with a route for ::/0, got "${subnetId}", whose table ${id} has none`]),
        // Behind a NAT gateway a public address reaches nobody, and nobody reaches it.
        ...(publicIpv4 && (ipv4 === undefined || ipv4.natGatewayId !== "")
            ? [
                  `subnetId must be a subnet with a route for 0.0.0.0/0 that leads to no NAT gateway where publicIpv4 is true, got "${subnetId}", whose table ${id} has ${ipv4 ? ipv4.natGatewayId : "none"}; set publicIpv4 to false where none is meant to be there`,
              ]
            : []),
    ];
}

/** What containers have, the VM does not reach outside. */
function overlapProblems(vpc: ec2.GetVpcResult, { subnetId, fixedCidrV6 }: SubnetRequirements): string[] {
    const containers = prefixOf(fixedCidrV6);
    const overlapping = (blocks: readonly string[], prefix = containers) =>
        blocks.filter((block) => {
            const read = readPrefix(block);
            return read !== undefined && prefixesOverlap(read, prefix);
        });
    const ipv6 = overlapping(vpc.ipv6CidrBlockAssociations.map(({ ipv6CidrBlock }) => ipv6CidrBlock));
    const ipv4 = overlapping(
        vpc.cidrBlockAssociations.map(({ cidrBlock }) => cidrBlock),
        DOCKER_IPV4_PREFIX,
    );
    return [
        ...ipv6.map(
            (block) => `fixedCidrV6 must be outside ${block}, which the VPC of ${subnetId} has, got "${fixedCidrV6}"`,
        ),
        ...ipv4.map(
            (block) =>
                `subnetId must be a subnet of a VPC outside ${DOCKER_IPV4_PREFIX.text}, which Docker's bridge uses, got "${subnetId}", whose VPC has ${block}`,
        ),
    ];
}

async function groupProblems(ids: readonly string[], vpcId: string, parent: pulumi.Resource): Promise<string[]> {
    if (ids.length === 0) {
        return [];
    }
    const found = await ec2.getSecurityGroups({ filters: [{ name: "group-id", values: [...ids] }] }, { parent });
    const vpcOf = new Map(found.ids.map((id, index) => [id, found.vpcIds[index]]));
    return ids.flatMap((id, index) =>
        vpcOf.get(id) === vpcId
            ? []
            : [
                  `securityGroupIds[${index}] must be a security group of ${vpcId}, where subnetId is, got "${id}", which ${vpcOf.has(id) ? `is in ${vpcOf.get(id) ?? ""}` : "is not there"}`,
              ],
    );
}
