import fc from "fast-check";
import { parse, parseAllDocuments, stringify } from "yaml";
import { applyEdits, type CollectorValues, planEdits } from "../../components/openbmpd/openbmpdConf";

type Key = "listen_mode" | "admin_id" | "pat";
/** A text with holes where the values go. */
type Render = (values: Readonly<Record<Key, string>>) => string;

const wanted: CollectorValues = { listenMode: "v6", patEnabled: true, adminId: "lab-1" };
const right = { listen_mode: "v6", admin_id: "lab-1", pat: "true" };
const targets = ["listen_mode", "admin_id", "pat_enabled", "pat", "startup", "base"];

/** Bytes that are control characters or spaces in Latin-1 are parts of letters in UTF-8: à, Å, … */
const words = fc.array(
    fc.constantFrom("a", " ", "\t", "#", "'", '"', ": ", "listen_mode: v4", "pat: true", "à", "Å", "…", "🛰", "{"),
    { maxLength: 6 },
);
const comment = words.map((parts) => `#${parts.join("")}`);
const noise = fc.array(fc.oneof(fc.constant(""), comment), { maxLength: 3 });
const trailing = fc.oneof(
    fc.constant(""),
    fc.tuple(fc.constantFrom(" ", "\t", " \t "), comment).map(([space, text]) => space + text),
);
const style = fc.record({
    keyQuote: fc.constantFrom("", "'", '"'),
    gap: fc.constantFrom(" ", "  ", " \t"),
    quote: fc.constantFrom("", "'", '"'),
    trailing,
});
const otherKey = fc.stringMatching(/^[a-z_]{1,8}$/).filter((name) => !targets.includes(name));
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
const others = fc.uniqueArray(fc.tuple(otherKey, otherValue, trailing), { selector: ([key]) => key, maxLength: 3 });

/** Which keys that say something of PAT are there, besides the one that is read. */
const unreadPatKeys = fc.record({
    base: fc.subarray(["pat_enabled", "pat"] as const),
    startup: fc.subarray(["pat"] as const),
});
/** What such a key says. */
const UNREAD = "perhaps";

const document: fc.Arbitrary<Render> = fc
    .record({
        before: noise,
        between: noise,
        step: fc.integer({ min: 1, max: 8 }),
        styles: fc.array(style, { minLength: 7, maxLength: 7 }),
        unreadPatKeys,
        flow: fc.constantFrom("none", "startup", "base"),
        baseKeys: others,
        startupKeys: others,
        last: fc.boolean(),
        end: fc.constantFrom("\n", "\r\n"),
        bom: fc.constantFrom("", "\ufeff"),
        lastEnd: fc.boolean(),
        second: fc.constantFrom(
            "",
            "kafka:\n  listen_mode: v4\n  startup:\n    pat_enabled: x\n",
            "---\nbase:\n  listen_mode: v4\n",
        ),
    })
    .map((made) => (values) => {
        const styles = [...made.styles];
        const target = (name: string, value: string, inFlow: boolean) => {
            const { keyQuote = "", gap = " ", quote = "", trailing: rest = "" } = styles.shift() ?? {};
            return `${keyQuote}${name}${keyQuote}:${gap}${quote}${value}${quote}${inFlow ? "" : rest}`;
        };
        const entries = (keys: readonly (readonly [string, string, string])[], inFlow: boolean) =>
            keys.map(([key, text, rest]) => `${key}: ${text}${inFlow ? "" : rest}`);
        const margin = " ".repeat(made.step);
        const section = (name: string, lines: readonly string[], inFlow: boolean) =>
            inFlow
                ? [`${name}: {${lines.join(" , ")} }`]
                : [`${name}: # its keys`, ...made.between, ...lines.map((line) => margin + line)];

        const baseFlow = made.flow === "base";
        const startupFlow = made.flow !== "none";
        const startup = [
            ...entries(made.startupKeys, startupFlow),
            target("pat_enabled", values.pat, startupFlow),
            ...made.unreadPatKeys.startup.map((key) => target(key, UNREAD, startupFlow)),
        ];
        const own = [
            target("listen_mode", values.listen_mode, baseFlow),
            target("admin_id", values.admin_id, baseFlow),
            ...made.unreadPatKeys.base.map((key) => target(key, UNREAD, baseFlow)),
            ...entries(made.baseKeys, baseFlow),
        ];
        const below = section("startup", startup, startupFlow);
        const base = section("base", made.last ? [...own, ...below] : [...below, ...own], baseFlow);
        const text = `${[...made.before, ...base].join("\n")}\n${made.second}`;
        return made.bom + (made.lastEnd ? text : text.replace(/\n$/, "")).replaceAll("\n", made.end);
    });

const found = fc.record({
    listen_mode: fc.constantFrom("v4", "v4v6", "v6"),
    admin_id: fc.constantFrom("hostname", "lab-1", "another one"),
    pat: fc.constantFrom("true", "false"),
});

test("whatever a file looks like, the values change and every other byte stays; twice is once", () => {
    fc.assert(
        fc.property(document, found, (render, values) => {
            const file = Buffer.from(render(values));
            const patched = applyEdits(file, planEdits(file, wanted));
            expect(patched.toString()).toBe(render(right));
            expect(planEdits(patched, wanted)).toEqual([]);
            // What was made up is YAML, and the values are where they are looked for.
            const [first] = parseAllDocuments(patched.toString(), { schema: "failsafe" });
            expect(first?.toJS()).toMatchObject({
                base: { listen_mode: "v6", admin_id: "lab-1", startup: { pat_enabled: "true" } },
            });
        }),
        { numRuns: 500 },
    );
});

/** The map with its keys, without those that are undefined. */
const there = (map: object) => Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined));

test("what is missing is added, and nothing else changes", () => {
    const maybe = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
    const section = fc.dictionary(otherKey, fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)));
    const file = fc.record({
        before: section,
        base: fc.option(
            fc.record({
                others: section,
                listen_mode: maybe("v4", "v6"),
                admin_id: maybe("x"),
                pat: maybe(true, false),
                startup: fc.option(fc.record({ others: section, pat_enabled: maybe(true, false) }), { nil: undefined }),
            }),
            { nil: undefined },
        ),
        after: fc.option(section, { nil: undefined }),
    });
    const form = fc.record({
        indent: fc.integer({ min: 2, max: 8 }),
        defaultStringType: fc.constantFrom("QUOTE_DOUBLE" as const, "QUOTE_SINGLE" as const, "PLAIN" as const),
        collectionStyle: fc.constantFrom("any" as const, "flow" as const),
    });
    fc.assert(
        fc.property(file, form, fc.constantFrom("\n", "\r\n"), ({ before, base, after }, options, end) => {
            const startup = base?.startup && there({ ...base.startup.others, pat_enabled: base.startup.pat_enabled });
            const own = base && there({ ...base, ...base.others, others: undefined, startup });
            const text = stringify(there({ before, base: own, after }), options).replaceAll("\n", end);
            const original = parse(text) as { base?: { startup?: object } };

            const edits = planEdits(Buffer.from(text), wanted);
            const patched = applyEdits(Buffer.from(text), edits);
            expect(parse(patched.toString())).toEqual({
                ...original,
                base: {
                    ...original.base,
                    listen_mode: "v6",
                    admin_id: "lab-1",
                    startup: { ...original.base?.startup, pat_enabled: true },
                },
            });
            expect(planEdits(patched, wanted)).toEqual([]);
        }),
        { numRuns: 500 },
    );
});
