import fc from "fast-check";
import { createHash } from "node:crypto";
import { page } from "../../scripts/programs/status/page";
import type { HostStatus, Status } from "../../scripts/programs/status/status";
import { insideOf, waysOf } from "../../scripts/programs/status/ways";
import { found, hostileName, hostileStatusOf, router, statusWith } from "../statuses";

const asked = new Date("2026-05-01T10:20:30.456Z");
const pageWith = (changes: Partial<HostStatus>) => page([statusWith(changes)], asked);

/** The text of a page, as a reader has it. */
const textOf = (markup: string) =>
    markup
        .replace(/<style>[^]*<\/style>|<[^>]*>/g, " ")
        .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
        .replace(/\s+/g, " ");

/** Its tags, with the names of their attributes. */
const tagsOf = (markup: string) =>
    (markup.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/="[^"]*"/g, "").replace(/\s+/g, " "));

const router2 = {
    ...router,
    name: "edge-2",
    address: "fc00:172:17::1",
    connected: false,
    lastTermination: { code: 1, reason: "closed" },
};

describe("the page", () => {
    test.each<[string, Partial<HostStatus>, readonly string[]]>([
        [
            "the stack, its state, and when the host was asked",
            {},
            ["p/s: as deployed", "p/s ✓ as deployed The host was asked at 2026-05-01 10:20:30 UTC ."],
        ],
        [
            "what the text says of the host",
            {},
            [
                "host 2001:db8::10 engine Docker 26.1.5 container runs, from openbmp/aio:1 address fc00:172:17::2 on bridge",
                "/var/openbmp/mysql: 40.0 GB free of 53.0 GB",
                "Units unit at boot now openbmp.service enabled active",
            ],
        ],
        [
            "what differs, with the remedy",
            { differences: [{ what: "no rule", cure: "by hand" }, { what: "no unit" }] },
            [
                "× not as deployed",
                'What differs no rule (by hand) no unit To fix it: scripts/pulumi --stack s config set reapply "$(date +%s)" scripts/pulumi --stack s up',
            ],
        ],
        [
            "each router, whose address it has, and how its session is",
            { routers: [{ ...router, address: "2001:db8::1" }, router2] },
            [
                "r1 2001:db8::1 ✓ its own ✓ connected 2024-05-01 none",
                "edge-2 fc00:172:17::1 × (!) the gateway on docker0 × gone 2024-05-01 1 closed",
                "(!) fc00:172:17::1 is the gateway on docker0: not the router's own, its session came in by docker-proxy",
            ],
        ],
        ["that there is no list of routers", { routers: null }, ["Routers routers: the REST API does not answer"]],
        [
            "who is outside the lists",
            { outside: [{ address: "2001:db8::7", port: 5000, packets: 12 }] },
            ["Outside the lists address port packets dropped within a day 2001:db8::7 5000 12"],
        ],
        ["rules with their counters", {}, ["12 960 ip6tables -t nat -A OPENBMP-DNAT"]],
        [
            "the datapath of each port, and why",
            { ports: [{ name: "rest", port: 8002, datapath: "closed", why: "no rule" }] },
            ["rest 8002 × closed no rule"],
        ],
    ])("says %s", (_, changes, expected) => {
        const text = textOf(pageWith(changes));
        expect(expected.filter((each) => !text.includes(each))).toEqual([]);
    });

    test("has no section for what there is nothing of", () => {
        expect(pageWith({})).not.toMatch(/What differs|Outside the lists/);
    });

    test("loads nothing, runs nothing, and lets a browser know", () => {
        const markup = pageWith({});
        const [, style = ""] = /<style>([^]*)<\/style>/.exec(markup) ?? [];
        const hash = createHash("sha256").update(style).digest("base64");
        expect(textOf(markup.replaceAll("<meta", "").replaceAll(">", ""))).toContain(
            `http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
        );
        expect(markup).not.toMatch(/<script|<link|<img|\b(href|src|style)=|@import|url\((?!#head\))/);
    });

    test("is markup of ours alone, whatever the texts from outside are", () => {
        const plain = tagsOf(page([hostileStatusOf("r")], asked));
        expect(plain.length).toBeGreaterThan(100);
        const text = fc.string({ unit: "binary" });
        const markup = fc.constantFrom("<", ">", '"', "'", "&", "<script>", "</style>", "-->", "]]>", "${", "&lt;");
        fc.assert(
            fc.property(fc.array(fc.oneof(text, markup)), (parts) => {
                const hostile = page([hostileStatusOf(`r${parts.join("")}`)], asked);
                expect(tagsOf(hostile)).toEqual(plain);
            }),
            { numRuns: 200 },
        );
    });

    test("shows what nobody would see, and no text without an end", () => {
        const markup = page([hostileStatusOf(hostileName)], asked);
        expect(markup).toMatch(/^[ -~\n✓×…]*$/);
        expect(textOf(markup)).toContain(String.raw`r9\u{1b}[2J\u{1b}]0;owned\u{7}\u{a}edge-1`);
        expect(page([hostileStatusOf("x".repeat(4000))], asked).length).toBeLessThan(60_000);
    });
});

const port = (name: "bmp" | "rest", datapath: Status["ports"][number]["datapath"]) =>
    ({ name, port: 5000, datapath, why: "so it is" }) as const;

describe("the drawing", () => {
    test.each([
        ["dnat", ["DNAT by", "our rule"], "solid"],
        ["native", ["Docker's", "DNAT chain"], "solid"],
        ["proxy", ["docker-proxy"], "solid"],
        ["closed", ["× closed"], "closed"],
    ] as const)("has the datapath %s", (datapath, lines, line) => {
        const outside = [5000, 5000, 8001].map((each) => ({ address: "2001:db8::7", port: each, packets: 700 }));
        const [bmp] = waysOf(statusWith({ ports: [port("bmp", datapath)], outside }));
        const end = datapath === "closed" ? "" : ", then the collector in the container";
        expect(bmp).toEqual({
            from: { lines: ["routers"], line: "solid" },
            port: { lines: ["bmp", "port 5000", "1.4K dropped"], line: "solid" },
            datapath: { lines, line },
            words: `bmp: routers, then port 5000 of the host, then ${datapath} (so it is)${end}.`,
        });
    });

    test("says what is not published, and nothing of drops that the host does not count", () => {
        const [bmp, kafka] = waysOf(statusWith({ outside: null }));
        expect(bmp?.port.lines).toEqual(["bmp", "port 5000"]);
        expect(kafka).toEqual({
            port: { lines: ["kafka", "not", "published"], line: "absent" },
            words: "kafka: not published.",
        });
    });

    const running = found.container as NonNullable<HostStatus["container"]>;
    const broker = (consumersAttached: boolean | null) => ({ kafka: { advertised: "", consumersAttached } });
    const login = (accepted: boolean | null) => ({ login: { accepted, publicAccepted: null } });

    test.each<[string, Partial<HostStatus>, string]>([
        [
            "where all is well",
            {},
            "collector v4v6 PAT off. Kafka answers. consumers: attached. database 40.0 GB free. REST API login accepted.",
        ],
        [
            "where no consumer is attached, and the login is refused",
            { ...broker(false), ...login(false) },
            "collector v4v6 PAT off. Kafka answers. consumers: × none attached. database 40.0 GB free. REST API × login refused.",
        ],
        [
            "where nothing answers",
            { ...broker(null), ...login(null), openbmpdConf: null },
            "collector unknown PAT unknown. Kafka × no answer. consumers: unknown. database 40.0 GB free. REST API × no answer.",
        ],
        [
            "where the container does not run",
            { container: { ...running, running: false } },
            "collector × stopped. Kafka × stopped. consumers: × stopped. database × stopped. REST API × stopped.",
        ],
    ])("says what the collector does %s", (_, changes, words) => {
        const inside = insideOf(statusWith(changes));
        expect(inside.words).toBe(words);
        expect(pageWith(changes)).toContain(`${words}</desc>`);
    });

    test.each([
        [{ ...running, running: true }, "container runs"],
        [{ ...running, running: false }, "container × does not run"],
        [null, "× no container"],
    ])("names the container's state, %#", (container, words) => {
        expect(textOf(pageWith({ container }))).toContain(words);
    });

    test("has an arrow into the container for each port that is open, and none for others", () => {
        const arrows = (...ports: Status["ports"]) => pageWith({ ports }).match(/marker-end/g)?.length;
        // Inside there are four.
        expect(arrows()).toBe(4);
        expect(arrows(port("bmp", "closed"))).toBe(5);
        expect(arrows(port("bmp", "closed"), port("rest", "dnat"))).toBe(8);
    });
});
