/** What is on the way of packets to the collector, and what becomes of them there: the texts of the drawing. */
import { cell, shortened } from "../../../components/values/printable";
import type { Status } from "./status";
import { gigabytes, LINE_CHARACTERS, onOff } from "./words";

type Port = Status["ports"][number];

/** How something is drawn: where nothing passes, in dashes, and a word beside it says so. */
export type Line = "solid" | "closed" | "absent";

/** The text of a box, line by line. */
export interface Station {
    readonly lines: readonly string[];
    readonly line: Line;
}

/** From who asks to where the packets end: at the host's port, at what refuses them, or in the container. */
export interface Way {
    /** None asks at a port that is not published. */
    readonly from?: Station;
    readonly port: Station;
    readonly datapath?: Station;
    /** The same in words. */
    readonly words: string;
}

/** The ports, in the order of what they lead to: who asks, and what in the container answers. */
const LANES = [
    { name: "bmp", from: "routers", to: "collector" },
    { name: "kafka", from: "consumers", to: "Kafka" },
    { name: "mysql", from: "clients", to: "database" },
    { name: "rest", from: "clients", to: "REST API" },
] as const;

const DATAPATHS: Readonly<Record<Port["datapath"], readonly string[]>> = {
    dnat: ["DNAT by", "our rule"],
    native: ["Docker's", "DNAT chain"],
    proxy: ["docker-proxy"],
    closed: ["× closed"],
};

const solid = (...lines: readonly string[]): Station => ({ lines, line: "solid" });
const closed = (...lines: readonly string[]): Station => ({ lines, line: "closed" });

/** The way to each port that the collector has, from left to right. */
export function waysOf(status: Status): Way[] {
    return LANES.map(({ name, from, to }) => {
        const port = status.ports.find((each) => each.name === name);
        if (!port) {
            return { port: { lines: [name, "not", "published"], line: "absent" }, words: `${name}: not published.` };
        }
        const isClosed = port.datapath === "closed";
        const end = isClosed ? "" : `, then the ${to} in the container`;
        return {
            from: solid(from),
            port: solid(name, `port ${port.port}`, ...dropped(status, port)),
            datapath: { lines: DATAPATHS[port.datapath], line: isClosed ? "closed" : "solid" },
            words: `${name}: ${from}, then port ${port.port} of the host, then ${port.datapath} (${shortened(port.why, LINE_CHARACTERS)})${end}.`,
        };
    });
}

/** Packets to the port from those who are on no list, within a day, where the host counts them. */
function dropped({ outside }: Status, { port }: Port): string[] {
    const packets = outside?.filter((each) => each.port === port).reduce((sum, each) => sum + each.packets, 0);
    // A number that fits into a box: 12K, 3.4M.
    return packets === undefined
        ? []
        : [`${new Intl.NumberFormat("en", { notation: "compact" }).format(packets)} dropped`];
}

/** What of the container works on what comes in. */
export interface Inside {
    readonly collector: Station;
    readonly kafka: Station;
    readonly consumers: Station;
    readonly database: Station;
    readonly rest: Station;
    readonly words: string;
}

/** The collector and what is behind it; of the database nobody asks but the others, and how much room it has. */
export function insideOf(status: Status): Inside {
    const { container, collector, kafka, login, disk } = status;
    const parts = container?.running
        ? {
              collector: solid(
                  "collector",
                  cell(collector.listenMode ?? "unknown", 10),
                  `PAT ${onOff(collector.patEnabled)}`,
              ),
              kafka: kafka.consumersAttached === null ? closed("Kafka", "× no answer") : solid("Kafka", "answers"),
              consumers: consumers(kafka.consumersAttached),
              database: solid("database", `${gigabytes(disk.free)} free`),
              rest: restApi(login.accepted),
          }
        : {
              collector: closed("collector", "× stopped"),
              kafka: closed("Kafka", "× stopped"),
              consumers: closed("consumers: × stopped"),
              database: closed("database", "× stopped"),
              rest: closed("REST API", "× stopped"),
          };
    return {
        ...parts,
        words: Object.values(parts)
            .map(({ lines }) => `${lines.join(" ")}.`)
            .join(" "),
    };
}

function consumers(attached: boolean | null): Station {
    return attached
        ? solid("consumers: attached")
        : closed(`consumers: ${attached === null ? "unknown" : "× none attached"}`);
}

function restApi(accepted: boolean | null): Station {
    if (accepted === null) {
        return closed("REST API", "× no", "answer");
    }
    return accepted ? solid("REST API", "login", "accepted") : solid("REST API", "× login", "refused");
}
