import { type Prefix, prefixOf } from "../values/addresses";
import { KAFKA_PORT, MYSQL_PORT, type OutsideLists, SSH_PORT } from "../values/ports";

/** A rule of a security group, apart from the group that it belongs to. */
export interface Rule {
    readonly description: string;
    readonly ipProtocol: string;
    readonly fromPort: number;
    readonly toPort: number;
    readonly cidrIpv4?: string;
    readonly cidrIpv6?: string;
}

/** Rules by what they are for, the last part of the resource's name. */
export type Rules = Readonly<Record<string, Rule>>;

/** Who may reach what, and what the VM may reach. */
export interface Access extends OutsideLists {
    /** Port on the host for BMP. */
    readonly bmpPort: number;
    /** Port on the host for the REST API. */
    readonly restPort: number | undefined;
    /** Who may open BMP sessions. */
    readonly bmpAllowedCidrs: readonly Prefix[];
    /** Who may use the REST API. */
    readonly restAllowedCidrs: readonly Prefix[];
    /** Who may log in; the deployment itself must be among them. */
    readonly sshAllowedCidrs: readonly Prefix[];
    /** Whether the VM reaches the Internet over IPv4, too. */
    readonly publicIpv4: boolean;
    /** TCP ports of brokers that the collector writes to; in the same VPC they are reached over IPv4 in any case. */
    readonly brokerPorts: readonly number[];
    /** TCP port of the registry that the image comes from. */
    readonly registryPort: number;
}

const ALL_IPV4 = prefixOf("0.0.0.0/0");
const ALL_IPV6 = prefixOf("::/0");

/** RFC 4890, section 4.3.1: without these, IPv6 does not work across the Internet. */
const ICMPV6_TYPES: Readonly<Record<string, number>> = {
    "destination-unreachable": 1,
    "packet-too-big": 2,
    "time-exceeded": 3,
    "echo-request": 128,
};

/** What may reach the VM: BMP, REST, Kafka, MySQL and SSH from the lists, and the ICMPv6 that IPv6 needs. */
export function ingressRules(access: Access): Rules {
    return {
        ...portRules("bmp", "BMP", access.bmpPort, access.bmpAllowedCidrs),
        ...portRules("rest", "REST API", access.restPort, access.restAllowedCidrs),
        ...portRules("kafka", "Kafka", KAFKA_PORT, access.kafkaAllowedCidrs),
        ...portRules("mysql", "MySQL", MYSQL_PORT, access.mysqlAllowedCidrs),
        ...portRules("ssh", "SSH", SSH_PORT, access.sshAllowedCidrs),
        ...Object.fromEntries(
            Object.entries(ICMPV6_TYPES).map(([message, type]) => [
                `icmpv6-${message}`,
                // For ICMP, AWS takes the type as fromPort and the code as toPort; -1 is every code.
                {
                    description: `ICMPv6 ${message}, which IPv6 needs`,
                    ipProtocol: "icmpv6",
                    fromPort: type,
                    toPort: -1,
                    cidrIpv6: ALL_IPV6.text,
                },
            ]),
        ),
    };
}

/**
 * What the VM may reach: Debian's mirrors, the registry and brokers. Name service, time
 * and instance metadata of AWS pass without a rule (VPC user guide, security
 * groups).
 */
export function egressRules({ publicIpv4, registryPort, brokerPorts }: Access): Rules {
    const ports = {
        https: [443, "HTTPS: registries and package mirrors"],
        http: [80, "HTTP: Debian mirrors, whose packages are signed"],
        registry: [registryPort, "The registry of the image"],
    } as const;
    const others = Object.entries(ports)
        .filter(([purpose]) => purpose !== "registry" || ![80, 443].includes(registryPort))
        .flatMap(([purpose, [port, description]]) =>
            (publicIpv4 ? [ALL_IPV6, ALL_IPV4] : [ALL_IPV6]).map(
                (prefix) => [`${purpose}-${prefix.family}`, tcp(port, prefix, description)] as const,
            ),
        );
    // AWS takes no rule twice.
    const isOpen = (port: number, { family }: Prefix) =>
        others.some(([, rule]) => rule.fromPort === port && (family === "ipv4") === "cidrIpv4" in rule);
    const brokers = brokerPorts.flatMap((port) =>
        [ALL_IPV6, ALL_IPV4]
            .filter((prefix) => !isOpen(port, prefix))
            .map((prefix) => [`kafka-${port}-${prefix.family}`, tcp(port, prefix, "Kafka brokers")] as const),
    );
    return Object.fromEntries([...others, ...brokers]);
}

function portRules(purpose: string, label: string, port: number | undefined, prefixes: readonly Prefix[]): Rules {
    if (port === undefined) {
        return {};
    }
    return Object.fromEntries(
        // Colons and slashes mean something in the names of resources.
        prefixes.map((prefix) => [
            `${purpose}-${prefix.text.replaceAll(":", "-").replace("/", "_")}`,
            tcp(port, prefix, `${label} from ${prefix.text}`),
        ]),
    );
}

function tcp(port: number, { family, text }: Prefix, description: string): Rule {
    return {
        description,
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
        ...(family === "ipv6" ? { cidrIpv6: text } : { cidrIpv4: text }),
    };
}
