/** Security groups as netfilter enforces them for one network interface. */
import type { Properties } from "../../../scripts/plugin/protocol/values";
import { type Cloud, number, text, texts } from "./cloud";

export type Family = "ipv4" | "ipv6";

const directions = [
    // tests/emulators/aws/image/instance-firewall hooks the chains in.
    { chain: "AWS-INGRESS", peer: "-s", token: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule" },
    { chain: "AWS-EGRESS", peer: "-d", token: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule" },
] as const;

/**
 * The rules of an interface's groups, for `iptables-restore --noflush`: own
 * chains in the mangle table, which comes before anything that the host itself
 * filters or translates. What no rule lets through is dropped.
 */
export function firewallOf(cloud: Cloud, interfaceId: string, family: Family): string {
    const groups = texts(cloud.properties(interfaceId), "securityGroups");
    const lines = directions.flatMap(({ chain, peer, token }) => [
        `-A ${chain} -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN`,
        // A security group does not filter what finds the neighbours (VPC user guide, "Security groups").
        ...(family === "ipv6"
            ? ["133", "134", "135", "136"].map((type) => `-A ${chain} -p ipv6-icmp --icmpv6-type ${type} -j RETURN`)
            : []),
        ...cloud
            .all(token)
            .filter(({ properties }) => groups.includes(text(properties, "securityGroupId") ?? ""))
            .flatMap(({ properties }) => matchesOf(properties, family, peer))
            .map((match) => `-A ${chain} ${match}-j RETURN`)
            .sort(),
        `-A ${chain} -j DROP`,
    ]);
    return ["*mangle", ...directions.map(({ chain }) => `:${chain} - [0:0]`), ...lines, "COMMIT", ""].join("\n");
}

/** The matches of a rule in that family, each with a blank behind; none where it is of the other. */
function matchesOf(rule: Properties, family: Family, peer: "-s" | "-d"): string[] {
    const cidr = text(rule, family === "ipv4" ? "cidrIpv4" : "cidrIpv6");
    const protocol = text(rule, "ipProtocol") ?? "";
    if (cidr === undefined || protocol === (family === "ipv4" ? "icmpv6" : "icmp")) {
        return [];
    }
    const [from, to] = [number(rule, "fromPort") ?? -1, number(rule, "toPort") ?? -1];
    const address = `${peer} ${cidr} `;
    switch (protocol) {
        case "-1":
            return [address];
        case "tcp":
        case "udp":
            return [`${address}-p ${protocol} --dport ${from}:${to} `];
        default: {
            const option = family === "ipv4" ? "-p icmp --icmp-type" : "-p ipv6-icmp --icmpv6-type";
            return [
                from === -1
                    ? `${address}${option.split(" --")[0] ?? ""} `
                    : `${address}${option} ${to === -1 ? from : `${from}/${to}`} `,
            ];
        }
    }
}
