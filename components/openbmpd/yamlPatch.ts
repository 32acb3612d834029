import {
    isAlias,
    isMap,
    isScalar,
    isSeq,
    type ParsedNode,
    parseAllDocuments,
    type Scalar,
    type YAMLMap,
    type YAMLSeq,
} from "yaml";
import { printable, shortened, shown } from "../values/printable";

/** Replaces `length` characters at `offset` by `text`. */
export interface Edit {
    readonly offset: number;
    readonly length: number;
    readonly text: string;
    /** What is there and what is wanted, in words. */
    readonly reason: string;
}

/** Where a key is. */
export type Path = string | readonly string[];

/** The names of a path. */
const namesOf = (path: Path): readonly string[] => (typeof path === "string" ? path.split(".") : path);
/** As messages have it. */
const shownPath = (path: Path): string => namesOf(path).join(".");

/** A key to add with its value, or a section with its own keys and values. */
export type Addition = readonly [key: string, value: string | readonly (readonly [key: string, value: string])[]];

/** A key of a map, and what it holds: null where not even a colon is there. */
interface Entry {
    readonly home: YAMLMap.Parsed;
    readonly key: ParsedNode;
    readonly value: ParsedNode | null;
}

/** A key that holds further keys; an empty value where nothing is written below it. */
interface Section extends Entry {
    readonly value: YAMLMap.Parsed | Scalar.Parsed;
}

const BLANK_OR_COMMENT = /^[ \t\r]*(?:#|$)/;
const DEFAULT_INDENTATION = 2;

const inBlock = ([key, value]: Addition, indentation: string): string[] =>
    typeof value === "string"
        ? [`${key}: ${value}`]
        : [`${key}:`, ...value.map(([below, text]) => `${indentation}${below}: ${text}`)];

const inFlow = ([key, value]: Addition): string =>
    typeof value === "string" ? `${key}: ${value}` : `${key}: {${value.map(inFlow).join(", ")}}`;

const reasonsOf = (path: string, [key, value]: Addition): string[] =>
    typeof value === "string"
        ? [`${path}.${key} is not there, it must be "${value}"`]
        : value.flatMap((below) => reasonsOf(`${path}.${key}`, below));

/** A list, in one line; each text in quotes, since one may begin with a bracket. */
export const flowList = (values: readonly string[]): string => `[${values.map((value) => `"${value}"`).join(", ")}]`;

function isEmpty(node: ParsedNode | null): node is Scalar.Parsed {
    return isScalar(node) && node.type === "PLAIN" && node.source === "";
}

/**
 * Edits of single values in the first document of a YAML text, so that every
 * other character stays. A path is names with dots, or the names themselves where
 * one has dots of its own. All values are texts, or lists of texts.
 */
export class YamlPatch {
    readonly edits: Edit[] = [];
    /** Not there in a document without any key. */
    private readonly root: YAMLMap.Parsed | undefined;
    private readonly end: number;

    /** @param file - its name, for errors */
    constructor(
        private readonly file: string,
        private readonly text: string,
    ) {
        if (text.includes("\0")) {
            throw new Error(`${file} is no UTF-8 text: save it as UTF-8`);
        }
        // The library's own search for duplicates takes minutes in large files.
        const documents = parseAllDocuments(text, { schema: "failsafe", uniqueKeys: false });
        const first = "empty" in documents ? undefined : documents[0];
        const problem = (first ?? ("empty" in documents ? documents : undefined))?.errors[0];
        if (problem) {
            const [line = ""] = problem.message.split("\n");
            throw new Error(`${file} must be valid YAML: ${printable(shortened(line.replace(/:$/, ""), 200))}`);
        }
        const contents = first?.contents ?? null;
        if (contents && !isMap(contents) && !isEmpty(contents)) {
            throw this.refusal(contents.range[0], 'there must be sections such as "base:", with keys below them');
        }
        this.root = isMap(contents) ? contents : undefined;
        this.end = contents ? contents.range[2] : text.length;
    }

    hasSection(path: string): boolean {
        return this.section(path) !== undefined;
    }

    /** Whether the key is there, once or more often, whatever its value is. */
    has(path: Path): boolean {
        return this.matches(path).items.length > 0;
    }

    /**
     * Gives a key that is there a value; its quotes stay.
     *
     * @param isWanted - whether a value that is there may stay
     * @returns whether the key is there
     */
    set(path: Path, value: string, isWanted = (found: string) => found === value): boolean {
        const found = this.valueToReplace(path);
        if (!found) {
            return false;
        }
        const { node, offset } = found;
        const name = shownPath(path);
        if (!isScalar(node)) {
            throw this.refusal(
                offset,
                `the value of ${name} is not a single value; write "${namesOf(path).at(-1) ?? ""}: ${value}"`,
            );
        }
        if (node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED") {
            throw this.refusal(offset, `the value of ${name} is a block of lines; write it behind the colon`);
        }
        if (!isWanted(node.value as string)) {
            this.edits.push({
                offset,
                length: node.range[1] - offset,
                text: this.inStyleOf(node, value),
                reason: `${name} is ${shown(node.value)}, not "${value}"`,
            });
        }
        return true;
    }

    /** Gives a key that is there a list, in the form of the one that is there; returns whether the key is there. */
    setList(path: Path, values: readonly string[]): boolean {
        const found = this.valueToReplace(path);
        if (!found) {
            return false;
        }
        const { node, offset } = found;
        const name = shownPath(path);
        if (isEmpty(node)) {
            const text = this.inStyleOf(node, flowList(values));
            this.edits.push({ offset, length: 0, text, reason: `${name} is empty, not ${flowList(values)}` });
            return true;
        }
        if (!isSeq(node)) {
            throw this.refusal(offset, `the value of ${name} is no list; write "${name}: ${flowList(values)}"`);
        }
        const items = this.textsIn(node, name);
        if (items.length !== values.length || items.some((item, index) => item !== values[index])) {
            this.edits.push({
                offset,
                length: this.endOf(node) - offset,
                text: node.flow ? flowList(values) : this.blockList(offset, values),
                reason: `${name} is ${flowList(items.map((item) => printable(shortened(item, 80))))}, not ${flowList(values)}`,
            });
        }
        return true;
    }

    /** The texts of a list; none where it is not there, or is something else. */
    textsAt(path: Path): string[] {
        const list = namesOf(path).reduce<ParsedNode | null | undefined>(
            (node, name) =>
                isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === name)?.value : undefined,
            this.root,
        );
        return isSeq(list) ? list.items.flatMap((item) => (isScalar(item) ? [String(item.value)] : [])) : [];
    }

    /** Adds keys that are not there to a section, which is added at the end where it is not there either. */
    add(path: string, entries: readonly Addition[]): void {
        if (entries.length === 0) {
            return;
        }
        const reason = entries.flatMap((entry) => reasonsOf(path, entry)).join("; ");
        const lines = entries.flatMap((entry) => inBlock(entry, " ".repeat(this.step())));
        const flow = entries.map(inFlow).join(", ");
        const section = this.section(path);
        if (section && isMap(section.value) && section.value.flow) {
            this.insertInBraces(section.value, flow, reason);
        } else if (section) {
            const offset = this.lineAfter(section.key.range[1]);
            const indentation = this.indentationBelow(section, offset, path);
            this.insertLines(
                offset,
                lines.map((line) => indentation + line),
                reason,
            );
        } else if (this.root?.flow) {
            this.insertInBraces(this.root, `${path}: {${flow}}`, reason);
        } else {
            const margin = this.margin(path);
            const indentation = margin + " ".repeat(this.step());
            this.insertLines(this.end, [`${margin}${path}:`, ...lines.map((line) => indentation + line)], reason);
        }
    }

    /** The value at a path where it is one of its own, and where it begins; undefined where the key is not there. */
    private valueToReplace(path: Path) {
        const entry = this.find(path);
        if (!entry) {
            return undefined;
        }
        const node = entry.value;
        const offset = (node ?? entry.key).range[0];
        if (isAlias(node) || node?.anchor) {
            throw this.refusal(
                offset,
                `the value of ${shownPath(path)} is an anchor or an alias; write the value itself there`,
            );
        }
        return { node, offset };
    }

    private textsIn(list: YAMLSeq.Parsed, name: string): string[] {
        return list.items.map((item) => {
            if (!isScalar(item) || item.anchor || item.type === "BLOCK_LITERAL" || item.type === "BLOCK_FOLDED") {
                throw this.refusal(item.range[0], `an entry of ${name} is not a single text; write each as "- TEXT"`);
            }
            return item.value as string;
        });
    }

    /** Behind the last entry of a list, before what follows it. */
    private endOf(list: YAMLSeq.Parsed): number {
        return list.flow ? list.range[1] : (list.items.at(-1)?.range[1] ?? list.range[1]);
    }

    /** Entries, one a line, the first where the list begins. */
    private blockList(offset: number, values: readonly string[]): string {
        const end = this.text.includes("\r\n") ? "\r\n" : "\n";
        const margin = " ".repeat(offset - (this.text.slice(0, offset).lastIndexOf("\n") + 1));
        return values.map((value) => `- "${value}"`).join(end + margin);
    }

    private find(path: Path): Entry | undefined {
        const { home, items } = this.matches(path);
        const [found, another] = items;
        if (another) {
            throw this.refusal(another.key.range[0], `${shownPath(path)} is there a second time; leave one of them`);
        }
        return home && found && { home, key: found.key, value: found.value };
    }

    private matches(path: Path) {
        const names = namesOf(path);
        const home = names.length === 1 ? this.root : this.section(names.slice(0, -1))?.value;
        const name = names.at(-1);
        return isMap(home)
            ? { home, items: home.items.filter(({ key }) => isScalar(key) && key.value === name) }
            : { items: [] };
    }

    private section(path: Path): Section | undefined {
        const entry = this.find(path);
        if (!entry) {
            return undefined;
        }
        const { home, key, value } = entry;
        if (isAlias(value) || value?.anchor) {
            throw this.refusal(key.range[0], `${shownPath(path)} is an anchor or an alias; write its keys there`);
        }
        if (isMap(value) || (isEmpty(value) && !home.flow)) {
            return { home, key, value };
        }
        throw this.refusal(key.range[0], `${shownPath(path)} is no section; write its keys below it`);
    }

    /** A value that was not there gets a space after the colon, and one before a comment. */
    private inStyleOf(node: Scalar.Parsed, value: string): string {
        if (node.type === "QUOTE_DOUBLE") {
            return `"${value}"`;
        }
        if (node.type === "QUOTE_SINGLE") {
            return `'${value}'`;
        }
        if (!isEmpty(node)) {
            return value;
        }
        const offset = node.range[0];
        const before = /\s/.test(this.text[offset - 1] ?? "") ? "" : " ";
        return before + value + (this.text[offset] === "#" ? " " : "");
    }

    private insertInBraces(map: YAMLMap.Parsed, entries: string, reason: string): void {
        const offset = map.range[0] + 1;
        const next = this.text[offset] ?? "";
        const separated = next === "}" ? entries : /\s/.test(next) ? ` ${entries},` : `${entries}, `;
        this.edits.push({ offset, length: 0, text: separated, reason });
    }

    private insertLines(offset: number, lines: readonly string[], reason: string): void {
        const end = this.text.includes("\r\n") ? "\r\n" : "\n";
        const isLineStart = offset === 0 || this.text[offset - 1] === "\n";
        const text = lines.map((line) => (isLineStart ? line + end : end + line)).join("");
        this.edits.push({ offset, length: 0, text, reason });
    }

    /** The indentation of a section's keys, for lines at the offset, just below the section's name. */
    private indentationBelow({ key, value }: Section, offset: number, path: string): string {
        const first = isMap(value) ? value.items[0]?.key : undefined;
        const lines = this.text.slice(offset, Math.max(offset, (first ?? value).range[0])).split("\n");
        const indentation = lines.pop() ?? "";
        if (!lines.every((line) => BLANK_OR_COMMENT.test(line)) || !/^ *$/.test(indentation)) {
            throw this.refusal(
                offset,
                `${path} begins too unusually for adding keys; begin it with a plain "key: value"`,
            );
        }
        return first ? indentation : " ".repeat(this.column(key) + this.step());
    }

    /** What the sections' names are indented by. */
    private margin(path: string): string {
        const first = this.root?.items[0]?.key;
        const margin = first ? this.text.slice(first.range[0] - this.column(first), first.range[0]) : "";
        if (first && !/^ *$/.test(margin)) {
            throw this.refusal(
                first.range[0],
                `the file begins too unusually for adding the section ${path}; begin with a plain "key:"`,
            );
        }
        return margin;
    }

    /** By how much the file indents. */
    private step(): number {
        for (const { key, value } of this.root?.items ?? []) {
            const first = isMap(value) && !value.flow ? value.items[0] : undefined;
            const step = first ? this.column(first.key) - this.column(key) : 0;
            if (step > 0) {
                return step;
            }
        }
        return DEFAULT_INDENTATION;
    }

    private column({ range: [offset] }: ParsedNode): number {
        return offset - (this.text.slice(0, offset).lastIndexOf("\n") + 1);
    }

    private lineAfter(offset: number): number {
        const end = this.text.indexOf("\n", offset);
        return end < 0 ? this.text.length : end + 1;
    }

    private refusal(offset: number, reason: string): Error {
        return new Error(`${this.file}, line ${this.text.slice(0, offset).split("\n").length}: ${reason}`);
    }
}
