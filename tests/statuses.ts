import { gzipSync } from "node:zlib";
import { type HostStatus, type Status, statusOf } from "../scripts/programs/status/status";

/** openbmpd.conf, as the host prints it. */
export const file = (text: string) => gzipSync(text).toString("base64");
/** A row of the routers' list, but for its address. */
export const router = { name: "r1", connected: true, since: "2024-05-01", lastTermination: null };
/** What a host prints where all is well. */
export const found: HostStatus = {
    engine: { version: "26.1.5" },
    container: {
        id: "c".repeat(64),
        image: "openbmp/aio:1",
        running: true,
        startedAt: "2024-05-01T00:00:00Z",
        network: "bridge",
        ipv6Address: "fc00:172:17::2",
    },
    disk: {
        path: "/var/openbmp/mysql",
        size: 53e9,
        used: 13e9,
        free: 40e9,
        containerLayer: 1.25e9,
        containerLog: null,
    },
    ports: [{ name: "bmp", port: 5000, datapath: "dnat", why: "our rule" }],
    rules: [{ command: "ip6tables", table: "nat", rule: "-A OPENBMP-DNAT", packets: 12, bytes: 960 }],
    allowed: [],
    outside: [],
    units: [{ name: "openbmp.service", enabled: "enabled", active: "active" }],
    login: { accepted: true, publicAccepted: false },
    brokers: null,
    kafka: { advertised: "localhost:9092", consumersAttached: true },
    routers: [],
    routersNote: null,
    addresses: [
        { address: "fc00:172:17::1", interface: "docker0", bridge: true },
        { address: "192.0.2.10", interface: "eth0", bridge: false },
    ],
    wanted: { listenMode: "v4v6", patEnabled: false },
    openbmpdConf: file("base:\n  listen_mode: v4v6\n  startup:\n    pat_enabled: false\n"),
    differences: [],
};
/** The status of a host that is as `found`, but for the changes. */
export const statusWith = (changes: Partial<HostStatus>) => statusOf("p/s", "2001:db8::10", { ...found, ...changes });

/** What a router can have as its name: a screen that is cleared, a title, a fake row, colours, a turned text. */
export const hostileName = `r9\x1b[2J\x1b]0;owned\x07\n${"edge-1   2001:db8::99  connected".padEnd(60)}\r\x9b31m\u202e\u2066\u200b\u2028${"x".repeat(200)}`;

/** A status in which every text that comes from outside is this one. */
export function hostileStatusOf(name: string): Status {
    const status = statusWith({
        engine: { version: name },
        container: {
            ...(found.container as NonNullable<HostStatus["container"]>),
            image: name,
            network: name,
        },
        ports: [{ name: "bmp", port: 5000, datapath: "dnat", why: name }],
        rules: [{ command: "ip6tables", table: name, rule: name, packets: 1, bytes: 2 }],
        units: [{ name: name, enabled: name, active: name }],
        routers: [
            { ...router, address: "2001:db8::1" },
            {
                name: name,
                address: name,
                connected: false,
                since: name,
                lastTermination: { code: 1, reason: name },
            },
            { ...router, name: "r3", address: "fc00:172:17::1" },
        ],
        routersNote: name,
        addresses: [{ address: "fc00:172:17::1", interface: name, bridge: true }],
        differences: [{ what: name, cure: name }],
    });
    return { ...status, owner: `p/${name}`, host: name };
}
