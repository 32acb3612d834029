/** Security groups and their rules. */
import type { Properties } from "../../../../scripts/plugin/protocol/values";
import { type Reference, type ResourceType, number, text } from "../cloud";
import { demand } from "../errors";
import { demandCanonical } from "../prefixes";
import type { ResourceToken } from "../tokens";

const vpcReference: Reference = {
    path: "vpcId",
    to: "aws:ec2/vpc:Vpc",
    notFound: "InvalidVpcID.NotFound",
    blocks: "DependencyViolation",
};

/** EC2 API reference, CreateSecurityGroup and IpRange: up to 255 of these characters. */
function demandDescription(description: string): void {
    const isFit = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/.test(description);
    demand(
        isFit,
        "InvalidParameterValue",
        `Invalid security group description '${description}'. Valid descriptions are strings of up to 255 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*`,
    );
}

export const securityGroup: ResourceType = {
    idPrefix: "sg",
    replaceOn: ["name", "namePrefix", "description", "vpcId"],
    references: [vpcReference],
    compute: (cloud, inputs, { id }) => {
        const name = text(inputs, "name") ?? "";
        demand(
            name !== "" && !name.startsWith("sg-"),
            "InvalidParameterValue",
            `Invalid security group name '${name}'`,
        );
        demand(text(inputs, "vpcId") !== undefined, "VPCIdNotSpecified", "No default VPC for this user.");
        demandDescription(text(inputs, "description") ?? "");
        // Rules inside the group and rules of their own undo each other (the provider's documentation).
        const isPlain = inputs.ingress === undefined && inputs.egress === undefined;
        demand(isPlain, "NotEmulated", "rules inside a security group: use aws.vpc.SecurityGroupIngressRule");
        const duplicate = cloud
            .all("aws:ec2/securityGroup:SecurityGroup")
            .some(
                (other) => other.id !== id && other.properties.vpcId === inputs.vpcId && other.properties.name === name,
            );
        demand(!duplicate, "InvalidGroup.Duplicate", `The security group '${name}' already exists`);
        return { arn: cloud.arn("security-group", id), ownerId: cloud.settings.accountId, ingress: [], egress: [] };
    },
};

export const defaultSecurityGroup: ResourceType = {
    idPrefix: "sg",
    replaceOn: ["vpcId"],
    references: [{ path: "vpcId", to: "aws:ec2/vpc:Vpc", notFound: "InvalidVpcID.NotFound" }],
    compute: (cloud, inputs, { id }) => {
        const vpcId = text(inputs, "vpcId");
        demand(vpcId !== undefined, "MissingParameter", "The request must contain the parameter vpcId");
        return {
            arn: cloud.arn("security-group", id),
            ownerId: cloud.settings.accountId,
            name: "default",
            description: "default VPC security group",
            ingress: inputs.ingress ?? [],
            egress: inputs.egress ?? [],
        };
    },
};

function rule(token: ResourceToken): ResourceType {
    return {
        idPrefix: "sgr",
        replaceOn: ["securityGroupId"],
        references: [
            {
                path: "securityGroupId",
                to: "aws:ec2/securityGroup:SecurityGroup",
                notFound: "InvalidGroup.NotFound",
            },
            {
                path: "referencedSecurityGroupId",
                to: "aws:ec2/securityGroup:SecurityGroup",
                notFound: "InvalidGroup.NotFound",
                blocks: "DependencyViolation",
            },
        ],
        compute: (cloud, inputs, { id }) => {
            demandSource(inputs);
            demandPorts(inputs);
            if (inputs.description !== undefined) {
                demandDescription(text(inputs, "description") ?? "");
            }
            const duplicate = cloud
                .all(token)
                .some((other) => other.id !== id && whatItAllows(other.properties) === whatItAllows(inputs));
            demand(!duplicate, "InvalidPermission.Duplicate", "the specified rule already exists");
            return { arn: cloud.arn("security-group-rule", id), securityGroupRuleId: id };
        },
    };
}

export const securityGroupIngressRule = rule("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
export const securityGroupEgressRule = rule("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule");

function whatItAllows(rule: Properties): string {
    return ["securityGroupId", "ipProtocol", "fromPort", "toPort", "cidrIpv4", "cidrIpv6", "referencedSecurityGroupId"]
        .map((name) => JSON.stringify(rule[name]))
        .join();
}

function demandSource(inputs: Properties): void {
    const sources = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"].filter(
        (name) => inputs[name] !== undefined,
    );
    demand(
        sources.length === 1,
        "InvalidParameterCombination",
        "a rule needs exactly one of cidrIpv4, cidrIpv6, prefixListId and referencedSecurityGroupId",
    );
    const [ipv4, ipv6] = [text(inputs, "cidrIpv4"), text(inputs, "cidrIpv6")];
    if (ipv4 !== undefined) {
        demandCanonical(ipv4, "cidrIpv4", "ipv4");
    }
    if (ipv6 !== undefined) {
        demandCanonical(ipv6, "cidrIpv6", "ipv6");
    }
}

function demandPorts(inputs: Properties): void {
    const [protocol, from, to] = [text(inputs, "ipProtocol"), number(inputs, "fromPort"), number(inputs, "toPort")];
    const known = ["tcp", "udp", "icmp", "icmpv6", "-1"].includes(protocol ?? "");
    demand(
        known,
        "InvalidParameterValue",
        `Invalid value '${protocol ?? ""}' for IP protocol. The emulator knows tcp, udp, icmp, icmpv6 and -1.`,
    );
    if (protocol === "-1") {
        demand(
            from === undefined && to === undefined,
            "InvalidParameterCombination",
            "You may not specify ports with all protocols",
        );
    } else if (protocol === "tcp" || protocol === "udp") {
        const isRange = from !== undefined && to !== undefined && from >= 0 && from <= to && to <= 65535;
        demand(isRange, "InvalidParameterValue", `Invalid port range ${from ?? ""} to ${to ?? ""}`);
    } else {
        // Type and code; -1 stands for all.
        demand(
            from !== undefined && to !== undefined && from >= -1 && from <= 255,
            "InvalidParameterValue",
            "ICMP type is missing or out of range",
        );
    }
}
