import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";
import fc from "fast-check";
import {
    bracketed,
    isAddress,
    isIpv6Address,
    prefixesOverlap,
    prefixOf,
    readPrefix,
} from "../../components/values/addresses";

/** Node's own parser and prefix matcher, as a second opinion. */
function contains(prefix: string, address: string): boolean {
    const [network = "", length = ""] = prefix.split("/");
    const list = new BlockList();
    list.addSubnet(network, Number(length), isIPv4(network) ? "ipv4" : "ipv6");
    return list.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

/** IPv6 without an IPv4 part, often short and so often nearly right. */
const colons = fc.oneof(
    fc.string({ unit: fc.constantFrom("0", "1", "a", "F", ":", "::"), maxLength: 20 }),
    fc.ipV6().filter((text) => !text.includes(".")),
);
const dots = fc.oneof(
    fc.string({ unit: fc.constantFrom("0", "1", "25", "."), maxLength: 12 }),
    fc.ipV4(),
    fc.ipV4Extended(),
);
const prefix = fc.oneof(
    fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 32 })),
    fc.tuple(
        fc.ipV6().filter((text) => !text.includes(".")),
        fc.integer({ min: 1, max: 128 }),
    ),
);

test("what is an address is what Node takes for one", () => {
    fc.assert(
        fc.property(fc.oneof(colons, dots), (text) => {
            expect([text, isIpv6Address(text), isAddress(text)]).toEqual([text, isIPv6(text), isIP(text) !== 0]);
        }),
        { numRuns: 2000 },
    );
});

test("no address has a zone, brackets, a prefix length or spaces", () => {
    const wraps: ((address: string) => string)[] = [
        (address) => `${address}%eth0`,
        (address) => `[${address}]`,
        (address) => `${address}/64`,
        (address) => ` ${address}`,
        (address) => `${address}\n`,
    ];
    fc.assert(
        fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.constantFrom(...wraps), (address, wrap) => {
            expect(isAddress(wrap(address))).toBe(false);
            expect(bracketed(wrap(address))).toBe(wrap(address));
        }),
    );
});

test("a prefix that was read contains the address that it was read from", () => {
    fc.assert(
        fc.property(prefix, ([address, length]) => {
            const read = readPrefix(`${address}/${length}`);
            expect(read?.length).toBe(length);
            expect(contains(read?.text ?? "", address)).toBe(true);
            expect(read?.hadHostBits).toBe(!sameAddress(read?.text.split("/")[0] ?? "", address));
        }),
    );
});

test("lengths beyond the family's, signs and second slashes are refused", () => {
    fc.assert(
        fc.property(
            prefix,
            fc.constantFrom("129", "-1", "+8", "8/8", "", " 8", "8 ", "8.0", "0x8"),
            ([address], length) => {
                expect(readPrefix(`${address}/${length}`)).toBeUndefined();
            },
        ),
    );
});

test("prefixes overlap when one contains the other, whichever comes first", () => {
    // Few bits, so that both cases are frequent.
    const ipv6 = fc
        .tuple(
            fc.constantFrom("fd00::", "fd00:ec2::", "fd00:ec2:8000::", "fd00:ec3::"),
            fc.integer({ min: 8, max: 64 }),
        )
        .map(([address, length]) => prefixOf(`${address}/${length}`));
    fc.assert(
        fc.property(ipv6, ipv6, (one, other) => {
            const [a = "", b = ""] = [one.text.split("/")[0], other.text.split("/")[0]];
            expect(prefixesOverlap(one, other)).toBe(contains(one.text, b) || contains(other.text, a));
            expect(prefixesOverlap(other, one)).toBe(prefixesOverlap(one, other));
        }),
    );
});

/** Whether two texts are the same address: each is alone in its own prefix. */
function sameAddress(one: string, other: string): boolean {
    return contains(`${one}/${isIPv4(one) ? 32 : 128}`, other);
}
