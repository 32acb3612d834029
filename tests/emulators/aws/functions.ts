import type { Properties } from "../../../scripts/plugin/protocol/values";
import { type Cloud, text, valuesAt } from "./cloud";
import type { FunctionToken } from "./tokens";
import { zonesOf } from "./resources/network";

type AwsFunction = (cloud: Cloud, args: Properties) => Properties;

/** What the provider's functions return, by their tokens. */
export const functions: Readonly<Record<string, AwsFunction>> = {
    "aws:ssm/getParameter:getParameter": getParameter,
    "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": getInstanceTypeOfferings,
    "aws:ec2/getInstanceType:getInstanceType": getInstanceType,
} satisfies Record<FunctionToken, AwsFunction>;

/** The zones that offer a type: all but the old one. */
function getInstanceTypeOfferings(cloud: Cloud, args: Properties): Properties {
    const filters = valuesAt(args, "filters[].name").join();
    if (args.locationType !== "availability-zone" || filters !== "instance-type") {
        throw new Error("only offerings of an instance-type by availability-zone are emulated");
    }
    const wanted = valuesAt(args, "filters[].values[]");
    const offers = wanted.flatMap((type) =>
        /^(t3|m6i|c6i)\./.test(type) ? zonesOf(cloud).filter((zone) => zone !== cloud.settings.oldZone) : [],
    );
    return {
        ...args,
        id: cloud.region,
        instanceTypes: offers.map(() => wanted[0] ?? ""),
        locations: offers,
        locationTypes: offers.map(() => "availability-zone"),
        region: cloud.region,
    };
}

/** Types that are emulated: their memory in MiB (EC2, DescribeInstanceTypes). All have x86_64 and are of Nitro. */
const MEMORY: Readonly<Record<string, number>> = {
    "t3.small": 2048,
    "t3.large": 8192,
    "t3.xlarge": 16384,
    "m6i.large": 8192,
    "c6i.xlarge": 8192,
};

/** What the program reads of a type. */
function getInstanceType(cloud: Cloud, args: Properties): Properties {
    const instanceType = text(args, "instanceType") ?? "";
    const { [instanceType]: memorySize } = MEMORY;
    if (memorySize === undefined) {
        throw new Error(
            `reading EC2 Instance Type: operation error EC2: DescribeInstanceTypes, https response error StatusCode: 400, api error InvalidInstanceType: The following supplied instance types do not exist: [${instanceType}]`,
        );
    }
    return {
        id: instanceType,
        instanceType,
        memorySize,
        region: cloud.region,
        supportedArchitectures: ["x86_64"],
        bareMetal: false,
        hypervisor: "nitro",
        ebsNvmeSupport: "required",
    };
}

/** The SSM parameters of the region, as aws.ssm.getParameter returns them. */
function getParameter(cloud: Cloud, args: Properties): Properties {
    const name = text(args, "name") ?? "";
    const region = text(args, "region") ?? cloud.region;
    const value = cloud.settings.parameters[region]?.[name];
    if (value === undefined) {
        throw new Error(
            `reading SSM Parameter (${name}): operation error SSM: GetParameter, https response error StatusCode: 400, api error ParameterNotFound: couldn't find resource`,
        );
    }
    return {
        arn: `arn:aws:ssm:${region}::parameter${name}`,
        id: name,
        insecureValue: value,
        name,
        region,
        type: "String",
        value,
        version: 1,
        withDecryption: args.withDecryption ?? true,
    };
}
