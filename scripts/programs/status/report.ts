import { cell, printable, shortened } from "../../../components/values/printable";
import type { Status } from "./status";
import { facts, fixCommands, LINE_CHARACTERS, remarks, terminationOf, withoutRouters } from "./words";

/** The status for people: whatever routers and the host say, each line is one of ours. */
export function report(status: Status): string {
    return [
        ...columns([
            ...facts(status),
            ...status.units.map(({ name, enabled, active }) => ["unit", `${name}: ${enabled}, ${active}`]),
            ...status.ports.map(({ name, port, datapath, why }) => [`${name} ${port}`, `${datapath}: ${why}`]),
        ]),
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

function routers(status: Status): string[] {
    const none = withoutRouters(status);
    if (none !== undefined) {
        return [none];
    }
    const lines = columns([
        ["router", "address", "", "since", "last termination"],
        ...(status.routers ?? []).map((router) => [
            cell(router.name),
            cell(router.address) + (router.mark ? " (!)" : ""),
            router.connected ? "connected" : "gone",
            cell(router.since ?? ""),
            terminationOf(router),
        ]),
    ]);
    return [...lines, ...remarks(status)];
}

function differences(status: Status): string[] {
    const found = status.differences;
    return found.length === 0
        ? ["as deployed"]
        : [
              "not as deployed:",
              ...found.map(({ what, cure }) => `- ${what}${cure ? ` (${cure})` : ""}`),
              `to fix it: ${fixCommands(status).join(", then ")}`,
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
