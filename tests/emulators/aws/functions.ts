import type { Properties, Value } from "../../../scripts/plugin/protocol/values";
import { type Cloud, text, valuesAt } from "./cloud";

type AwsFunction = (cloud: Cloud, args: Properties) => Properties;

/** What the program reads of the provider's functions, by their tokens. */
export const functions: Readonly<Record<string, AwsFunction>> = {
    "aws:ssm/getParameter:getParameter": getParameter,
    "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": getInstanceTypeOfferings,
    "aws:ec2/getInstanceType:getInstanceType": getInstanceType,
    "aws:ec2/getSubnet:getSubnet": (cloud, args) => ({
        ...found(cloud, args, "id", "no matching EC2 Subnet found"),
        ipv6Native: false,
    }),
    "aws:ec2/getVpc:getVpc": getVpc,
    "aws:ec2/getRouteTables:getRouteTables": getRouteTables,
    "aws:ec2/getRouteTable:getRouteTable": getRouteTable,
    "aws:ec2/getSecurityGroups:getSecurityGroups": getSecurityGroups,
    "aws:route53/getZone:getZone": ({ settings }, { zoneId }) => ({
        name: named(settings.zones, zoneId, "no matching Route 53 Hosted Zone found"),
    }),
    "aws:iam/getRole:getRole": ({ settings }, { name }) => ({ arn: named(settings.roles, name, "NoSuchEntity") }),
    "aws:ebs/getSnapshot:getSnapshot": ({ settings }, args) => {
        const [id = ""] = valuesAt(args, "snapshotIds[]");
        return { state: "completed", volumeSize: named(settings.snapshots, id, "InvalidSnapshot.NotFound") };
    },
    "aws:kms/getKey:getKey": ({ settings }, { keyId }) => ({
        arn: named(settings.keys, keyId, "NotFoundException"),
        ...{ enabled: true, keyState: "Enabled", keySpec: "SYMMETRIC_DEFAULT", keyUsage: "ENCRYPT_DECRYPT" },
    }),
};

/** What the account has under that name. */
function named<T>(settings: Readonly<Record<string, T>>, name: Value | undefined, error: string): T {
    const value = typeof name === "string" ? settings[name] : undefined;
    if (value === undefined) {
        throw new Error(error);
    }
    return value;
}

/** The resource that an argument names, with its id. */
function found(cloud: Cloud, args: Properties, name: string, error: string): Properties {
    const resource = cloud.resources.get(text(args, name) ?? "");
    if (resource === undefined) {
        throw new Error(error);
    }
    return { ...resource.properties, id: resource.id };
}

function getVpc(cloud: Cloud, args: Properties): Properties {
    const { id, cidrBlock = "", ipv6CidrBlock = "" } = found(cloud, args, "id", "no matching EC2 VPC found");
    return {
        id: id ?? "",
        mainRouteTableId: "rtb-without-an-association",
        cidrBlockAssociations: [{ cidrBlock }],
        ipv6CidrBlockAssociations: [{ ipv6CidrBlock }],
    };
}

function getRouteTables(cloud: Cloud, args: Properties): Properties {
    if (valuesAt(args, "filters[].name").join() !== "association.subnet-id") {
        throw new Error("only route tables by association.subnet-id are emulated");
    }
    const subnets = valuesAt(args, "filters[].values[]");
    const associations = cloud.all("aws:ec2/routeTableAssociation:RouteTableAssociation");
    return {
        ids: associations
            .filter(({ properties }) => subnets.includes(text(properties, "subnetId") ?? ""))
            .map(({ properties }) => text(properties, "routeTableId") ?? ""),
    };
}

function getRouteTable(cloud: Cloud, args: Properties): Properties {
    const { id = "" } = found(cloud, args, "routeTableId", "no matching EC2 Route Table found");
    const routes = cloud.all("aws:ec2/route:Route").filter(({ properties }) => properties.routeTableId === id);
    return {
        id,
        routes: routes.map(({ properties }) => ({
            cidrBlock: text(properties, "destinationCidrBlock") ?? "",
            ipv6CidrBlock: text(properties, "destinationIpv6CidrBlock") ?? "",
            natGatewayId: "",
        })),
    };
}

function getSecurityGroups(cloud: Cloud, args: Properties): Properties {
    const wanted = valuesAt(args, "filters[].values[]");
    const groups = cloud.all("aws:ec2/securityGroup:SecurityGroup").filter(({ id }) => wanted.includes(id));
    return {
        ids: groups.map(({ id }) => id),
        vpcIds: groups.map(({ properties }) => text(properties, "vpcId") ?? ""),
    };
}

/** Types that are emulated: their memory in MiB (EC2, DescribeInstanceTypes). All have x86_64 and are of Nitro. */
const MEMORY: Readonly<Record<string, number>> = { "t3.large": 8192, "t3.xlarge": 16384 };

/** The zones that offer a type: all but the old one. */
function getInstanceTypeOfferings(cloud: Cloud, args: Properties): Properties {
    const filters = valuesAt(args, "filters[].name").join();
    if (args.locationType !== "availability-zone" || filters !== "instance-type") {
        throw new Error("only offerings of an instance-type by availability-zone are emulated");
    }
    const [instanceType = ""] = valuesAt(args, "filters[].values[]");
    const zones = ["a", "b", "c"].map((letter) => cloud.region + letter);
    return { locations: instanceType in MEMORY ? zones.filter((zone) => zone !== cloud.settings.oldZone) : [] };
}

function getInstanceType(_: Cloud, args: Properties): Properties {
    const { [text(args, "instanceType") ?? ""]: memorySize } = MEMORY;
    if (memorySize === undefined) {
        throw new Error("a type without an offering is not asked for");
    }
    return { memorySize, supportedArchitectures: ["x86_64"], ebsNvmeSupport: "required" };
}

/** The SSM parameters of the region, as aws.ssm.getParameter returns them. */
function getParameter(cloud: Cloud, args: Properties): Properties {
    const name = text(args, "name") ?? "";
    const insecureValue = cloud.settings.parameters[cloud.region]?.[name];
    if (insecureValue === undefined) {
        throw new Error(
            `reading SSM Parameter (${name}): operation error SSM: GetParameter, https response error StatusCode: 400, api error ParameterNotFound: couldn't find resource`,
        );
    }
    return { insecureValue };
}
