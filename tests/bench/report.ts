import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MachineRecord } from "./machine";
import type { Measurement, Sample } from "./measurement";

export interface Report {
    readonly machine: MachineRecord;
    readonly measurements: readonly Measurement[];
}

/** Three significant digits, and never an exponent. */
function figure(value: number): string {
    return Number.isInteger(value) || Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Median ± half the interquartile range would promise symmetry: both are given. */
function cell(sample: Sample, unit: string): string {
    const spread = sample.n > 1 ? ` (IQR ${figure(sample.interquartileRange)}, n ${sample.n})` : " (n 1)";
    return `${figure(sample.median)} ${unit}${spread}`;
}

export function markdown({ machine, measurements }: Report): string {
    const rows = measurements.map(({ name, unit, ours, beside, ratio, mustBe, held }) => [
        name,
        cell(ours, unit),
        beside ? `${cell(beside, unit)}, ${beside.name}` : "–",
        ratio === undefined ? "–" : ratio.toFixed(2),
        mustBe ?? "reported",
        held === undefined ? "–" : held ? "yes" : "**no**",
    ]);
    const lines = [
        `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Linux ${machine.kernel}; Node.js ${machine.node}, ` +
            `Pulumi ${machine.pulumi}, command plugin ${machine.commandPlugin}, Docker ${machine.dockerOutside} outside and ` +
            `${machine.dockerInside} on the sandbox host; commit ${machine.commit}, ${machine.date.slice(0, 16)}Z.`,
        "",
        ...table(["measure", "ours", "beside", "ratio", "must be", "held"], rows),
        "",
        ...measurements.flatMap(({ name, note }) => (note ? [`- ${name}: ${note}`] : [])),
    ];
    return `${lines.join("\n")}\n`;
}

/** Columns of equal width, as prettier writes them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
    const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
    const line = (cells: readonly string[]) =>
        `| ${cells.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" | ")} |`;
    return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)];
}

/** Writes report.json and report.md, and returns the table. */
export function writeReport(report: Report, directory: string): string {
    const text = markdown(report);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
    writeFileSync(join(directory, "report.md"), text);
    return text;
}
