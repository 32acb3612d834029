import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { applyEdits, type CollectorValues, planEdits } from "../../components/openbmpdConf";

const wanted: CollectorValues = { listenMode: "v4v6", patEnabled: false, adminId: "lab-1" };
const original = readFileSync(join(__dirname, "../stand-in/openbmpd.conf"), "utf8");

function patch(text: string, values: CollectorValues = wanted): string {
    const file = Buffer.from(text);
    return applyEdits(file, planEdits(file, values)).toString();
}

test("in the image's own file exactly the values change", () => {
    const expected = original
        .replace("\n  listen_mode: v4\n", "\n  listen_mode: v4v6\n")
        .replace("\n  admin_id: hostname\n", "\n  admin_id: lab-1\n");
    expect(patch(original)).toBe(expected);
    expect(planEdits(Buffer.from(expected), wanted)).toEqual([]);
    expect(patch(original, { listenMode: "v6", patEnabled: true })).toBe(
        original
            .replace("\n  listen_mode: v4\n", "\n  listen_mode: v6\n")
            .replace("    pat_enabled: false\t#", "    pat_enabled: true\t#"),
    );
});

const base = "base:\n  admin_id: lab-1\n";

test.each([
    ["double quotes", `${base}  listen_mode: "v4"\n  startup:\n    pat_enabled: false\n`, 'listen_mode: "v4v6"'],
    ["single quotes", `${base}  listen_mode: 'v4'\n  startup:\n    pat_enabled: false\n`, "listen_mode: 'v4v6'"],
    [
        "a trailing comment",
        `${base}  listen_mode: v4 # v4, v6\t!\n  startup:\n    pat_enabled: false\n`,
        "listen_mode: v4v6 # v4, v6\t!",
    ],
    ["no value", `${base}  listen_mode:\n  startup:\n    pat_enabled: false\n`, "listen_mode: v4v6\n"],
    [
        "CRLF",
        `${base}  listen_mode: v4\n  startup:\n    pat_enabled: false\n`.replaceAll("\n", "\r\n"),
        "listen_mode: v4v6\r\n",
    ],
    ["no newline at the end", `${base}  startup:\n    pat_enabled: false\n  listen_mode: v4`, "listen_mode: v4v6"],
    [
        "a byte order mark",
        `\ufeff${base}  listen_mode: v4\n  startup:\n    pat_enabled: false\n`,
        "listen_mode: v4v6\n",
    ],
    [
        "UTF-8 in comments",
        `# Übersicht 🛰\n${base}  listen_mode: v4\n  startup:\n    pat_enabled: false\n`,
        "listen_mode: v4v6\n",
    ],
    ["a flow map", "base: {admin_id: lab-1, listen_mode: v4, startup: {pat_enabled: false}}\n", "listen_mode: v4v6,"],
    [
        "two documents",
        `${base}  listen_mode: v4\n  startup:\n    pat_enabled: false\n---\nbase:\n  listen_mode: v6\n`,
        "listen_mode: v4v6\n",
    ],
    [
        "the same words elsewhere",
        `kafka:\n  listen_mode: x\n# listen_mode: y\n${base}  listen_mode: v4\n  startup:\n    pat_enabled: false\n`,
        "\n  listen_mode: v4v6\n",
    ],
])("with %s only the value changes", (_, text, patched) => {
    const result = patch(text);
    expect(result).toContain(patched);
    // What is taken out and what is put in is all that differs.
    expect(result.replace(/v4v6/, "")).toBe(
        text
            .replace(/(listen_mode:) *\r?\n/, (line) => line.replace(":", ": "))
            .replace(/(\n  listen_mode: ["']?|\{.*listen_mode: )v4(?!v)/, "$1"),
    );
    expect(patch(result)).toBe(result);
});

test("pat_enabled directly under base is found there", () => {
    expect(patch(`${base}  listen_mode: v4v6\n  pat_enabled: true\n`)).toBe(
        `${base}  listen_mode: v4v6\n  pat_enabled: false\n`,
    );
});

test("a missing key is added with the section's own indentation", () => {
    expect(patch("base:\n    admin_id: lab-1\n    startup:\n        initial: 1\n")).toBe(
        "base:\n    listen_mode: v4v6\n    admin_id: lab-1\n    startup:\n        pat_enabled: false\n        initial: 1\n",
    );
});

test.each([
    ["", /is empty/],
    ["kafka: 1\n", /has no section "base"/],
    ["base: [1\n", /is not valid YAML/],
    ["base:\n  listen_mode: v4\n  listen_mode: v6\n", /is not valid YAML: Map keys must be unique/],
    ["x: &a v4\nbase:\n  listen_mode: *a\n", /the value of listen_mode is an anchor or an alias/],
    ["base:\n  listen_mode: &a v4\n", /the value of listen_mode is an anchor or an alias/],
    ["base:\n  listen_mode: [v4]\n", /the value of listen_mode is not a single value/],
])("%j is refused with the reason", (text, reason) => {
    expect(() => patch(text)).toThrow(reason);
});

test("in any document the targeted values change and nothing else, and twice is once", () => {
    const key = fc
        .stringMatching(/^[a-z_]{1,8}$/)
        .filter((name) => !["listen_mode", "pat_enabled", "admin_id", "startup"].includes(name));
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean());
    const section = fc.dictionary(key, leaf);
    const document = fc.record({
        before: section,
        base: fc.tuple(section, fc.constantFrom("v4", "v6", "v4v6"), section, fc.boolean()),
        after: section,
        indent: fc.integer({ min: 2, max: 6 }),
        quote: fc.constantFrom("QUOTE_DOUBLE" as const, "PLAIN" as const),
    });
    fc.assert(
        fc.property(document, ({ before, base: [others, listen, startup, pat], after, indent, quote }) => {
            const value = {
                before,
                base: { ...others, listen_mode: listen, startup: { ...startup, pat_enabled: pat }, admin_id: "old" },
                after,
            };
            const text = stringify(value, { indent, defaultStringType: quote });
            const file = Buffer.from(text);
            const edits = planEdits(file, wanted);
            const result = applyEdits(file, edits);
            expect(parse(result.toString())).toEqual({
                ...value,
                base: {
                    ...value.base,
                    listen_mode: "v4v6",
                    admin_id: "lab-1",
                    startup: { ...startup, pat_enabled: false },
                },
            });
            const touched = edits.reduce((sum, edit) => sum + edit.text.length - edit.length, 0);
            expect(result.length - file.length).toBe(touched);
            expect(planEdits(result, wanted)).toEqual([]);
        }),
    );
});
