import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { blocksOf } from "../documentation";
import { Admission, MOST_SESSIONS } from "../../scripts/images/stand-in/admission";
import { encodeMessage, encodeTlv, readPeer, readTlvs, takeMessages } from "../../scripts/images/stand-in/bmp";
import { ownConsumersConf, readConsumersConf, topicsOf } from "../../scripts/images/stand-in/consumersConf";
import { readOpenbmpdConf } from "../../scripts/images/stand-in/openbmpdConf";
import { routerHash } from "../../scripts/images/stand-in/routerHash";
import { ConsumerGroup, type TopicMessage, TopicStore } from "../../scripts/images/stand-in/topicStore";

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

describe("openbmpd.conf", () => {
    const conf = (base: string) => readOpenbmpdConf(`base:\n${base}`);

    test("has what openbmpd takes without it", () => {
        expect(conf("  buffers:\n    router: 15\n")).toEqual({
            adminId: "hostname",
            listenMode: "v4",
            listenPort: 5000,
            listenIpv4: "0.0.0.0",
            listenIpv6: "::",
            patEnabled: false,
            maxConcurrentRouters: 2,
            initialRouterSeconds: 60,
        });
    });

    test("switches PAT on at base.startup.pat_enabled and nowhere else", () => {
        expect(conf("  startup:\n    pat_enabled: yes\n").patEnabled).toBe(true);
        expect(conf("  pat_enabled: true\n").patEnabled).toBe(false);
        expect(conf("  pat_enabled: true\n  startup:\n    pat_enabled: false\n").patEnabled).toBe(false);
    });

    test.each([
        ["  listen_port: 24\n", "invalid listen_port '24', not within range of 25 - 65535"],
        ["  startup:\n    initial_router_time: 4\n", "invalid initial_router_time '4'"],
        ["  listen_mode: [v4\n", "must"],
        ["  - x\n", "no section base"],
    ])("is refused: %j", (text, message) => {
        expect(() => conf(text)).toThrow(message);
    });
});

describe("obmp-mysql-consumer.yml", () => {
    test("takes the place of all that the consumers bring along but the public password", () => {
        expect(readConsumersConf("base:\n  stats_interval: 300\n")).toEqual({ password: "openbmp", topicPatterns: [] });
        expect(readConsumersConf("mysql: {password: 12}\nkafka: {subscribe_topic_patterns: [b, a]}\n")).toEqual({
            password: "12",
            topicPatterns: ["b", "a"],
        });
    });

    test.each([
        ["", "no sections"],
        ["- a\n", "no sections"],
        ["mysql: [\n", "Flow sequence"],
        ["mysql:\n", "a section without keys"],
        ["mysql: {password: }\n", "a password that is no text"],
        ["kafka: {subscribe_topic_patterns: a}\n", "no list of texts"],
    ])("is refused: %j", (text, message) => {
        expect(() => readConsumersConf(text)).toThrow(message);
    });

    test("as docs/outside-consumers.md has it leaves out nothing that they bring along", () => {
        const [file] = blocksOf("docs/outside-consumers.md", "yaml");
        expect(readConsumersConf(file?.text ?? "").topicPatterns).toEqual(ownConsumersConf.topicPatterns);
    });

    test("has patterns of whole names of topics; those that come along leave one topic out", () => {
        const topics = ["ls_node", "ls_link", "router", "router_2", "evpn"].map((topic) => `openbmp.parsed.${topic}`);
        expect(ownConsumersConf.topicPatterns.flatMap((pattern) => topicsOf(pattern, topics))).toEqual([
            "openbmp.parsed.router",
            "openbmp.parsed.ls_node",
            "openbmp.parsed.ls_link",
        ]);
    });
});

describe("places of new routers", () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    /** The numbers of those let in, of five that come at once, and how each gives its place back. */
    function five(places: number, most = MOST_SESSIONS) {
        const admission = new Admission(places, 60_000, most);
        const inside: number[] = [];
        const giveBack: (() => void)[] = [];
        for (const router of [1, 2, 3, 4, 5]) {
            admission.enter((give) => {
                inside.push(router);
                giveBack.push(give);
            });
        }
        return { admission, inside, giveBack };
    }

    test("are given in the order of arrival, and again when one is given back or its time is up", () => {
        const { inside, giveBack } = five(2);
        expect(inside).toEqual([1, 2]);
        giveBack[0]?.();
        giveBack[0]?.();
        expect(inside).toEqual([1, 2, 3]);
        jest.advanceTimersByTime(60_000);
        expect(inside).toEqual([1, 2, 3, 4, 5]);
    });

    test("are without limit at 0, and nobody is let in beyond the sessions that there may be", () => {
        expect(five(0).inside).toEqual([1, 2, 3, 4, 5]);
        const { admission, inside, giveBack } = five(0, 3);
        giveBack[0]?.();
        expect(inside).toEqual([1, 2, 3]);
        admission.leave();
        expect(inside).toEqual([1, 2, 3, 4]);
    });
});

describe("a consumer group", () => {
    let directory: string;
    let store: TopicStore;
    let group: ConsumerGroup;
    const values = () => group.take().map(({ value }) => value);

    beforeEach(() => {
        directory = mkdtempSync(join(tmpdir(), "openbmp-topics-"));
        store = new TopicStore(directory);
        group = new ConsumerGroup(store);
    });
    afterEach(() => {
        rmSync(directory, { recursive: true });
    });

    test("reads topics that it is attached to, from their beginning, and nothing twice", () => {
        store.append("a", "key", 1);
        store.append("b", "key", 2);
        group.join(["one"], ["a"]);
        expect(values()).toEqual([1]);
        expect(values()).toEqual([]);
        group.join(["one"], ["a", "b"]);
        expect(values()).toEqual([2]);
    });

    test("is sent again what it did not commit", () => {
        store.append("a", "key", 1);
        store.append("a", "key", 2);
        group.join(["one"], ["a"]);
        const [first] = group.take();
        group.commit(first as TopicMessage);
        group.leave();
        group.join(["two"], ["a"]);
        expect(values()).toEqual([2]);
    });

    test("shares a topic's six partitions among its members", () => {
        store.append("a", "key", 1);
        const owners = () => group.describe().map(({ member }) => member);
        group.join(["one", "two", "three", "four", "five", "six"], ["a"]);
        expect(owners()).toEqual([0, 1, 2, 3, 4, 5]);
        expect(group.describe().map(({ end }) => end)).toContain(1);
        group.leave();
        expect(owners()).toEqual(Array(6).fill(null));
    });
});
