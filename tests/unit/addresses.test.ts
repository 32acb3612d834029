import fc from "fast-check";
import {
    addressInPrefix,
    bracketed,
    isAddress,
    isHostName,
    isIpv6Address,
    prefixesOverlap,
    isWorldOpen,
    readPrefix,
} from "../../components/addresses";

describe("readPrefix", () => {
    test.each([
        ["10.0.0.0/8", "ipv4", 8, "10.0.0.0/8", false],
        ["2001:DB8::/32", "ipv6", 32, "2001:db8::/32", false],
        ["fc00:172:17::/64", "ipv6", 64, "fc00:172:17::/64", false],
        ["::/0", "ipv6", 0, "::/0", false],
        ["10.0.0.1/8", "ipv4", 8, "10.0.0.0/8", true],
        ["2001:db8::1/64", "ipv6", 64, "2001:db8::/64", true],
    ])("reads %s", (text, family, length, canonical, hadHostBits) => {
        expect(readPrefix(text)).toEqual({ family, length, text: canonical, hadHostBits });
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
])("whether %s and %s overlap", (one, other, expected) => {
    expect(prefixesOverlap(one, other)).toBe(expected);
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

test.each<[string, boolean]>([
    ["0.0.0.0/0", true],
    ["0.0.0.0/1", true],
    ["128.0.0.0/1", true],
    ["8.0.0.0/7", true],
    ["8.0.0.0/8", false],
    ["::/0", true],
    ["::/1", true],
    ["2000::/3", true],
    ["2600::/11", true],
    ["2600::/12", false],
    ["8000::/1", false],
    ["fc00::/7", false],
])("%s is open to the world: %s", (text, expected) => {
    const prefix = readPrefix(text);
    expect(prefix && isWorldOpen(prefix)).toBe(expected);
});
