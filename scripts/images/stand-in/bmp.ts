/** The part of BMP (RFC 7854) that the stand-in and the simulated router speak. */
import { fromByteArray } from "ipaddr.js";

/** Message types, RFC 7854 section 4.1. */
export const MessageType = { statisticsReport: 1, peerDown: 2, peerUp: 3, initiation: 4, termination: 5 } as const;

/** Information TLV types: RFC 7854 section 4.4, and OpenBMP's own for the BGP identifier. */
export const InformationType = { sysDescr: 1, sysName: 2, bgpId: 65531 } as const;

/** Termination reasons, RFC 7854 section 4.5. */
export const terminationReasons: Readonly<Record<number, string>> = {
    0: "Session administratively closed",
    1: "Unspecified reason",
    2: "Out of resources",
    3: "Redundant connection",
    4: "Session permanently administratively closed",
};

const HEADER_BYTES = 6;
const LONGEST_MESSAGE_BYTES = 1 << 20;

export interface BmpMessage {
    readonly type: number;
    readonly body: Buffer;
}

/** Thrown for bytes that are not BMP version 3. */
export class BmpError extends Error {}

/** Takes complete messages off the front of a stream's bytes. */
export function takeMessages(bytes: Buffer): { messages: BmpMessage[]; rest: Buffer } {
    const messages: BmpMessage[] = [];
    let rest = bytes;
    while (rest.length > 0) {
        if (rest[0] !== 3) {
            throw new BmpError("Unsupported BMP message version");
        }
        if (rest.length < HEADER_BYTES) {
            break;
        }
        const length = rest.readUInt32BE(1);
        if (length < HEADER_BYTES || length > LONGEST_MESSAGE_BYTES) {
            throw new BmpError(`Impossible BMP message length ${length}`);
        }
        if (rest.length < length) {
            break;
        }
        messages.push({ type: rest.readUInt8(5), body: rest.subarray(HEADER_BYTES, length) });
        rest = rest.subarray(length);
    }
    return { messages, rest };
}

/** The information TLVs of an Initiation or Termination message: type, length, value. */
export function readTlvs(body: Buffer): Map<number, Buffer> {
    const tlvs = new Map<number, Buffer>();
    for (let at = 0; at + 4 <= body.length;) {
        const length = body.readUInt16BE(at + 2);
        tlvs.set(body.readUInt16BE(at), body.subarray(at + 4, at + 4 + length));
        at += 4 + length;
    }
    return tlvs;
}

/** The BGP session that a message is about: the per-peer header, RFC 7854 section 4.2. */
export function readPeer(body: Buffer): { address: string; as: number } {
    const isIpv6 = (body.readUInt8(1) & 0x80) !== 0;
    // Of an IPv4 address the first twelve bytes are zero.
    const address = body.subarray(isIpv6 ? 10 : 22, 26);
    return { address: fromByteArray([...address]).toString(), as: body.readUInt32BE(26) };
}

/** A whole message from its type and body. */
export function encodeMessage(type: number, body: Buffer): Buffer {
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt8(3, 0);
    header.writeUInt32BE(HEADER_BYTES + body.length, 1);
    header.writeUInt8(type, 5);
    return Buffer.concat([header, body]);
}

/** One information TLV. */
export function encodeTlv(type: number, value: Buffer | string): Buffer {
    const bytes = Buffer.from(value as string);
    const header = Buffer.alloc(4);
    header.writeUInt16BE(type, 0);
    header.writeUInt16BE(bytes.length, 2);
    return Buffer.concat([header, bytes]);
}
