/** Address arithmetic for the emulated VPC. */
import ipaddr from "ipaddr.js";
import { readPrefix } from "../../../components/values/addresses";
import { demand } from "./errors";

/** Throws what EC2 says of a CIDR block that is none, or that has host bits. */
export function demandCanonical(cidr: string, parameter: string, family: "ipv4" | "ipv6"): void {
    const prefix = readPrefix(cidr);
    const isCanonical = prefix?.family === family && !prefix.hadHostBits && cidr.includes("/");
    demand(
        isCanonical,
        "InvalidParameterValue",
        `Value (${cidr}) for parameter ${parameter} is invalid. This is not a valid CIDR block.`,
    );
}

export function lengthOf(cidr: string): number {
    return Number(cidr.split("/")[1]);
}

export function overlap(one: string, other: string): boolean {
    const [[a, aLength], [b, bLength]] = [ipaddr.parseCIDR(one), ipaddr.parseCIDR(other)];
    return a.kind() === b.kind() && a.match(b, Math.min(aLength, bLength));
}

export function contains(outer: string, inner: string): boolean {
    return overlap(outer, inner) && lengthOf(outer) <= lengthOf(inner);
}

export function containsAddress(cidr: string, address: string): boolean {
    return ipaddr.isValid(address) && contains(cidr, `${address}/${address.includes(":") ? 128 : 32}`);
}

/** One spelling for each address. */
export function normalised(address: string): string {
    return ipaddr.parse(address).toString();
}

/** The address at that offset from the start of the prefix. */
export function addressAt(cidr: string, offset: number): string {
    const bytes = ipaddr.parse(cidr.split("/")[0] ?? "").toByteArray();
    for (let at = bytes.length - 1, carry = offset; carry > 0; at--) {
        carry += bytes[at] ?? 0;
        bytes[at] = carry % 256;
        carry = Math.floor(carry / 256);
    }
    return ipaddr.fromByteArray(bytes).toString();
}

/** The first prefix of that length inside the outer one that overlaps none of the taken. */
export function firstFree(outer: string, length: number, taken: readonly string[]): string {
    for (let index = 0; index < 2 ** (length - lengthOf(outer)); index++) {
        const bytes = ipaddr.parse(outer.split("/")[0] ?? "").toByteArray();
        let value = index;
        for (let bit = length - 1; value > 0; bit--, value = Math.floor(value / 2)) {
            const at = bit >> 3;
            bytes[at] = (bytes[at] ?? 0) | ((value % 2) << (7 - (bit & 7)));
        }
        const prefix = `${ipaddr.fromByteArray(bytes).toString()}/${length}`;
        if (!taken.some((each) => overlap(each, prefix))) {
            return prefix;
        }
    }
    throw new Error(`no /${length} is left in ${outer}`);
}

/** EC2 keeps the first four addresses of a subnet and the last one (VPC user guide, "Subnet CIDR blocks"). */
export function demandInSubnet(address: string, cidr: string, code: string): void {
    const isIn = containsAddress(cidr, address);
    const reserved = [0, 1, 2, 3].map((offset) => addressAt(cidr, offset));
    demand(isIn && !reserved.includes(normalised(address)), code, `Address ${address} is not usable in subnet ${cidr}`);
}
