import { IPv4, IPv6, parseCIDR } from "ipaddr.js";

/** An address prefix with its host bits cleared, in the text form of RFC 5952. */
export interface Prefix {
    readonly family: "ipv4" | "ipv6";
    readonly length: number;
    /** As netfilter and Docker print it: `10.0.0.0/8`, `2001:db8::/32`. */
    readonly text: string;
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
            hadHostBits: network.toNormalizedString() !== parsed.toNormalizedString(),
        };
    } catch {
        return undefined;
    }
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
export function prefixesOverlap(one: string, other: string): boolean {
    return prefixContains(one, other) || prefixContains(other, one);
}

/** Whether a prefix contains another one, or is the same; never across families. */
export function prefixContains(outer: string, inner: string): boolean {
    const [[outerAddress, outerLength], [innerAddress, innerLength]] = [parseCIDR(outer), parseCIDR(inner)];
    return (
        outerAddress.kind() === innerAddress.kind() &&
        outerLength <= innerLength &&
        innerAddress.match(outerAddress, outerLength)
    );
}

/** Every public IPv6 address is within it (RFC 4291, section 2.4; IANA). */
const GLOBAL_UNICAST = "2000::/3";

/**
 * Whether a prefix is the Internet or so large a part of it that it shuts out
 * nobody in particular: IANA gives no more than an IPv4 /8 or an IPv6 /12 to
 * one registry.
 */
export function isWorldOpen({ family, length, text }: Prefix): boolean {
    return family === "ipv4" ? length < 8 : length < 12 && prefixesOverlap(text, GLOBAL_UNICAST);
}

/** The first of the subnets with a /64 in a VPC's IPv6 block. */
export function firstSubnet64(vpcBlock: string): string {
    return vpcBlock.replace(/\/\d+$/, "/64");
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

/** The form that goes before `:PORT` (RFC 3986): IPv6 in brackets. */
export function bracketed(address: string): string {
    return isIpv6Address(address) ? `[${address}]` : address;
}
