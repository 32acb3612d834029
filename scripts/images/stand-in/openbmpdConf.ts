/** openbmpd.conf as openbmpd reads it: what it takes from the file, and what it refuses. */
import { parse } from "yaml";

export interface OpenbmpdConf {
    readonly adminId: string;
    readonly listenMode: string;
    readonly listenPort: number;
    readonly listenIpv4: string;
    readonly listenIpv6: string;
    readonly patEnabled: boolean;
    /** 0: no limit. */
    readonly maxConcurrentRouters: number;
    readonly initialRouterSeconds: number;
}

type Section = Readonly<Record<string, unknown>>;

export const isSection = (value: unknown): value is Section =>
    typeof value === "object" && value !== null && !Array.isArray(value);

function integer(section: Section, key: string, standard: number, lowest: number, highest: number): number {
    const value = section[key] ?? standard;
    if (typeof value !== "number" || !Number.isInteger(value) || value < lowest || value > highest) {
        throw new Error(`invalid ${key} '${JSON.stringify(value)}', not within range of ${lowest} - ${highest}`);
    }
    return value;
}

function text(section: Section, key: string, standard: string): string {
    const value = section[key];
    return typeof value === "string" || typeof value === "number" ? String(value) : standard;
}

/** @throws Error for a file that openbmpd does not load */
export function readOpenbmpdConf(file: string): OpenbmpdConf {
    // Booleans are also "yes" and "on", and of a key that is there twice the last counts.
    const document = parse(file, { version: "1.1", uniqueKeys: false }) as unknown;
    if (!isSection(document) || !isSection(document.base)) {
        throw new Error("no section base");
    }
    const { base } = document;
    const startup = isSection(base.startup) ? base.startup : {};
    return {
        adminId: text(base, "admin_id", "hostname"),
        listenMode: text(base, "listen_mode", "v4"),
        listenPort: integer(base, "listen_port", 5000, 25, 65535),
        listenIpv4: text(base, "listen_ipv4", "0.0.0.0"),
        listenIpv6: text(base, "listen_ipv6", "::"),
        // Its only place: base.pat_enabled, which the manual page has, is not read.
        patEnabled: startup.pat_enabled === true,
        maxConcurrentRouters: integer(startup, "max_concurrent_routers", 2, 0, 1000),
        initialRouterSeconds: integer(startup, "initial_router_time", 60, 5, 1800),
    };
}

/** What openbmpd gives to librdkafka. */
export interface KafkaConf {
    readonly brokers: readonly string[];
    readonly settings: Readonly<Record<string, string>>;
}

/** @throws Error for a file that openbmpd does not load */
export function readKafkaConf(file: string): KafkaConf {
    const document = parse(file, { version: "1.1", uniqueKeys: false }) as unknown;
    const kafka = isSection(document) && isSection(document.kafka) ? document.kafka : {};
    const numbers = {
        "message.max.bytes": integer(kafka, "message.max.bytes", 1_000_000, 1000, 1_000_000_000),
        "socket.timeout.ms": integer(kafka, "socket.timeout.ms", 60_000, 10, 300_000),
        "queue.buffering.max.messages": integer(kafka, "queue.buffering.max.messages", 100_000, 1, 10_000_000),
        "queue.buffering.max.kbytes": integer(kafka, "queue.buffering.max.kbytes", 1_048_576, 1, 2_097_151),
        "queue.buffering.max.ms": integer(kafka, "queue.buffering.max.ms", 1000, 1, 900_000),
        "message.send.max.retries": integer(kafka, "message.send.max.retries", 2, 0, 10_000_000),
        "retry.backoff.ms": integer(kafka, "retry.backoff.ms", 100, 1, 300_000),
    };
    const codec = text(kafka, "compression.codec", "snappy");
    if (!["none", "gzip", "snappy", "lz4"].includes(codec)) {
        throw new Error("invalid value for compression, should be one of none, gzip, snappy, or lz4");
    }
    return {
        // Anything but a list is not read.
        brokers: Array.isArray(kafka.brokers) ? kafka.brokers.map(String) : ["localhost:9092"],
        settings: {
            ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)])),
            "compression.codec": codec,
        },
    };
}
