/** VPC, subnet, gateway and routes. */
import type { Properties } from "../../../../scripts/plugin/protocol/values";
import { type Cloud, type CloudResource, type ResourceType, text } from "../cloud";
import { demand } from "../errors";
import { contains, firstFree, lengthOf, overlap, demandCanonical } from "../prefixes";

const vpcReference = { path: "vpcId", to: "aws:ec2/vpc:Vpc", notFound: "InvalidVpcID.NotFound" } as const;

export const vpc: ResourceType = {
    idPrefix: "vpc",
    replaceOn: ["cidrBlock", "instanceTenancy", "ipv4IpamPoolId", "ipv4NetmaskLength"],
    references: [],
    compute: (cloud, inputs, { id, before }) => {
        const cidrBlock = text(inputs, "cidrBlock");
        demand(cidrBlock !== undefined, "MissingParameter", "The request must contain the parameter cidrBlock");
        demandCanonical(cidrBlock, "cidrBlock", "ipv4");
        const length = lengthOf(cidrBlock);
        demand(length >= 16 && length <= 28, "InvalidVpc.Range", `The CIDR '${cidrBlock}' is invalid.`);
        const taken = cloud.all("aws:ec2/vpc:Vpc").flatMap(({ properties }) => text(properties, "ipv6CidrBlock") ?? []);
        const ipv6CidrBlock =
            inputs.assignGeneratedIpv6CidrBlock === true
                ? text(before ?? {}, "ipv6CidrBlock") || firstFree(cloud.settings.amazonPrefix, 56, taken)
                : "";
        const suffix = id.slice("vpc-".length);
        return {
            arn: cloud.arn("vpc", id),
            ownerId: cloud.settings.accountId,
            ipv6CidrBlock,
            ipv6AssociationId: ipv6CidrBlock && `vpc-cidr-assoc-${suffix}`,
            ipv6CidrBlockNetworkBorderGroup: ipv6CidrBlock && cloud.region,
            defaultSecurityGroupId: `sg-${suffix}`,
            defaultRouteTableId: `rtb-${suffix}`,
            mainRouteTableId: `rtb-${suffix}`,
            defaultNetworkAclId: `acl-${suffix}`,
            dhcpOptionsId: `dopt-${suffix}`,
            enableDnsHostnames: inputs.enableDnsHostnames ?? false,
            enableDnsSupport: inputs.enableDnsSupport ?? true,
        };
    },
};

export const subnet: ResourceType = {
    idPrefix: "subnet",
    replaceOn: ["vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv6Native"],
    references: [{ ...vpcReference, blocks: "DependencyViolation" }],
    compute: (cloud, inputs, { id, before }) => {
        const vpcProperties = cloud.properties(text(inputs, "vpcId") ?? "");
        const cidrBlock = text(inputs, "cidrBlock") ?? "";
        demandCanonical(cidrBlock, "cidrBlock", "ipv4");
        const vpcBlock = text(vpcProperties, "cidrBlock") ?? "";
        const fits = contains(vpcBlock, cidrBlock) && lengthOf(cidrBlock) <= 28;
        demand(fits, "InvalidSubnet.Range", `The CIDR '${cidrBlock}' is invalid.`);
        const ipv6CidrBlock = text(inputs, "ipv6CidrBlock");
        if (ipv6CidrBlock !== undefined) {
            demandCanonical(ipv6CidrBlock, "ipv6CidrBlock", "ipv6");
            const vpcIpv6Block = text(vpcProperties, "ipv6CidrBlock") || undefined;
            const isIn = vpcIpv6Block !== undefined && contains(vpcIpv6Block, ipv6CidrBlock);
            demand(
                isIn && lengthOf(ipv6CidrBlock) === 64,
                "InvalidSubnet.Range",
                `The CIDR '${ipv6CidrBlock}' is invalid.`,
            );
        }
        demandNoConflict(cloud, inputs, id);
        const assigns = inputs.assignIpv6AddressOnCreation === true;
        demand(
            !assigns || ipv6CidrBlock !== undefined,
            "InvalidParameterCombination",
            "assignIpv6AddressOnCreation needs an IPv6 CIDR block",
        );
        return {
            arn: cloud.arn("subnet", id),
            ownerId: cloud.settings.accountId,
            availabilityZone: availabilityZone(
                cloud,
                text(inputs, "availabilityZone") ?? text(before ?? {}, "availabilityZone"),
            ),
            ipv6CidrBlock: ipv6CidrBlock ?? "",
            mapPublicIpOnLaunch: inputs.mapPublicIpOnLaunch ?? false,
        };
    },
};

/** Throws where another subnet of the VPC has some of the same addresses. */
function demandNoConflict(cloud: Cloud, inputs: Properties, id: string): void {
    const blocks = (properties: Properties) =>
        ["cidrBlock", "ipv6CidrBlock"].flatMap((name) => text(properties, name) || []);
    const taken = cloud
        .all("aws:ec2/subnet:Subnet")
        .filter((other) => other.id !== id && other.properties.vpcId === inputs.vpcId)
        .flatMap(({ properties }) => blocks(properties));
    for (const cidr of blocks(inputs)) {
        const isFree = !taken.some((each) => overlap(each, cidr));
        demand(isFree, "InvalidSubnet.Conflict", `The CIDR '${cidr}' conflicts with another subnet`);
    }
}

/** The zones of the region. */
export function zonesOf(cloud: Cloud): string[] {
    return ["a", "b", "c"].map((letter) => cloud.region + letter);
}

/** The zone, if there is one of that name; one of the region's where none is asked for. */
export function availabilityZone(cloud: Cloud, wanted: string | undefined): string {
    const zones = zonesOf(cloud);
    demand(
        wanted === undefined || zones.includes(wanted),
        "InvalidParameterValue",
        `Value (${wanted ?? ""}) for parameter availabilityZone is invalid. There are: ${zones.join(", ")}`,
    );
    return wanted ?? cloud.settings.oldZone ?? `${cloud.region}a`;
}

export const internetGateway: ResourceType = {
    idPrefix: "igw",
    replaceOn: [],
    references: [{ ...vpcReference, blocks: "DependencyViolation" }],
    compute: (cloud, inputs, { id }) => {
        const attached = cloud
            .all("aws:ec2/internetGateway:InternetGateway")
            .some((other) => other.id !== id && other.properties.vpcId === inputs.vpcId);
        demand(
            !attached || inputs.vpcId === undefined,
            "Resource.AlreadyAssociated",
            `${text(inputs, "vpcId") ?? ""} already has an internet gateway attached`,
        );
        return { arn: cloud.arn("internet-gateway", id), ownerId: cloud.settings.accountId };
    },
    remove: (cloud, { properties }) => {
        const mapped = cloud
            .all("aws:ec2/eip:Eip")
            .some((eip) => vpcOfInterface(cloud, text(eip.properties, "networkInterface")) === properties.vpcId);
        demand(
            !mapped,
            "DependencyViolation",
            `Network ${text(properties, "vpcId") ?? ""} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
        );
    },
};

/** Whether a packet can leave the VPC at all. */
export function hasInternetGateway(cloud: Cloud, vpcId: string | undefined): boolean {
    return cloud.all("aws:ec2/internetGateway:InternetGateway").some(({ properties }) => properties.vpcId === vpcId);
}

export function vpcOfInterface(cloud: Cloud, interfaceId: string | undefined): string | undefined {
    const subnetId = text(cloud.resources.get(interfaceId ?? "")?.properties ?? {}, "subnetId");
    return text(cloud.resources.get(subnetId ?? "")?.properties ?? {}, "vpcId");
}

export const routeTable: ResourceType = {
    idPrefix: "rtb",
    replaceOn: ["vpcId"],
    references: [{ ...vpcReference, blocks: "DependencyViolation" }],
    compute: (cloud, inputs, { id }) => {
        demand(inputs.routes === undefined, "NotEmulated", "routes inside a route table: use aws.ec2.Route");
        return {
            arn: cloud.arn("route-table", id),
            ownerId: cloud.settings.accountId,
            routes: [],
            propagatingVgws: [],
        };
    },
};

const routeTableReference = {
    path: "routeTableId",
    to: "aws:ec2/routeTable:RouteTable",
    notFound: "InvalidRouteTableID.NotFound",
} as const;

export const route: ResourceType = {
    idPrefix: "r-rtb",
    replaceOn: ["routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"],
    references: [
        routeTableReference,
        {
            path: "gatewayId",
            to: "aws:ec2/internetGateway:InternetGateway",
            notFound: "InvalidInternetGatewayID.NotFound",
        },
        {
            path: "networkInterfaceId",
            to: "aws:ec2/networkInterface:NetworkInterface",
            notFound: "InvalidNetworkInterfaceID.NotFound",
        },
    ],
    compute: (cloud, inputs, { id }) => {
        const [ipv4, ipv6] = [text(inputs, "destinationCidrBlock"), text(inputs, "destinationIpv6CidrBlock")];
        const destination = ipv4 ?? ipv6;
        demand(
            destination !== undefined && (ipv4 === undefined || ipv6 === undefined),
            "InvalidParameterCombination",
            "one of destinationCidrBlock and destinationIpv6CidrBlock is needed",
        );
        demandCanonical(destination, "destination", ipv4 === undefined ? "ipv6" : "ipv4");
        const targets = Object.keys(inputs).filter((name) =>
            /^(gateway|networkInterface|natGateway|egressOnlyGateway)Id$/.test(name),
        );
        demand(targets.length === 1, "InvalidParameterCombination", "a route needs exactly one target");
        const gateway = cloud.resources.get(text(inputs, "gatewayId") ?? "");
        const table = cloud.properties(text(inputs, "routeTableId") ?? "");
        demand(
            !gateway || gateway.properties.vpcId === table.vpcId,
            "InvalidParameterValue",
            `route table ${text(inputs, "routeTableId") ?? ""} and network gateway ${gateway?.id ?? ""} belong to different networks`,
        );
        const same = (other: CloudResource) =>
            other.id !== id &&
            other.properties.routeTableId === inputs.routeTableId &&
            [other.properties.destinationCidrBlock, other.properties.destinationIpv6CidrBlock].includes(destination);
        demand(
            !cloud.all("aws:ec2/route:Route").some(same),
            "RouteAlreadyExists",
            `The route identified by ${destination} already exists.`,
        );
        return { origin: "CreateRoute", state: "active" };
    },
};

export const routeTableAssociation: ResourceType = {
    idPrefix: "rtbassoc",
    replaceOn: ["subnetId", "gatewayId"],
    references: [
        { ...routeTableReference, blocks: "DependencyViolation" },
        { path: "subnetId", to: "aws:ec2/subnet:Subnet", notFound: "InvalidSubnetID.NotFound" },
    ],
    compute: (cloud, inputs, { id }) => {
        const table = cloud.properties(text(inputs, "routeTableId") ?? "");
        const subnetId = text(inputs, "subnetId");
        demand(subnetId !== undefined, "MissingParameter", "The request must contain the parameter subnetId");
        demand(
            cloud.properties(subnetId).vpcId === table.vpcId,
            "InvalidParameterValue",
            `Route table and subnet ${subnetId} belong to different networks`,
        );
        const taken = cloud
            .all("aws:ec2/routeTableAssociation:RouteTableAssociation")
            .some((other) => other.id !== id && other.properties.subnetId === subnetId);
        demand(
            !taken,
            "Resource.AlreadyAssociated",
            `the specified association for ${subnetId} conflicts with an existing association`,
        );
        return {};
    },
};
