import fc from "fast-check";
import { encodeMessage, encodeTlv, readPeer, readTlvs, takeMessages } from "../stand-in/bmp";
import { routerHash } from "../stand-in/routerHash";

test("messages come out of a stream as they went in, however it is cut", () => {
    const message = fc.record({ type: fc.nat(6), body: fc.uint8Array({ maxLength: 40 }) });
    fc.assert(
        fc.property(fc.array(message), fc.array(fc.nat(20)), (sent, cuts) => {
            let stream = Buffer.concat(sent.map(({ type, body }) => encodeMessage(type, Buffer.from(body))));
            const received: { type: number; body: Buffer }[] = [];
            let pending: Buffer = Buffer.alloc(0);
            for (const cut of [...cuts, stream.length]) {
                const taken = takeMessages(Buffer.concat([pending, stream.subarray(0, cut)]));
                stream = stream.subarray(cut);
                pending = taken.rest;
                received.push(...taken.messages);
            }
            expect(received.map(({ type, body }) => ({ type, body: [...body] }))).toEqual(
                sent.map(({ type, body }) => ({ type, body: [...body] })),
            );
        }),
    );
});

test("what is not BMP version 3 is refused", () => {
    expect(() => takeMessages(Buffer.from("GET /"))).toThrow("Unsupported BMP message version");
    expect(() => takeMessages(Buffer.from([3, 0, 0, 0, 2, 4]))).toThrow("Impossible BMP message length 2");
});

test("information TLVs are read by type", () => {
    expect(readTlvs(Buffer.concat([encodeTlv(1, "descr"), encodeTlv(2, "name")]))).toEqual(
        new Map([
            [1, Buffer.from("descr")],
            [2, Buffer.from("name")],
        ]),
    );
});

test("the BGP session of a message is read from its per-peer header, of both families", () => {
    const header = (flags: string, address: string) =>
        Buffer.from(`00${flags}${"00".repeat(8)}${address}0000fdea${"00".repeat(12)}`, "hex");
    expect(readPeer(header("80", "20010db8000000000000000000000102"))).toEqual({ address: "2001:db8::102", as: 65002 });
    expect(readPeer(header("00", `${"00".repeat(12)}c0000201`))).toEqual({ address: "192.0.2.1", as: 65002 });
});

test("the router hash follows the address without PAT, and the identity with it", () => {
    const here = { address: "2001:db8::1", sysName: "r1", bgpId: "192.0.2.1" };
    const there = { ...here, address: "fc00:172:17::1" };
    expect(routerHash(here, "c", false)).not.toBe(routerHash(there, "c", false));
    expect(routerHash(here, "c", true)).toBe(routerHash(there, "c", true));
    expect(routerHash(here, "c", true)).not.toBe(routerHash({ ...here, bgpId: undefined }, "c", true));
    expect(routerHash({ address: "a" }, "c", true)).toBe(routerHash({ address: "a" }, "c", false));
    expect(routerHash(here, "c", false)).not.toBe(routerHash(here, "d", false));
});
