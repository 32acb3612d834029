import { cell, printable, shortened } from "../../../components/values/printable";
import { type MarkedRouter, NO_ADDRESS, type Status } from "./status";

/** Of a rule or a difference. */
const LINE_CHARACTERS = 1000;

/** The status for people: whatever routers and the host say, each line is one of ours. */
export function report(status: Status): string {
    const { container, collector } = status;
    const facts: readonly (readonly string[])[] = [
        ["stack", status.owner],
        ["host", status.host],
        ["engine", `Docker ${status.engine.version}`],
        ["container", container ? `${container.running ? "runs" : "does not run"}, from ${container.image}` : "none"],
        ["  address", container?.ipv6Address ? `${container.ipv6Address} on ${container.network}` : "none"],
        ...disk(status),
        ["collector", `listen_mode ${collector.listenMode ?? "unknown"}, PAT ${onOff(collector.patEnabled)}`],
        ...collector.warnings.map((warning) => ["  warning", warning]),
        ["  Kafka", attached(status.kafka.consumersAttached)],
        ["  login", login(status.login)],
        ...status.units.map(({ name, enabled, active }) => ["unit", `${name}: ${enabled}, ${active}`]),
        ...status.ports.map(({ name, port, datapath, why }) => [`${name} ${port}`, `${datapath}: ${why}`]),
    ];
    return [
        ...columns(facts),
        "",
        ...rules(status),
        "",
        ...outside(status),
        ...routers(status),
        "",
        ...differences(status),
        "",
    ]
        .map((line) => shortened(printable(line), LINE_CHARACTERS))
        .join("\n");
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
function disk({ disk: { path, size, free, containerLayer, containerLog } }: Status): (readonly string[])[] {
    return [
        ["disk", `${path}: ${gigabytes(free)} free of ${gigabytes(size)}`],
        [
            "  layer",
            `${gigabytes(containerLayer)} that the container wrote outside its database, ${gigabytes(containerLog)} of log`,
        ],
    ];
}

function gigabytes(bytes: number | null): string {
    return bytes === null ? "unknown" : `${(bytes / 1e9).toFixed(1)} GB`;
}

function onOff(value: boolean | null): string {
    return value === null ? "unknown" : value ? "on" : "off";
}

function rules({ rules: found }: Status): string[] {
    return columns([
        ["packets", "bytes", "rule"],
        ...found.map(({ command, table, rule, packets, bytes }) => [
            String(packets),
            String(bytes),
            `${command} -t ${table} ${rule}`,
        ]),
    ]);
}

/** What is missing in a list, or somebody who knocks. */
function outside({ outside: found }: Status): string[] {
    return found === null || found.length === 0
        ? []
        : [
              ...columns([
                  ["outside the lists", "port", "packets dropped within a day"],
                  ...found.map(({ address, port, packets }) => [cell(address), String(port), String(packets)]),
              ]),
              "",
          ];
}

function routers({ routers: found, routersNote }: Status): string[] {
    if (!found) {
        return ["routers: the REST API does not answer"];
    }
    if (found.length === 0) {
        return ["no router was ever connected"];
    }
    const lines = columns([
        ["router", "address", "", "since", "last termination"],
        ...found.map(({ name, address, connected, since, lastTermination, mark }) => [
            cell(name),
            cell(address) + (mark ? " (!)" : ""),
            connected ? "connected" : "gone",
            cell(since ?? ""),
            lastTermination ? cell(`${lastTermination.code ?? ""} ${lastTermination.reason}`) : "none",
        ]),
    ]);
    return [...lines, ...new Set(found.flatMap(remark)), ...(routersNote === null ? [] : [`routers: ${routersNote}`])];
}

function remark({ address, mark }: MarkedRouter): string[] {
    const meaning = mark === NO_ADDRESS ? "" : ": not the router's own, its session came in by docker-proxy";
    return mark === null ? [] : [`(!) ${cell(address)} is ${mark}${meaning}`];
}

function differences({ owner, differences: found }: Status): string[] {
    const pulumi = `scripts/pulumi --stack ${owner.split("/").at(-1) ?? ""}`;
    return found.length === 0
        ? ["as deployed"]
        : [
              "not as deployed:",
              ...found.map(({ what, cure }) => `- ${what}${cure ? ` (${cure})` : ""}`),
              `to fix it: ${pulumi} config set reapply "$(date +%s)", then ${pulumi} up`,
          ];
}

/** Lines of cells under each other; the last cell is as long as it likes. */
function columns(rows: readonly (readonly string[])[]): string[] {
    const widths = rows.reduce<number[]>(
        (all, row) => row.map((cell, column) => Math.max(all[column] ?? 0, cell.length)),
        [],
    );
    return rows.map((row) =>
        row
            .map((cell, column) => cell.padEnd(widths[column] ?? 0))
            .join("  ")
            .trimEnd(),
    );
}
