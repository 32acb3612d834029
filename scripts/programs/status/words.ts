/** What the text report and the page say in the same words. */
import { cell, ending, printableLines } from "../../../components/values/printable";
import { type MarkedRouter, NO_ADDRESS, type Status } from "./status";

/** Of a rule, a reason or a difference, so much is shown. */
export const LINE_CHARACTERS = 1000;

/** Rows of label and text; a label that begins with spaces belongs to the one above. */
export function facts(status: Status): readonly (readonly [string, string])[] {
    const { container, collector } = status;
    return [
        ["stack", status.owner],
        ["host", status.host],
        ["engine", `Docker ${status.engine.version}`],
        ["container", container ? `${container.running ? "runs" : "does not run"}, from ${container.image}` : "none"],
        ["  address", container?.ipv6Address ? `${container.ipv6Address} on ${container.network}` : "none"],
        ...disk(status),
        ["collector", `listen_mode ${collector.listenMode ?? "unknown"}, PAT ${onOff(collector.patEnabled)}`],
        ...collector.warnings.map((warning) => ["  warning", warning] as const),
        ...engine(status),
        ...status.unused.map(
            ({ port, prefix }) =>
                ["unused", `${port} is allowed to ${prefix}, and no packet came from it so far`] as const,
        ),
    ];
}

/** What is behind openbmpd: in the container, or brokers elsewhere. */
function engine({ brokers, kafka, login: found }: Status): (readonly [string, string])[] {
    return brokers === null
        ? [
              ["  Kafka", attached(kafka.consumersAttached)],
              ["  login", login(found)],
          ]
        : brokers.map(({ broker, answers }) => [
              "  Kafka",
              `${cell(broker)} ${answers ? "answers" : "does not answer"} to the container`,
          ]);
}

function attached(value: boolean | null): string {
    return value === null
        ? "no broker answers"
        : value
          ? "consumers attached"
          : "no consumer attached: no router gets a row";
}

function login({ accepted, publicAccepted }: Status["login"]): string {
    const own = accepted === null ? "unknown, the API does not answer" : accepted ? "accepted" : "refused";
    return publicAccepted ? `${own}; the image's own, which everybody knows, is accepted: set restPassword` : own;
}

/** What fills the disk: only the log is bounded. */
function disk({ disk: { path, size, free, containerLayer, containerLog } }: Status): (readonly [string, string])[] {
    return [
        ["disk", `${path}: ${gigabytes(free)} free of ${gigabytes(size)}`],
        [
            "  layer",
            `${gigabytes(containerLayer)} that the container wrote outside its database, ${gigabytes(containerLog)} of log`,
        ],
    ];
}

/** Bytes, in GB of 10⁹. */
export function gigabytes(bytes: number | null): string {
    return bytes === null ? "unknown" : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** A setting that may not be known. */
export function onOff(value: boolean | null): string {
    return value === null ? "unknown" : value ? "on" : "off";
}

/** Why there is no list of routers, or an empty one; undefined where there are some. */
export function withoutRouters({ routers, brokers }: Status): string | undefined {
    if (!routers) {
        return "routers: the REST API does not answer";
    }
    return routers.length > 0 ? undefined : brokers ? "no router is connected" : "no router was ever connected";
}

/** What ended a router's last session. */
export function terminationOf({ lastTermination }: MarkedRouter): string {
    return lastTermination ? cell(`${lastTermination.code ?? ""} ${lastTermination.reason}`) : "none";
}

/** What the marks of routers mean, each once, and why the list is not all that there is to it. */
export function remarks({ routers, routersNote }: Status): string[] {
    return [...new Set((routers ?? []).flatMap(remark)), ...(routersNote === null ? [] : [`routers: ${routersNote}`])];
}

function remark({ address, mark }: MarkedRouter): string[] {
    const meaning = mark === NO_ADDRESS ? "" : ": not the router's own, its session came in by docker-proxy";
    return mark === null ? [] : [`(!) ${cell(address)} is ${mark}${meaning}`];
}

/** The commands that fix what differs. */
export function fixCommands({ owner }: Status): readonly [string, string] {
    const pulumi = `scripts/pulumi --stack ${owner.split("/")[1] ?? ""}`;
    return [`${pulumi} config set reapply "$(date +%s)"`, `${pulumi} up`];
}

/** A time, to the second. */
export function utc(time: Date): string {
    return `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Of what the host or Pulumi says of an error, so much is shown. */
const ERROR_CHARACTERS = 4000;

/** An error as it may go to a terminal, with its line end. */
export function errorText(error: unknown): string {
    const message = error instanceof Error ? error.message : String(error);
    return `${printableLines(`status: ${ending(message, ERROR_CHARACTERS)}`)}\n`;
}
