import fc from "fast-check";
import {
    addressInPrefix,
    bracketed,
    isAddress,
    isHostName,
    isIpv6Address,
    numberedSubnet,
    prefixesOverlap,
    prefixOf,
    readPrefix,
    worldOpenReason,
} from "../../components/values/addresses";

describe("readPrefix", () => {
    test.each([
        ["10.0.0.0/8", "ipv4", 8, "10.0.0.0/8", false],
        ["2001:DB8::/32", "ipv6", 32, "2001:db8::/32", false],
        ["fc00:172:17::/64", "ipv6", 64, "fc00:172:17::/64", false],
        ["::/0", "ipv6", 0, "::/0", false],
        ["10.0.0.1/8", "ipv4", 8, "10.0.0.0/8", true],
        ["2001:db8::1/64", "ipv6", 64, "2001:db8::/64", true],
    ])("reads %s", (text, family, length, canonical, hadHostBits) => {
        expect(readPrefix(text)).toEqual({
            family,
            length,
            text: canonical,
            bits: expect.any(String) as string,
            hadHostBits,
        });
        expect(readPrefix(text)?.bits).toHaveLength(length);
    });

    test.each([
        "10.0.0.0",
        "10.0.0/8",
        "10.0.0.300/8",
        "10.0.0.0/33",
        "::/129",
        "[::]/0",
        "fe80::%eth0/64",
        "a/b",
        "/8",
        "",
    ])("does not read “%s”", (text) => {
        expect(readPrefix(text)).toBeUndefined();
    });

    test("reads its own text again, without host bits", () => {
        fc.assert(
            fc.property(
                fc.oneof(fc.tuple(fc.ipV4(), fc.nat(32)), fc.tuple(fc.ipV6(), fc.nat(128))),
                ([address, length]) => {
                    const once = readPrefix(`${address}/${length}`);
                    const twice = once && readPrefix(once.text);
                    expect(twice).toEqual(once && { ...once, hadHostBits: false });
                },
            ),
        );
    });
});

test.each(["192.0.2.1", "2001:db8::1", "::"])("%s is an address", (text) => {
    expect(isAddress(text)).toBe(true);
});

test.each(["[2001:db8::1]", "2001:db8::1/64", "fe80::1%eth0", " ::1", "10.1", "0x7f.1", "host", ""])(
    "“%s” is no address",
    (text) => {
        expect(isAddress(text)).toBe(false);
    },
);

test("only IPv6 addresses are put in brackets", () => {
    expect([bracketed("::1"), bracketed("192.0.2.1"), bracketed("a.example")]).toEqual([
        "[::1]",
        "192.0.2.1",
        "a.example",
    ]);
    expect(isIpv6Address("192.0.2.1")).toBe(false);
});

test.each([
    ["100.127.255.0/24", 28, 1, "100.127.255.16/28"],
    ["100.127.255.0/24", 28, 15, "100.127.255.240/28"],
    ["2600:1f18:abc:de00::/56", 64, 1, "2600:1f18:abc:de01::/64"],
    ["2406:da18:0:f00::/56", 64, 15, "2406:da18:0:f0f::/64"],
])("of %s, the /%i number %i is %s", (prefix, length, number, subnet) => {
    expect(numberedSubnet(prefix, length, number)).toBe(subnet);
});

test.each([
    ["fc00:172:17::/64", "fc00:172:17::5000"],
    ["2001:db8:1:2:3::/80", "2001:db8:1:2:3::5000"],
    ["2001:db8::/16", "2001::5000"],
])("in %s the address of the number 0x5000 is %s", (prefix, expected) => {
    expect(addressInPrefix(prefix, 0x5000)).toBe(expected);
});

test.each([
    ["fd00:ec2::/32", "fd00:ec2:1::/64", true],
    ["fd00:ec2:1::/64", "fd00:ec2::/32", true],
    ["fd00:ec3::/32", "fd00:ec2::/32", false],
    ["::/0", "fd00:ec2::/32", true],
    // The same bits, in another family.
    ["10.0.0.0/8", "a00::/8", false],
    ["0.0.0.0/0", "::/0", false],
])("whether %s and %s overlap", (one, other, expected) => {
    expect(prefixesOverlap(prefixOf(one), prefixOf(other))).toBe(expected);
});

test("what the program itself has as a prefix must be one", () => {
    expect(() => prefixOf("10.0.0.0")).toThrow(TypeError);
});

test.each([
    ["a.example", true],
    ["collector-1", true],
    ["-a.example", false],
    ["a_b.example", false],
    ["a..b", false],
    ["1.2.3", false],
    ["a b", false],
    ["é.example", false],
])("whether “%s” is a DNS name", (text, expected) => {
    expect(isHostName(text)).toBe(expected);
});

const reasonOf = (text: string) => {
    const prefix = readPrefix(text);
    return prefix && worldOpenReason(prefix);
};

test.each([
    ["0.0.0.0/0", "IPv4 is accepted from /8 on"],
    ["0.0.0.0/1", "IPv4 is accepted from /8 on"],
    ["128.0.0.0/1", "IPv4 is accepted from /8 on"],
    ["8.0.0.0/7", "IPv4 is accepted from /8 on"],
    ["::/0", "IPv6 is accepted from /12 on"],
    ["::/1", "IPv6 is accepted from /12 on"],
    ["2000::/3", "IPv6 is accepted from /12 on"],
    ["2600::/11", "IPv6 is accepted from /12 on"],
    ["64:ff9b::/96", "it stands for IPv4 (64:ff9b::/96: NAT64, RFC 6052), which is accepted there from /104 on"],
    ["64::/16", "it stands for IPv4 (64:ff9b::/96: NAT64, RFC 6052), which is accepted there from /104 on"],
    ["64:ff9b::800:0/103", "it stands for IPv4 (64:ff9b::/96: NAT64, RFC 6052), which is accepted there from /104 on"],
    // Whichever of its bits the address begins at.
    ["64:ff9b:1:a00::/56", expect.stringContaining("64:ff9b:1::/48: NAT64 for local use, RFC 8215")],
    ["64:ff9b:1:7f00:0:100::/96", expect.stringContaining("64:ff9b:1::/48: NAT64 for local use, RFC 8215")],
    ["::ffff:0:0/96", expect.stringContaining("::ffff:0:0/96: IPv4-mapped, RFC 4291")],
    ["::/96", expect.stringContaining("::/96: IPv4-compatible, RFC 4291")],
    ["::/12", expect.stringContaining("it stands for IPv4")],
    ["::ffff:0:0:0/96", expect.stringContaining("::ffff:0:0:0/96: IPv4-translated, RFC 2765")],
    ["2002::/16", expect.stringContaining("2002::/16: 6to4, RFC 3056), which is accepted there from /24 on")],
    ["2002:800::/23", expect.stringContaining("2002::/16: 6to4, RFC 3056")],
    ["2001::/32", expect.stringContaining("2001::/32: Teredo, RFC 4380")],
    ["2001::/23", expect.stringContaining("2001::/32: Teredo, RFC 4380")],
    // One server, any client.
    ["2001:0:c000:221::/64", expect.stringContaining("2001::/32: Teredo, RFC 4380")],
])("%s is open to the world: %s", (text, reason) => {
    expect(reasonOf(text)).toEqual(reason);
});

test.each([
    "8.0.0.0/8",
    "2600::/12",
    "8000::/1",
    "fc00::/7",
    "64:ff9b::a00:0/104",
    "64:ff9b:1::a00:0/104",
    "64:ff9b:2::/48",
    "::ffff:a00:0/104",
    "::1/128",
    "2002:a00::/24",
    "2003::/16",
    "2001:db8::/32",
    "2001:1::/32",
])("%s is not open to the world", (text) => {
    expect(reasonOf(text)).toBeUndefined();
});

describe("an IPv4 prefix is open to the world in IPv6 exactly where it is in IPv4", () => {
    const hex = (first = 0, second = 0) => ((first << 8) | second).toString(16);
    /** The IPv6 prefix that stands for an IPv4 one, whose host bits are cleared when it is read. */
    const forms: readonly [string, (words: string) => string, number][] = [
        ["NAT64", (words) => `64:ff9b::${words}`, 96],
        ["NAT64 for local use", (words) => `64:ff9b:1::${words}`, 96],
        ["IPv4-mapped", (words) => `::ffff:${words}`, 96],
        ["IPv4-compatible", (words) => `::${words}`, 96],
        ["IPv4-translated", (words) => `::ffff:0:${words}`, 96],
        ["6to4", (words) => `2002:${words}::`, 16],
        ["Teredo, of one server and port", (words) => `2001:0:c000:221:8000:63bf:${words}`, 96],
    ];
    test.each(forms)("%s", (_, embedded, offset) => {
        fc.assert(
            fc.property(fc.ipV4(), fc.nat(32), (address, length) => {
                const [a, b, c, d] = address.split(".").map(Number);
                const inIpv6 = `${embedded(`${hex(a, b)}:${hex(c, d)}`)}/${offset + length}`;
                expect(readPrefix(inIpv6)).toBeDefined();
                expect(reasonOf(inIpv6) !== undefined).toBe(reasonOf(`${address}/${length}`) !== undefined);
            }),
        );
    });
});
