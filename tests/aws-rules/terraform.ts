/**
 * The program's resources as a Terraform configuration. The Pulumi provider is
 * made from Terraform's, so this is a change of spelling only.
 */
import { isProperties, type Value } from "../../scripts/plugin/protocol/values";
import type { AwsResource } from "./program";

/** Types whose name does not follow from the token. */
const typeNames: Readonly<Record<string, string>> = {
    Volume: "ebs_volume",
    Record: "route53_record",
    LifecyclePolicy: "dlm_lifecycle_policy",
    SecurityGroupIngressRule: "vpc_security_group_ingress_rule",
    SecurityGroupEgressRule: "vpc_security_group_egress_rule",
};

/** The configuration's text; ids of resources become references to them. */
export function terraformOf(resources: readonly AwsResource[]): string {
    const addresses = new Map(resources.map(({ id, token, name }) => [id, [typeOf(token), snake(name)] as const]));
    return resources
        .map(({ token, name, inputs }) => {
            const body = Object.entries(inputs).map(([key, value]) => line(snake(key), value, addresses));
            return `resource "${typeOf(token)}" "${snake(name)}" {\n${body.join("")}}\n`;
        })
        .join("\n");
}

type Addresses = ReadonlyMap<string, readonly [string, string]>;

function line(key: string, value: Value, addresses: Addresses): string {
    if (Array.isArray(value) && (value as Value[]).every(isProperties) && value.length > 0) {
        return (value as Value[]).map((item) => line(key.replace(/s$/, ""), item, addresses)).join("");
    }
    return isProperties(value) && !/^(target_)?tags/.test(key)
        ? `${key} {\n${Object.entries(value)
              .map(([name, item]) => line(snake(name), item, addresses))
              .join("")}}\n`
        : `${key} = ${expression(value, addresses)}\n`;
}

function expression(value: Value, addresses: Addresses): string {
    if (typeof value === "string") {
        const address = addresses.get(value);
        // A template of Terraform's begins with ${ or %{.
        return address ? `${address.join(".")}.id` : JSON.stringify(value).replace(/[$%](?=\{)/g, "$&$&");
    }
    if (Array.isArray(value)) {
        return `[${(value as Value[]).map((item) => expression(item, addresses)).join(", ")}]`;
    }
    return isProperties(value)
        ? `{ ${Object.entries(value)
              .map(([name, item]) => `${JSON.stringify(name)} = ${expression(item, addresses)}`)
              .join(", ")} }`
        : JSON.stringify(value);
}

function typeOf(token: string): string {
    const name = token.split(":").at(-1) ?? "";
    return `aws_${typeNames[name] ?? snake(name)}`;
}

function snake(name: string): string {
    return name
        .replace(/[A-Z]/g, (letter, at: number) => (at === 0 ? "" : "_") + letter.toLowerCase())
        .replace(/[^a-z0-9_]/g, "_");
}
