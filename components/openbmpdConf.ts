import { type Document, isAlias, isMap, isPair, isScalar, parseAllDocuments, type Scalar, type YAMLMap } from "yaml";

/** The values of openbmpd.conf that a deployment sets. */
export interface CollectorValues {
    /** `base.listen_mode`: address families that BMP listens on. */
    readonly listenMode: "v4v6" | "v6";
    /** `base.startup.pat_enabled`: whether routers are told apart by identifier instead of address. */
    readonly patEnabled: boolean;
    /** `base.admin_id`: the collector's name; left alone when not given. */
    readonly adminId?: string | undefined;
}

/** Replaces `length` bytes at `offset` by `text`, whose characters are bytes. */
export interface Edit {
    readonly offset: number;
    readonly length: number;
    readonly text: string;
}

const BOM = "\xef\xbb\xbf";

/**
 * The edits that give a text of openbmpd.conf the wanted values, ascending and
 * disjoint; none where it has them. Bytes are read as Latin-1 characters, so
 * that offsets in the parsed text are offsets in the file.
 *
 * @throws Error naming what in the file cannot be edited safely.
 */
export function planEdits(file: Buffer, wanted: CollectorValues): Edit[] {
    const text = file.toString("latin1");
    const start = text.startsWith(BOM) ? BOM.length : 0;
    const base = section(parseFirst(text.slice(start)), "base");
    const startup = base.get("startup", true);
    if (startup !== undefined && !isMap(startup)) {
        throw new Error('openbmpd.conf: "startup" is no section of its own; write its keys there');
    }
    const patHome = isMap(startup) && !base.has("pat_enabled") ? startup : base;

    const edits = [
        setValue(text, start, base, "listen_mode", wanted.listenMode),
        setValue(text, start, patHome, "pat_enabled", String(wanted.patEnabled)),
        wanted.adminId === undefined ? undefined : setValue(text, start, base, "admin_id", wanted.adminId),
    ];
    return edits.filter((edit) => edit !== undefined).sort((a, b) => a.offset - b.offset);
}

/** The file with the edits made. */
export function applyEdits(file: Buffer, edits: readonly Edit[]): Buffer {
    const parts: Buffer[] = [];
    let position = 0;
    for (const { offset, length, text } of edits) {
        parts.push(file.subarray(position, offset), Buffer.from(text, "latin1"));
        position = offset + length;
    }
    return Buffer.concat([...parts, file.subarray(position)]);
}

/** The collector reads the first document of the file. All values stay texts: 007 is a name. */
function parseFirst(text: string): Document.Parsed {
    const documents = parseAllDocuments(text, { keepSourceTokens: true, schema: "failsafe" });
    const first = "empty" in documents ? undefined : documents[0];
    if (!first) {
        throw new Error("openbmpd.conf is empty: remove it to start from the image's own");
    }
    const problem = first.errors[0];
    if (problem) {
        throw new Error(`openbmpd.conf is not valid YAML: ${problem.message.split("\n")[0]}`);
    }
    return first;
}

function section(document: Document.Parsed, key: string): YAMLMap {
    const found = isMap(document.contents) ? document.contents.get(key, true) : undefined;
    if (!isMap(found)) {
        throw new Error(`openbmpd.conf has no section "${key}": remove the file to start from the image's own`);
    }
    return found;
}

function setValue(text: string, start: number, home: YAMLMap, key: string, value: string): Edit | undefined {
    const pair = home.items.find((item) => isScalar(item.key) && item.key.value === key);
    if (!pair) {
        return insertPair(text, start, home, `${key}: ${value}`);
    }
    const node = pair.value;
    if (isAlias(node) || (isScalar(node) && node.anchor)) {
        throw new Error(`openbmpd.conf: the value of ${key} is an anchor or an alias; write the value itself there`);
    }
    if (!isScalar(node) || !node.range) {
        throw new Error(`openbmpd.conf: the value of ${key} is not a single value`);
    }
    if (node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED") {
        throw new Error(`openbmpd.conf: the value of ${key} is a block of lines; write it behind the colon`);
    }
    // YAML's other spellings of a truth value: True, TRUE.
    const present = key === "pat_enabled" ? String(node.value).toLowerCase() : node.value;
    if (present === value) {
        return undefined;
    }
    const offset = start + node.range[0];
    const length = node.range[1] - node.range[0];
    return { offset, length, text: inStyleOf(node, value, text[offset - 1], text[offset]) };
}

/** Quotes stay; a value that was not there gets a space after the colon, and one before a comment. */
function inStyleOf(node: Scalar, value: string, before: string | undefined, after: string | undefined): string {
    switch (node.type) {
        case "QUOTE_DOUBLE":
            return `"${value}"`;
        case "QUOTE_SINGLE":
            return `'${value}'`;
        default:
            return node.source === "" ? `${before === ":" ? " " : ""}${value}${after === "#" ? " " : ""}` : value;
    }
}

/** A line of its own before the section's first key, indented like that. */
function insertPair(text: string, start: number, home: YAMLMap, line: string): Edit {
    const first = home.items[0];
    const firstKey = isPair(first) ? first.key : undefined;
    if (!isScalar(firstKey) || !firstKey.range) {
        throw new Error(`openbmpd.conf has an empty section where "${line}" belongs: write a key there`);
    }
    const offset = start + firstKey.range[0];
    if (home.flow) {
        return { offset, length: 0, text: `${line}, ` };
    }
    const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
    const indentation = text.slice(lineStart, offset);
    if (!/^ *$/.test(indentation)) {
        throw new Error(`openbmpd.conf: write "${line}" into its section; its first line is too unusual to do it here`);
    }
    const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
    return { offset, length: 0, text: `${line}${lineEnd}${indentation}` };
}
