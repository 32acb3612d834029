import { fromByteArray, IPv4, IPv6, parse, parseCIDR } from "ipaddr.js";

/** An address prefix with its host bits cleared, in the text form of RFC 5952. */
export interface Prefix {
    /** The address family. */
    readonly family: "ipv4" | "ipv6";
    /** In bits. */
    readonly length: number;
    /** As netfilter and Docker print it: `10.0.0.0/8`, `2001:db8::/32`. */
    readonly text: string;
    /** The bits that all its addresses begin with, as digits. */
    readonly bits: string;
    /** Whether the text that was read had bits set beyond the prefix. */
    readonly hadHostBits: boolean;
}

/** Reads `ADDRESS/LENGTH`; undefined when it is not one. Zones and short IPv4 forms are not. */
export function readPrefix(text: string): Prefix | undefined {
    const [address = "", length = "", ...rest] = text.split("/");
    if (rest.length > 0 || !/^\d{1,3}$/.test(length) || !isAddress(address)) {
        return undefined;
    }
    try {
        const [parsed] = parseCIDR(text);
        const family = parsed.kind();
        const network = (family === "ipv4" ? IPv4 : IPv6).networkAddressFromCIDR(text);
        return {
            family,
            length: Number(length),
            text: `${network.toString()}/${Number(length)}`,
            bits: network.toByteArray().map(digitsOf).join("").slice(0, Number(length)),
            hadHostBits: network.toNormalizedString() !== parsed.toNormalizedString(),
        };
    } catch {
        return undefined;
    }
}

const digitsOf = (byte: number) => byte.toString(2).padStart(8, "0");

/**
 * Reads a prefix that the program itself has.
 *
 * @throws TypeError where it is none
 */
export function prefixOf(text: string): Prefix {
    const prefix = readPrefix(text);
    if (!prefix) {
        throw new TypeError(text);
    }
    return prefix;
}

/** The prefixes as they are written, one text each. */
export function textsOf(prefixes: readonly Prefix[]): string[] {
    return prefixes.map(({ text }) => text);
}

/** Whether the text is an IPv4 or IPv6 address: no brackets, prefix length or zone. */
export function isAddress(text: string): boolean {
    return isIpv6Address(text) || IPv4.isValidFourPartDecimal(text);
}

/** Whether the text is an IPv6 address: no brackets, prefix length or zone, and no IPv4 part, which parsers read differently. */
export function isIpv6Address(text: string): boolean {
    return !/[%.]/.test(text) && IPv6.isValid(text);
}

/** Whether one of two prefixes contains the other; never across families. */
export function prefixesOverlap(one: Prefix, other: Prefix): boolean {
    return prefixContains(one, other) || prefixContains(other, one);
}

/** Whether a prefix contains another one, or is the same; never across families. */
export function prefixContains(outer: Prefix, inner: Prefix): boolean {
    return outer.family === inner.family && inner.bits.startsWith(outer.bits);
}

/** Every public IPv6 address is within it (RFC 4291, section 2.4; IANA). */
const GLOBAL_UNICAST = prefixOf("2000::/3");

/** IANA gives one registry no more than an IPv4 /8 or an IPv6 /12: a shorter prefix shuts out nobody in particular. */
const SHORTEST_ACCEPTED = { ipv4: 8, ipv6: 12 };

/** A part of IPv6 whose addresses stand for IPv4 addresses. */
interface Ipv4InIpv6 {
    readonly name: string;
    readonly prefix: Prefix;
    /** Where the IPv4 address begins, in bits. */
    readonly offset: number;
}

/**
 * Where one IPv6 prefix stands for all of IPv4.
 *
 * In the prefix for local use, and in Teredo's, an address can begin at several
 * bits: the last 32 are free whichever is meant (RFC 6052, section 2.2), and
 * are those of Teredo's client (RFC 4380, section 4).
 */
const IPV4_IN_IPV6: readonly Ipv4InIpv6[] = [
    { name: "NAT64, RFC 6052", prefix: prefixOf("64:ff9b::/96"), offset: 96 },
    { name: "NAT64 for local use, RFC 8215", prefix: prefixOf("64:ff9b:1::/48"), offset: 96 },
    { name: "IPv4-mapped, RFC 4291", prefix: prefixOf("::ffff:0:0/96"), offset: 96 },
    { name: "IPv4-compatible, RFC 4291", prefix: prefixOf("::/96"), offset: 96 },
    { name: "IPv4-translated, RFC 2765", prefix: prefixOf("::ffff:0:0:0/96"), offset: 96 },
    { name: "6to4, RFC 3056", prefix: prefixOf("2002::/16"), offset: 16 },
    { name: "Teredo, RFC 4380", prefix: prefixOf("2001::/32"), offset: 96 },
];

/**
 * What makes a prefix world-open: it is the Internet, or so large a part of it
 * that it shuts out nobody in particular, in its own family or as IPv6 that
 * stands for IPv4. Undefined where it is neither.
 */
export function worldOpenReason(prefix: Prefix): string | undefined {
    const { family, length } = prefix;
    const shortest = SHORTEST_ACCEPTED[family];
    if (length < shortest && (family === "ipv4" || prefixesOverlap(prefix, GLOBAL_UNICAST))) {
        return `${family === "ipv4" ? "IPv4" : "IPv6"} is accepted from /${shortest} on`;
    }
    const form = IPV4_IN_IPV6.find(
        (each) => length < each.offset + SHORTEST_ACCEPTED.ipv4 && prefixesOverlap(prefix, each.prefix),
    );
    return (
        form &&
        `it stands for IPv4 (${form.prefix.text}: ${form.name}), which is accepted there from /${form.offset + SHORTEST_ACCEPTED.ipv4} on`
    );
}

/** The first of the subnets with a /64 in a VPC's IPv6 prefix. */
export function firstSubnet64(vpcBlock: string): string {
    return vpcBlock.replace(/\/\d+$/, "/64");
}

/**
 * The subnet with that number of a prefix. What the number counts, the bits
 * between both lengths, must be within one byte of the address.
 */
export function numberedSubnet(prefix: string, length: number, number: number): string {
    const bytes = parseCIDR(prefix)[0].toByteArray();
    const last = Math.ceil(length / 8) - 1;
    bytes[last] = (bytes[last] ?? 0) + (number << (8 * (last + 1) - length));
    return `${fromByteArray(bytes).toString()}/${length}`;
}

/** The address with that number in an IPv6 prefix of length 112 or shorter, in the text form of RFC 5952. */
export function addressInPrefix(prefix: string, number: number): string {
    const { parts } = IPv6.networkAddressFromCIDR(prefix);
    return new IPv6([...parts.slice(0, 7), number]).toString();
}

/** Whether the text is a DNS host name (RFC 1123, section 2.1). */
export function isHostName(text: string): boolean {
    const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
    const labels = text.split(".");
    // A last label of digits only would be an IPv4 address gone wrong.
    return text.length <= 253 && labels.every((part) => label.test(part)) && !/^\d+$/.test(labels.at(-1) ?? "");
}

/** Whether two names or addresses are the same one, however they are written. */
export function sameHost(one: string, other: string): boolean {
    const plain = (text: string) => (isAddress(text) ? parse(text).toNormalizedString() : text.toLowerCase());
    return plain(one) === plain(other);
}

/** A host and its TCP port. */
export interface HostPort {
    /** An address without brackets, or a DNS name. */
    readonly host: string;
    readonly port: number;
}

/** Reads `HOST:PORT`, IPv6 in brackets (RFC 3986); undefined when it is not that. */
export function readHostPort(text: string): HostPort | undefined {
    const {
        bracketed: inBrackets,
        plain = "",
        digits = "",
    } = /^(?:\[(?<bracketed>[^\]]+)\]|(?<plain>[^:[\]]+)):(?<digits>[1-9]\d{0,4})$/.exec(text)?.groups ?? {};
    const isHost =
        inBrackets === undefined ? IPv4.isValidFourPartDecimal(plain) || isHostName(plain) : isIpv6Address(inBrackets);
    return isHost && Number(digits) <= 65535 ? { host: inBrackets ?? plain, port: Number(digits) } : undefined;
}

/** The form that goes before `:PORT` (RFC 3986): IPv6 in brackets. */
export function bracketed(address: string): string {
    return isIpv6Address(address) ? `[${address}]` : address;
}
