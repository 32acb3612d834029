import fc from "fast-check";
import { applyEdits, type CollectorValues, planEdits } from "../../components/openbmpdConf";

/** A text with holes where the values go. */
type Render = (values: Readonly<Record<"listen_mode" | "pat_enabled" | "admin_id", string>>) => string;

/** Bytes that are control characters or spaces in Latin-1 are parts of letters in UTF-8: à, Å, … */
const words = fc.array(
    fc.constantFrom("a", " ", "\t", "#", "'", '"', ": ", "listen_mode: v4", "à", "Å", "…", "🛰", "{"),
    {
        maxLength: 6,
    },
);
const comment = words.map((parts) => `#${parts.join("")}`);
const noise = fc.array(fc.oneof(fc.constant(""), comment), { maxLength: 3 });
const trailing = fc.oneof(
    fc.constant(""),
    fc.tuple(fc.constantFrom(" ", "\t", " \t "), comment).map(([space, text]) => space + text),
);
const quote = fc.constantFrom("", "'", '"');
const otherKey = fc
    .stringMatching(/^[a-z_]{1,8}$/)
    .filter((name) => !["listen_mode", "pat_enabled", "admin_id", "startup", "base"].includes(name));
const otherValue = fc.constantFrom(
    "1",
    "v4",
    "'it''s # no comment'",
    '"a\\tb"',
    "{listen_mode: v4}",
    "[v4, v6]",
    "à",
    "",
);

const value = (key: "listen_mode" | "pat_enabled" | "admin_id") =>
    fc.record({ quote, gap: fc.constantFrom(" ", "  ", " \t"), trailing }).map(
        (style): Render =>
            (values) =>
                `${key}:${style.gap}${style.quote}${values[key]}${style.quote}${style.trailing}`,
    );
const others = fc.uniqueArray(fc.tuple(otherKey, otherValue, trailing), { selector: ([key]) => key, maxLength: 3 });
const plain = (entries: readonly (readonly [string, string, string])[]) =>
    entries.map(
        ([key, text, rest]): Render =>
            () =>
                `${key}: ${text}${rest}`,
    );

const document = fc
    .record({
        before: noise,
        between: noise,
        indent: fc.integer({ min: 1, max: 5 }).map((width) => " ".repeat(width)),
        values: fc.tuple(value("listen_mode"), value("admin_id")),
        pat: value("pat_enabled"),
        patInStartup: fc.boolean(),
        baseKeys: others,
        startupKeys: others,
        end: fc.constantFrom("\n", "\r\n"),
        bom: fc.constantFrom("", "\ufeff"),
        lastEnd: fc.boolean(),
        second: fc.constantFrom(
            "",
            "---\nbase:\n  listen_mode: v4\n",
            "kafka:\n  listen_mode: v4\n  startup:\n    pat_enabled: x\n",
        ),
    })
    .map((made): Render => {
        const startup: Render = (values) =>
            [
                "startup:",
                ...[...plain(made.startupKeys), made.pat].map((line) => `${made.indent}${made.indent}${line(values)}`),
            ].join("\n");
        const keys = [...made.values, ...plain(made.baseKeys), made.patInStartup ? startup : made.pat];
        return (values) => {
            const lines = [
                ...made.before,
                "base: # the base",
                ...made.between,
                ...keys.map((line) => made.indent + line(values)),
            ];
            const text = `${lines.join("\n")}\n${made.second}`;
            return made.bom + (made.lastEnd ? text : text.replace(/\n$/, "")).replaceAll("\n", made.end);
        };
    });

const wanted: CollectorValues = { listenMode: "v6", patEnabled: true, adminId: "lab-1" };
const right = { listen_mode: "v6", pat_enabled: "true", admin_id: "lab-1" };

test("whatever a file looks like, the values change and every other byte stays", () => {
    const found = fc.record({
        listen_mode: fc.constantFrom("v4", "v4v6", "v6"),
        pat_enabled: fc.constantFrom("true", "false"),
        admin_id: fc.constantFrom("hostname", "lab-1", "another one"),
    });
    fc.assert(
        fc.property(document, found, (render, values) => {
            const file = Buffer.from(render(values));
            const patched = applyEdits(file, planEdits(file, wanted));
            expect(patched.toString()).toBe(render(right));
        }),
        { numRuns: 500 },
    );
});

test("a file with the right values gets no edit", () => {
    fc.assert(
        fc.property(document, (render) => {
            expect(planEdits(Buffer.from(render(right)), wanted)).toEqual([]);
        }),
        { numRuns: 300 },
    );
});

test("without adminId the collector keeps its name", () => {
    fc.assert(
        fc.property(document, (render) => {
            const file = Buffer.from(render({ listen_mode: "v4", pat_enabled: "false", admin_id: "mine" }));
            const patched = applyEdits(file, planEdits(file, { listenMode: "v6", patEnabled: true }));
            expect(patched.toString()).toBe(render({ ...right, admin_id: "mine" }));
        }),
    );
});

test("edits are made at byte offsets, in the order they are given", () => {
    const file = Buffer.from("à: b, c: d");
    const edits = [
        { offset: 4, length: 1, text: "BBB" },
        { offset: 7, length: 0, text: "new, " },
        { offset: 10, length: 1, text: "" },
    ];
    expect(applyEdits(file, edits).toString()).toBe("à: BBB, new, c: ");
    expect(applyEdits(file, [])).toEqual(file);
});
