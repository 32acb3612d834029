import fc from "fast-check";
import { type Access, egressRules, ingressRules } from "../../components/aws/securityGroupRules";
import { prefixOf, readPrefix } from "../../components/values/addresses";

const access: Access = {
    bmpPort: 5000,
    restPort: 8001,
    bmpAllowedCidrs: ["2001:db8:1::/48", "192.0.2.0/24"].map(prefixOf),
    restAllowedCidrs: ["2001:db8:2::/64"].map(prefixOf),
    kafkaAllowedCidrs: [],
    mysqlAllowedCidrs: [],
    sshAllowedCidrs: ["198.51.100.7/32"].map(prefixOf),
    publicIpv4: true,
    brokerPorts: [],
    registryPort: 443,
};

const icmpv6 = (meaning: string, type: number) => ({
    description: `ICMPv6 ${meaning}, which IPv6 needs`,
    ipProtocol: "icmpv6",
    fromPort: type,
    toPort: -1,
    cidrIpv6: "::/0",
});

const tcp = (port: number, description: string) => ({ description, ipProtocol: "tcp", fromPort: port, toPort: port });

test("the lists open their port, each prefix in its own family, and IPv6 gets its ICMPv6; nothing else is open", () => {
    expect(ingressRules(access)).toEqual({
        "bmp-2001-db8-1--_48": { ...tcp(5000, "BMP from 2001:db8:1::/48"), cidrIpv6: "2001:db8:1::/48" },
        "bmp-192.0.2.0_24": { ...tcp(5000, "BMP from 192.0.2.0/24"), cidrIpv4: "192.0.2.0/24" },
        "rest-2001-db8-2--_64": { ...tcp(8001, "REST API from 2001:db8:2::/64"), cidrIpv6: "2001:db8:2::/64" },
        "ssh-198.51.100.7_32": { ...tcp(22, "SSH from 198.51.100.7/32"), cidrIpv4: "198.51.100.7/32" },
        "icmpv6-destination-unreachable": icmpv6("destination-unreachable", 1),
        "icmpv6-packet-too-big": icmpv6("packet-too-big", 2),
        "icmpv6-time-exceeded": icmpv6("time-exceeded", 3),
        "icmpv6-echo-request": icmpv6("echo-request", 128),
    });
});

test("Kafka and MySQL are open where they have lists", () => {
    const lists = {
        kafkaAllowedCidrs: ["2001:db8:3::/48"].map(prefixOf),
        mysqlAllowedCidrs: ["203.0.113.0/24"].map(prefixOf),
    };
    expect(ingressRules({ ...access, ...lists })).toEqual({
        ...ingressRules(access),
        "kafka-2001-db8-3--_48": { ...tcp(9092, "Kafka from 2001:db8:3::/48"), cidrIpv6: "2001:db8:3::/48" },
        "mysql-203.0.113.0_24": { ...tcp(3306, "MySQL from 203.0.113.0/24"), cidrIpv4: "203.0.113.0/24" },
    });
});

test("empty lists open no TCP port at all", () => {
    const closed = ingressRules({ ...access, bmpAllowedCidrs: [], restAllowedCidrs: [], sshAllowedCidrs: [] });
    expect(Object.values(closed).filter(({ ipProtocol }) => ipProtocol !== "icmpv6")).toEqual([]);
});

test("the VM reaches brokers at their ports over both families, and no rule is there twice", () => {
    const brokers = tcp(9092, "Kafka brokers");
    const own = { ...access, publicIpv4: false };
    expect(egressRules({ ...own, brokerPorts: [443, 9092] })).toEqual({
        ...egressRules(own),
        "kafka-443-ipv4": { ...tcp(443, "Kafka brokers"), cidrIpv4: "0.0.0.0/0" },
        "kafka-9092-ipv6": { ...brokers, cidrIpv6: "::/0" },
        "kafka-9092-ipv4": { ...brokers, cidrIpv4: "0.0.0.0/0" },
    });
});

test("the VM reaches mirrors and registries, over the families that it has", () => {
    const https = tcp(443, "HTTPS: registries and package mirrors");
    const http = tcp(80, "HTTP: Debian mirrors, whose packages are signed");
    const overIpv6 = {
        "https-ipv6": { ...https, cidrIpv6: "::/0" },
        "http-ipv6": { ...http, cidrIpv6: "::/0" },
    };
    expect(egressRules({ ...access, publicIpv4: false })).toEqual(overIpv6);
    expect(egressRules(access)).toEqual({
        ...overIpv6,
        "https-ipv4": { ...https, cidrIpv4: "0.0.0.0/0" },
        "http-ipv4": { ...http, cidrIpv4: "0.0.0.0/0" },
    });
});

test("a registry on a port of its own is reached there", () => {
    const rules = egressRules({ ...access, publicIpv4: false, registryPort: 5443 });
    expect(rules["registry-ipv6"]).toEqual({ ...tcp(5443, "The registry of the image"), cidrIpv6: "::/0" });
    expect(Object.keys(rules)).toHaveLength(3);
});

test("different prefixes get rules of different names", () => {
    const prefix = fc
        .oneof(fc.tuple(fc.ipV4(), fc.nat(32)), fc.tuple(fc.ipV6(), fc.nat(128)))
        .map(([address, length]) => readPrefix(`${address}/${length}`))
        .filter((read) => read !== undefined);
    fc.assert(
        fc.property(fc.uniqueArray(prefix, { selector: ({ text }) => text }), (bmpAllowedCidrs) => {
            const names = Object.keys(ingressRules({ ...access, bmpAllowedCidrs })).filter((name) =>
                name.startsWith("bmp-"),
            );
            expect(names).toHaveLength(bmpAllowedCidrs.length);
        }),
    );
});

test("descriptions have only what AWS takes in them, and not too much of it", () => {
    for (const { description } of Object.values({ ...ingressRules(access), ...egressRules(access) })) {
        // EC2 API, IpRange: the characters of a description, without the apostrophe.
        expect(description).toMatch(/^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/);
    }
});
