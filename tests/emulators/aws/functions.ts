import type { Properties } from "../../../scripts/plugin/protocol/values";
import { type Cloud, text, valuesAt } from "./cloud";

type AwsFunction = (cloud: Cloud, args: Properties) => Properties;

/** What the program reads of the provider's functions, by their tokens. */
export const functions: Readonly<Record<string, AwsFunction>> = {
    "aws:ssm/getParameter:getParameter": getParameter,
    "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": getInstanceTypeOfferings,
    "aws:ec2/getInstanceType:getInstanceType": getInstanceType,
};

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
