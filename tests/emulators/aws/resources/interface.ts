/** Network interfaces and Elastic IP addresses. */
import { type Cloud, type ResourceType, number, text, texts } from "../cloud";
import { AwsError, demand } from "../errors";
import { addressAt, normalised, demandInSubnet } from "../prefixes";
import { hasInternetGateway, vpcOfInterface } from "./network";

export const networkInterface: ResourceType = {
    idPrefix: "eni",
    replaceOn: ["subnetId", "interfaceType"],
    references: [
        {
            path: "subnetId",
            to: "aws:ec2/subnet:Subnet",
            notFound: "InvalidSubnetID.NotFound",
            blocks: "DependencyViolation",
        },
        {
            path: "securityGroups[]",
            to: "aws:ec2/securityGroup:SecurityGroup",
            notFound: "InvalidGroup.NotFound",
            blocks: "DependencyViolation",
        },
    ],
    compute: (cloud, inputs, { id, before = {} }) => {
        const subnet = cloud.properties(text(inputs, "subnetId") ?? "");
        const groups = texts(inputs, "securityGroups");
        for (const group of groups) {
            const isNear = cloud.properties(group).vpcId === subnet.vpcId;
            demand(
                isNear,
                "InvalidParameter",
                `Security group ${group} and subnet ${text(inputs, "subnetId") ?? ""} belong to different networks.`,
            );
        }
        const privateIps = addresses(
            cloud,
            id,
            text(subnet, "cidrBlock"),
            [text(inputs, "privateIp") ?? [], texts(inputs, "privateIps")].flat(),
            1,
            texts(before, "privateIps"),
        );
        const wanted = texts(inputs, "ipv6Addresses").map(normalised);
        const count = number(inputs, "ipv6AddressCount") ?? (subnet.assignIpv6AddressOnCreation === true ? 1 : 0);
        const block = text(subnet, "ipv6CidrBlock") || undefined;
        const ipv6Addresses = addresses(
            cloud,
            id,
            block,
            wanted,
            Math.max(count, wanted.length),
            texts(before, "ipv6Addresses"),
        );
        return {
            arn: cloud.arn("network-interface", id),
            ownerId: cloud.settings.accountId,
            privateIp: privateIps[0] ?? "",
            privateIps,
            ipv6Addresses,
            ipv6AddressCount: ipv6Addresses.length,
            macAddress: `02:${id.slice(-10).replace(/..(?!$)/g, "$&:")}`,
            // Without a group of its own an interface gets the VPC's default one.
            securityGroups:
                groups.length > 0
                    ? groups
                    : [text(cloud.properties(text(subnet, "vpcId") ?? ""), "defaultSecurityGroupId") ?? ""],
            sourceDestCheck: inputs.sourceDestCheck ?? true,
        };
    },
};

/** The wanted addresses, or as many free ones as asked for; those that it has stay. */
function addresses(
    cloud: Cloud,
    id: string,
    cidr: string | undefined,
    wanted: readonly string[],
    count: number,
    had: readonly string[],
): string[] {
    const taken = cloud
        .all("aws:ec2/networkInterface:NetworkInterface")
        .filter((other) => other.id !== id)
        .flatMap(({ properties }) => [...texts(properties, "privateIps"), ...texts(properties, "ipv6Addresses")]);
    if (count === 0) {
        return [];
    }
    if (cidr === undefined) {
        throw new AwsError("InvalidParameterValue", "The subnet has no IPv6 CIDR block");
    }
    for (const address of wanted) {
        demandInSubnet(address, cidr, "InvalidParameterValue");
        demand(!taken.includes(address), "InvalidIPAddress.InUse", `Address ${address} is in use.`);
    }
    const given = wanted.length > 0 ? wanted : had.slice(0, count);
    const free = [];
    for (let offset = 4; given.length + free.length < count; offset++) {
        const address = addressAt(cidr, offset);
        if (!taken.includes(address) && !given.includes(address)) {
            free.push(address);
        }
    }
    return [...given, ...free];
}

export const eip: ResourceType = {
    idPrefix: "eipalloc",
    replaceOn: ["domain", "address", "publicIpv4Pool", "networkBorderGroup"],
    references: [
        {
            path: "networkInterface",
            to: "aws:ec2/networkInterface:NetworkInterface",
            notFound: "InvalidNetworkInterfaceID.NotFound",
        },
        { path: "instance", to: "aws:ec2/instance:Instance", notFound: "InvalidInstanceID.NotFound" },
    ],
    compute: (cloud, inputs, { id, before = {} }) => {
        const interfaceId = text(inputs, "networkInterface");
        const isAssociated = interfaceId !== undefined || inputs.instance !== undefined;
        const isReachable = interfaceId === undefined || hasInternetGateway(cloud, vpcOfInterface(cloud, interfaceId));
        demand(isReachable, "Gateway.NotAttached", "Network is not attached to any internet gateway");
        const taken = cloud.all("aws:ec2/eip:Eip").map(({ properties }) => properties.publicIp);
        const free = Array.from({ length: 254 }, (_, index) => `198.51.100.${index + 1}`).find(
            (each) => !taken.includes(each),
        );
        demand(free !== undefined, "AddressLimitExceeded", "The maximum number of addresses has been reached.");
        const publicIp = text(before, "publicIp") ?? free;
        return {
            arn: cloud.arn("elastic-ip", id),
            allocationId: id,
            publicIp,
            publicDns: `ec2-${publicIp.replaceAll(".", "-")}.${cloud.region}.compute.amazonaws.com`,
            associationId: isAssociated ? id.replace("eipalloc", "eipassoc") : "",
            privateIp: interfaceId === undefined ? "" : (text(cloud.properties(interfaceId), "privateIp") ?? ""),
        };
    },
};

/** The public IPv4 address of an interface, empty where it has none. */
export function publicIpOf(cloud: Cloud, interfaceId: string): string {
    const found = cloud.all("aws:ec2/eip:Eip").find(({ properties }) => properties.networkInterface === interfaceId);
    return text(found?.properties ?? {}, "publicIp") ?? "";
}
