/** The IPv4 prefixes of a VPC, and the subnets and addresses in them, as AWS takes them. */
import ipaddr from "ipaddr.js";
import { type Prefix, prefixContains, prefixesOverlap, prefixOf } from "../../../components/values/addresses";
import type { Properties } from "../../../scripts/plugin/protocol/values";
import { type Cloud, demand, text } from "./cloud";

const ASSOCIATION = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation";

const [RFC_1918_10, RFC_1918_172, RFC_1918_192] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(prefixOf);
const RFC_1918 = [RFC_1918_10, RFC_1918_172, RFC_1918_192] as Prefix[];

/** What is restricted beside a prefix of a VPC (VPC user guide, "IPv4 CIDR block association restrictions"). */
function restrictedBeside(block: Prefix): Prefix[] {
    const own = RFC_1918.find((range) => prefixContains(range, block));
    return [
        ...RFC_1918.filter((range) => range !== own),
        prefixOf("198.19.0.0/16"),
        prefixOf("169.254.0.0/16"),
        ...(prefixContains(prefixOf("10.0.0.0/15"), block) ? [prefixOf("10.0.0.0/16")] : []),
        ...(own === RFC_1918_172 ? [prefixOf("172.31.0.0/16")] : []),
    ];
}

/** The quota of an account that asked for no other one ("Amazon VPC quotas"). */
const BLOCKS_OF_VPC = 5;

const prefixIn = (properties: Properties, name = "cidrBlock") => prefixOf(text(properties, name) ?? "");

/** The prefixes that were added to a VPC, but for one. */
const added = (cloud: Cloud, vpcId: string, id: string) =>
    cloud
        .others(ASSOCIATION, id)
        .filter((other) => other.vpcId === vpcId)
        .map((other) => prefixIn(other));

/** Throws where AWS would not add the prefix to the VPC. */
export function demandAddable(cloud: Cloud, inputs: Properties, id: string): void {
    const [vpcId, block] = [text(inputs, "vpcId") ?? "", prefixIn(inputs)];
    const blocks = [prefixIn(cloud.properties(vpcId)), ...added(cloud, vpcId, id)];
    demand(block.length >= 16 && block.length <= 28, "InvalidVpc.Range", `The CIDR '${block.text}' is invalid.`);
    demand(blocks.length < BLOCKS_OF_VPC, "CidrLimitExceeded", `${vpcId} has ${blocks.length} blocks`);
    const isFree = !blocks.some((other) => prefixesOverlap(other, block));
    demand(isFree, "CidrConflict", `The CIDR '${block.text}' conflicts with another one of ${vpcId}`);
    const restricted = blocks.flatMap(restrictedBeside).some((range) => prefixesOverlap(range, block));
    demand(!restricted, "InvalidVpc.Range", `The CIDR '${block.text}' is restricted.`);
}

/** Throws where a subnet is in the prefix that is to be taken from the VPC. */
export function demandUnused(cloud: Cloud, association: Properties): void {
    const block = prefixIn(association);
    const isUsed = cloud
        .all("aws:ec2/subnet:Subnet")
        .some(({ properties }) => prefixContains(block, prefixIn(properties)));
    demand(!isUsed, "InvalidCidr.InUse", `The CIDR '${block.text}' is currently in use`);
}

/** Throws where a subnet is not within its VPC, too small, or where another one has some of the same addresses. */
export function demandRoom(cloud: Cloud, inputs: Properties, id: string): void {
    const vpcId = text(inputs, "vpcId") ?? "";
    const vpc = cloud.properties(vpcId);
    demand(prefixIn(inputs).length <= 28, "InvalidSubnet.Range", "a subnet must be a /28 or larger");
    const rooms = {
        cidrBlock: [prefixIn(vpc), ...added(cloud, vpcId, "")],
        ipv6CidrBlock: [prefixIn(vpc, "ipv6CidrBlock")],
    };
    for (const [name, room] of Object.entries(rooms)) {
        const prefix = prefixIn(inputs, name);
        const isWithin = room.some((block) => prefixContains(block, prefix));
        demand(isWithin, "InvalidSubnet.Range", `${prefix.text} is not within the VPC`);
        const others = cloud.others("aws:ec2/subnet:Subnet", id).map((other) => prefixIn(other, name));
        const isFree = !others.some((other) => prefixesOverlap(other, prefix));
        demand(isFree, "InvalidSubnet.Conflict", `${prefix.text} conflicts with another subnet`);
    }
}

/** The first address of a prefix that is not taken; AWS keeps the first four, and the last (VPC user guide, "Subnet CIDR blocks"). */
export function freeAddress(cidr = "", taken: readonly string[]): string {
    const [address, length] = ipaddr.parseCIDR(cidr);
    const network = address.toByteArray();
    const last = network.pop() ?? 0;
    const addresses = 2 ** Math.min(8, 8 * (network.length + 1) - length);
    const numbers = Array.from({ length: addresses - 5 }, (_, index) => index + 4);
    const free = numbers
        .map((number) => ipaddr.fromByteArray([...network, last + number]).toString())
        .find((each) => !taken.includes(each));
    demand(free !== undefined, "InsufficientFreeAddressesInSubnet", `no address is left in ${cidr}`);
    return free;
}
