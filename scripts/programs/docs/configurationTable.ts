import { parse } from "yaml";

interface ConfigurationKey {
    readonly type: string;
    readonly items?: { readonly type: string };
    readonly default?: unknown;
    readonly description: string;
}

const BEGIN = '<!-- Made of Pulumi.yaml by "npm run docs"; edit it there. -->';
const END = "<!-- The end of what is made. -->";

function keysOf(projectFile: string): Record<string, ConfigurationKey> {
    return (parse(projectFile) as { config: Record<string, ConfigurationKey> }).config;
}

/**
 * What Pulumi.yaml says of a key.
 *
 * @throws Error where it has no such key
 */
export function descriptionOf(projectFile: string, key: string): string {
    const declared = keysOf(projectFile)[key];
    if (declared === undefined) {
        throw new Error(`Pulumi.yaml must have the key ${key}, with its description: add it`);
    }
    return declared.description;
}

/** The table of all configuration keys, in Markdown as Prettier formats it. */
export function configurationTable(projectFile: string): string {
    const rows = Object.entries(keysOf(projectFile)).map(([key, declared]) => [
        `\`${key}\``,
        typeOf(declared),
        defaultOf(declared),
        // A page of the documentation is a link.
        declared.description.replace(/docs\/([a-z-]+)\.md/g, "[$1](docs/$1.md)"),
    ]);
    const table = [["key", "type", "default", "description"], ...rows];
    const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
    const line = (cells: readonly string[], fill = " ") =>
        `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(" | ")} |`;
    const [head = [], ...body] = table;
    return [line(head), line(["", "", "", ""], "-"), ...body.map((row) => line(row))].join("\n");
}

function typeOf({ type, items }: ConfigurationKey): string {
    return items ? `list of ${items.type}s` : type;
}

/** An empty text stands for a key that is not set. */
function defaultOf({ default: value }: ConfigurationKey): string {
    return value === undefined || value === ""
        ? "–"
        : `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

/** The page with the table between its marks. */
export function withTable(page: string, table: string): string {
    const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
    if (begin < 0 || end < begin) {
        throw new Error(`the page must have the lines ${BEGIN} and ${END}`);
    }
    return `${page.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${page.slice(end)}`;
}
