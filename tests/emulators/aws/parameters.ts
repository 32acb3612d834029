import type { Properties } from "../plugin/values";
import { type Cloud, text } from "./cloud";

/** The SSM parameters of the region, as aws.ssm.getParameter returns them. */
export function getParameter(cloud: Cloud, args: Properties): Properties {
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
