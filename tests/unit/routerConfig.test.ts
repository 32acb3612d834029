import { isIP, isIPv6 } from "node:net";
import {
    routerConfig,
    routerConfigOf,
    SOURCE_ADDRESS,
    SOURCE_INTERFACE,
    type RouterConfig,
} from "../../components/openbmpd/routerConfig";

const ADDRESS = "2001:db8::10";
const PORT = 5001;

/** What stands for a word of a command: a range of integers is written as such, "1-4". */
const words: Record<string, (word: string) => boolean> = {
    ipv6: isIPv6,
    ip: (word) => isIP(word) !== 0,
    word: (word) => /^\S+$/.test(word),
    interface: (word) => /^[A-Z][A-Za-z]+\d+(\/\d+)*$/.test(word),
};

interface Grammar {
    readonly comment: string;
    /** What goes into the placeholder's place; none where the system cannot pin the source. */
    readonly source?: readonly [placeholder: string, value: string];
    /** The commands, with the ranges of the model or the reference. */
    readonly commands: readonly string[];
}

const loopback = [SOURCE_INTERFACE, "Loopback0"] as const;
const ownAddress = [SOURCE_ADDRESS, "2001:db8:9::1"] as const;
const frr = [
    "bmp targets <word>",
    "bmp connect <ipv6> port <1-65535> min-retry <100-86400000> max-retry <100-86400000> source-interface <word>",
    "bmp stats interval <100-86400000>",
    "bmp monitor ipv4 unicast pre-policy",
    "bmp monitor ipv6 unicast pre-policy",
    "exit",
];

const grammars: Record<keyof RouterConfig, Grammar> = {
    iosXr: {
        comment: "!",
        source: loopback,
        commands: [
            "bmp server <1-8>",
            "host <ipv6> port <1-65535>",
            "description <word>",
            "update-source <interface>",
            "initial-refresh delay <1-3600> spread <1-3600>",
            "stats-reporting-period <1-3600>",
        ],
    },
    iosXe: {
        comment: "!",
        source: loopback,
        commands: [
            "bmp server <1-4>",
            "address <ipv6> port-number <1-65535>",
            "description <word>",
            "update-source <interface>",
            "initial-delay <1-3600>",
            "failure-retry-delay <1-3600>",
            "stats-reporting-period <1-3600>",
            "activate",
            "exit-bmp-server-mode",
            "bmp initial-refresh delay <1-3600>",
        ],
    },
    junos: {
        comment: "#",
        source: ownAddress,
        commands: [
            "station-address <ipv6>",
            "station-port <1-65535>",
            "local-address <ip>",
            "connection-mode active",
            "route-monitoring pre-policy",
            "statistics-timeout <15-65535>",
        ].map((command) => `set routing-options bmp station <word> ${command}`),
    },
    eos: {
        comment: "!",
        source: loopback,
        commands: [
            "bgp monitoring",
            "monitoring received routes address-family ipv4 unicast",
            "monitoring received routes address-family ipv6 unicast",
            "monitoring station <word>",
            "update-source <interface>",
            "statistics",
            "connection address <ipv6>",
            "connection mode active port <1-65535>",
            "export-policy received routes pre-policy",
            "exit",
        ],
    },
    srOs: {
        comment: "#",
        source: ownAddress,
        commands: [
            "bmp admin-state enable",
            "bmp station <word> admin-state enable",
            "bmp station <word> stats-report-interval <15-65535>",
            "bmp station <word> connection local-address <ip>",
            "bmp station <word> connection station-address ip-address <ipv6>",
            "bmp station <word> connection station-address port <1-65535>",
            "bmp station <word> family ipv4 true",
            "bmp station <word> family ipv6 true",
            'router "Base" bgp monitor admin-state enable',
            'router "Base" bgp monitor route-monitoring pre-policy true',
            'router "Base" bgp monitor station <word>',
        ].map((command) => `/configure ${command}`),
    },
    frr: { comment: "!", source: [SOURCE_INTERFACE, "lo"], commands: frr },
    sonic: { comment: "!", source: loopback, commands: frr },
    vyos: {
        comment: "#",
        commands: [
            "set system frr bmp",
            ...[
                "address <ipv6>",
                "port <1-65535>",
                "min-retry <100-86400000>",
                "max-retry <100-86400000>",
                "monitor ipv4-unicast pre-policy",
                "monitor ipv6-unicast pre-policy",
            ].map((command) => `set protocols bgp bmp target <word> ${command}`),
        ],
    },
};

/** Whether a router that knows this command takes the line. */
function isTaken(line: string, command: string): boolean {
    const given = line.trim().split(" ");
    const expected = command.split(" ");
    return (
        given.length === expected.length &&
        expected.every((pattern, index) => {
            const [, slot, low, high] = /^<((\d+)-(\d+)|\w+)>$/.exec(pattern) ?? [];
            const word = given[index] ?? "";
            if (low !== undefined) {
                return /^\d+$/.test(word) && Number(word) >= Number(low) && Number(word) <= Number(high);
            }
            return slot === undefined ? word === pattern : (words[slot]?.(word) ?? false);
        })
    );
}

describe.each(Object.entries(grammars))("%s", (system, { comment, source, commands }) => {
    const text = routerConfig(ADDRESS, PORT)[system as keyof RouterConfig];
    const lines = text.split("\n").filter((line) => !line.startsWith(comment));
    const filledIn = lines.map((line) => (source ? line.replace(...source) : line));

    test("is told each command once, as it takes it", () => {
        expect(filledIn.map((line) => commands.filter((command) => isTaken(line, command)))).toEqual(
            commands.map((command) => [command]),
        );
    });

    test("is told the collector's address and port", () => {
        const all = filledIn.join("\n").split(/\s/);
        expect(all).toContain(ADDRESS);
        expect(all).toContain(String(PORT));
    });

    test("says in a comment what address bmpAllowedCidrs must let in, and has one place for it", () => {
        const comments = text.split("\n").filter((line) => line.startsWith(comment));
        expect(comments.join("\n")).toContain("bmpAllowedCidrs");
        const [placeholder] = source ?? ["no command for the source"];
        expect(comments.filter((line) => line.includes(placeholder))).toHaveLength(1);
        expect(lines.filter((line) => line.includes(placeholder))).toHaveLength(source ? 1 : 0);
    });
});

describe("for several collectors", () => {
    const stations = Array.from({ length: 9 }, (_, index) => ({
        address: `2001:db8::${index + 1}`,
        port: PORT + index,
        name: index === 0 ? "openbmp" : `openbmp-${"x".repeat(23)}${index}`,
    }));
    const all = routerConfigOf(stations);
    const most: Partial<Record<keyof RouterConfig, number>> = { iosXr: 8, iosXe: 4, junos: 3 };

    test.each(Object.entries(grammars))("%s is told each of them, as many as it takes", (system, grammar) => {
        const key = system as keyof RouterConfig;
        const lines = all[key].split("\n").filter((line) => !line.startsWith(grammar.comment));
        const filledIn = lines.map((line) => (grammar.source ? line.replace(...grammar.source) : line));
        expect(filledIn.filter((line) => !grammar.commands.some((command) => isTaken(line, command)))).toEqual([]);
        const count = most[key] ?? stations.length;
        for (const [index, { address, port }] of stations.entries()) {
            const told = lines.filter((line) => line.split(" ").includes(address));
            expect(told).toHaveLength(index < count ? 1 : 0);
            const ofIt = lines.filter((line) => line.split(" ").includes(String(port)));
            expect(ofIt).toHaveLength(index < count ? 1 : 0);
        }
    });

    test.each(["iosXr", "iosXe"] as const)("%s is told how its neighbors send to all", (system) => {
        const [one, two] = [routerConfigOf(stations.slice(0, 1))[system], routerConfigOf(stations.slice(0, 2))[system]];
        const activated = (text: string) => text.split("\n").flatMap((line) => /bmp-activate .*/.exec(line) ?? []);
        expect(activated(one)).toEqual(["bmp-activate server 1"]);
        expect(activated(two)).toEqual(
            system === "iosXr" ? ["bmp-activate server 1", "bmp-activate server 2"] : ["bmp-activate all"],
        );
        expect(two.match(/^bmp server \d$/gm)).toEqual(["bmp server 1", "bmp server 2"]);
    });

    test("each station has its name, of 32 characters at most", () => {
        const names = all.srOs.match(/(?<=bgp monitor station )\S+/g) ?? [];
        expect(names).toEqual(stations.map(({ name }) => name));
        expect(Math.max(...names.map(({ length }) => length))).toBeLessThanOrEqual(32);
    });
});

test.each(["iosXr", "iosXe", "junos", "eos", "srOs"] as const)("%s takes no placeholder that was left", (system) => {
    const { comment, commands } = grammars[system];
    const refused = routerConfig(ADDRESS, PORT)
        [system].split("\n")
        .filter((line) => !line.startsWith(comment) && !commands.some((command) => isTaken(line, command)));
    expect(refused).toEqual([expect.stringMatching(/SOURCE_(INTERFACE|ADDRESS)$/)]);
});
