import { gunzipSync } from "node:zlib";
import type { ListenMode } from "../values/modes";
import { shown } from "../values/printable";
import { type Addition, type Edit, flowList, YamlPatch } from "./yamlPatch";

/** The values of openbmpd.conf that a deployment sets. */
export interface CollectorValues {
    /** `base.listen_mode`: address families that BMP listens on. */
    readonly listenMode: ListenMode;
    /** `base.startup.pat_enabled`: whether routers are told apart by identifier instead of address. */
    readonly patEnabled: boolean;
    /** `base.admin_id`: the collector's name; left alone when not given. */
    readonly adminId?: string | undefined;
    /** `kafka.brokers`: each `HOST:PORT`; left alone when not given, as in the AIO image, whose broker is its own. */
    readonly kafkaBrokers?: readonly string[] | undefined;
    /** Further values of the section `kafka`, by their names; those that are not given are left alone. */
    readonly kafkaSettings?: Readonly<Record<string, string>> | undefined;
}

const FILE = "/var/openbmp/config/openbmpd.conf";
/** The AIO image's broker, as openbmpd inside reaches it. */
const OWN_BROKER = /^(localhost|127\.[0-9.]+|\[::1\])(:9092)?$/i;
const BOM = Buffer.from("\ufeff");
/** Where openbmpd reads PAT. */
const PAT_PATH = "base.startup.pat_enabled";
/** Where files and manual pages have it as well, and openbmpd does not read it. */
const UNREAD_PAT_PATHS = ["base.startup.pat", "base.pat_enabled", "base.pat"];
/** What the collector's YAML library reads as a truth value. */
const TRUE = /^(?:[yY]|[yY]es|YES|[tT]rue|TRUE|[oO]n|ON)$/;
const FALSE = /^(?:[nN]|[nN]o|NO|[fF]alse|FALSE|[oO]ff|OFF)$/;

/** The host reads no larger one: scripts/host/steps/collector-config.sh. */
const MAXIMUM_BYTES = 16 * 1024 * 1024;

/**
 * The file, gzipped and in base64, as hosts print it.
 *
 * @throws Error where it is not that, or larger than a file may be
 */
export function unpackFile(base64: string): Buffer {
    try {
        return gunzipSync(Buffer.from(base64, "base64"), { maxOutputLength: MAXIMUM_BYTES });
    } catch {
        throw new Error(`${FILE} must be a file of at most ${MAXIMUM_BYTES} bytes`);
    }
}

/** Bytes as characters, after a byte order mark: offsets in the text are offsets in the file. */
function readText(file: Buffer): { text: string; start: number } {
    const start = file.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
    return { text: file.toString("latin1", start), start };
}

/** The value at a path, undefined where there is none. */
function valueAt(patch: YamlPatch, path: string): string | undefined {
    let value: string | undefined;
    patch.set(path, "", (found) => {
        value = found;
        return true;
    });
    return value;
}

/** What a text of openbmpd.conf says of PAT; undefined where it leaves that to the collector. */
export function patEnabledIn(file: Buffer): boolean | undefined {
    const value = valueAt(new YamlPatch(FILE, readText(file).text), PAT_PATH) ?? "";
    return TRUE.test(value) ? true : FALSE.test(value) ? false : undefined;
}

/** What in a text of openbmpd.conf has no effect, though it looks as if it had: a line each. */
export function patWarnings(file: Buffer): string[] {
    const patch = new YamlPatch(FILE, readText(file).text);
    return UNREAD_PAT_PATHS.filter((path) => patch.has(path)).map(
        (path) => `${path} has no effect, the collector reads ${PAT_PATH}: take it out of openbmpd.conf`,
    );
}

/** What of a text of openbmpd.conf is perhaps unmeant where the collector is to have these values: a line each. */
export function warningsOf(file: Buffer, { kafkaBrokers }: CollectorValues): string[] {
    return [...patWarnings(file), ...(kafkaBrokers === undefined ? brokerWarnings(file) : [])];
}

/** Of a collector that has a broker of its own: a file may be left from one that had not. */
function brokerWarnings(file: Buffer): string[] {
    const brokers = new YamlPatch(FILE, readText(file).text).textsAt("kafka.brokers");
    return brokers.length === 0 || brokers.some((broker) => OWN_BROKER.test(broker))
        ? []
        : [
              `openbmpd.conf: kafka.brokers is ${brokers.map((broker) => shown(broker)).join(", ")}: where none of them is the container's own broker, no router gets a row; write localhost:9092 there`,
          ];
}

/** What makes the collector listen elsewhere than at port 5000 of all its addresses: a line each. */
export function listenProblemsIn(file: Buffer): string[] {
    const patch = new YamlPatch(FILE, readText(file).text);
    const problem = (key: string, accepted: string, because: string): string[] => {
        const value = valueAt(patch, `base.${key}`);
        return value === undefined || value === "" || value === accepted
            ? []
            : [`openbmpd.conf: base.${key} must be ${accepted} or left out, got ${shown(value)}: ${because}`];
    };
    return [
        ...problem("listen_port", "5000", "routers are sent to that port of the container; the host's port is bmpPort"),
        ...problem("listen_ipv4", "0.0.0.0", "the container's address is Docker's choice, and changes"),
        ...problem("listen_ipv6", "::", "the container's address is Docker's choice, and changes"),
    ];
}

/** What a text of openbmpd.conf says of the address families; undefined where it leaves that to the collector. */
export function listenModeIn(file: Buffer): string | undefined {
    return valueAt(new YamlPatch(FILE, readText(file).text), "base.listen_mode");
}

/**
 * The edits that give a text of openbmpd.conf the wanted values, ascending and
 * disjoint; none where it has them. What is missing is added.
 *
 * @throws Error naming what in the file cannot be edited safely.
 */
export function planEdits(file: Buffer, wanted: CollectorValues): Edit[] {
    const { text, start } = readText(file);
    const patch = new YamlPatch(FILE, text);
    const values: [string, string][] = [["listen_mode", wanted.listenMode]];
    if (wanted.adminId !== undefined) {
        values.push(["admin_id", wanted.adminId]);
    }
    const missing: Addition[] = values.filter(([key, value]) => !patch.set(`base.${key}`, value));

    const pat = String(wanted.patEnabled);
    if (!patch.set(PAT_PATH, pat, (found) => (wanted.patEnabled ? TRUE : FALSE).test(found))) {
        if (patch.hasSection("base.startup")) {
            patch.add("base.startup", [["pat_enabled", pat]]);
        } else {
            missing.push(["startup", [["pat_enabled", pat]]]);
        }
    }
    patch.add("base", missing);
    planKafkaEdits(patch, wanted);
    return patch.edits.map((edit) => ({ ...edit, offset: edit.offset + start })).sort((a, b) => a.offset - b.offset);
}

function planKafkaEdits(patch: YamlPatch, { kafkaBrokers, kafkaSettings = {} }: CollectorValues): void {
    const missing: Addition[] = Object.entries(kafkaSettings).filter(
        ([key, value]) => !patch.set(["kafka", key], value),
    );
    if (kafkaBrokers !== undefined && !patch.setList("kafka.brokers", kafkaBrokers)) {
        missing.push(["brokers", flowList(kafkaBrokers)]);
    }
    patch.add("kafka", missing);
}

/** The file with the edits made, at offsets in bytes. */
export function applyEdits(file: Buffer, edits: readonly Omit<Edit, "reason">[]): Buffer {
    const parts: Buffer[] = [];
    let position = 0;
    for (const { offset, length, text } of edits) {
        parts.push(file.subarray(position, offset), Buffer.from(text, "latin1"));
        position = offset + length;
    }
    return Buffer.concat([...parts, file.subarray(position)]);
}
