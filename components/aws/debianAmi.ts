import * as ssm from "@pulumi/aws/ssm";
import type * as pulumi from "@pulumi/pulumi";
import { refusal } from "../values/refusal";

/** Where Debian publishes the id of its newest AMI in each region (Debian wiki, Cloud/AmazonEC2Image). */
const PARAMETER = "/aws/service/debian/release/13/latest/amd64";

/** The id of Debian's newest AMI in the region of the deployment. */
export async function debianAmi(parent: pulumi.Resource): Promise<string> {
    try {
        // An AMI's id is no secret, which the plain value of a parameter counts as.
        return (await ssm.getParameter({ name: PARAMETER }, { parent })).insecureValue;
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (/ParameterNotFound|couldn't find resource|empty result/.test(reason)) {
            throw refusal(
                `Debian publishes no AMI in this region (${PARAMETER} is not there): set amiId to an AMI of Debian 13 for amd64, or aws:region to another region`,
            );
        }
        throw error;
    }
}
