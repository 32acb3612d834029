import fc from "fast-check";
import {
    cell,
    ending,
    printable,
    printableJson,
    printableLines,
    shortened,
    shown,
} from "../../components/values/printable";

/** Any code unit, so also halves of pairs, with those that matter more often than others. */
const anyText = fc
    .array(
        fc.oneof(
            fc.nat(0xffff),
            fc.constantFrom(0x1b, 0x0a, 0x0d, 0x7f, 0x85, 0x9b, 0x2028, 0x202e, 0x2066, 0x200f, 0x061c, 0xd83d, 0xde00),
            fc.integer({ min: 0x20, max: 0x7e }),
        ),
    )
    .map((units) => String.fromCharCode(...units));

/** What is left in a text that a terminal acts on. */
const live = (text: string) => Array.from(text).filter((character) => !isInert(character));

/** Written anew, so that a mistake in the pattern shows: what a terminal, or a reader of it, acts on. */
function isInert(character: string): boolean {
    const point = character.codePointAt(0) ?? 0;
    const isControl = point < 0x20 || (point >= 0x7f && point < 0xa0);
    const isSurrogate = point >= 0xd800 && point < 0xe000;
    const breaksLines = point === 0x2028 || point === 0x2029;
    const turns = point === 0x61c || (point >= 0x200e && point <= 0x200f) || (point >= 0x202a && point <= 0x202e);
    const isolates = point >= 0x2066 && point <= 0x2069;
    const hasNoWidth = (point >= 0x200b && point <= 0x200d) || point === 0x2060 || point === 0xfeff || point === 0xad;
    return !(isControl || isSurrogate || breaksLines || turns || isolates || hasNoWidth);
}

describe("printable", () => {
    test.each([
        ["edge-1.example ~!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}", "edge-1.example ~!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}"],
        ["münchen-北京-1 😀", "münchen-北京-1 😀"],
        ["\x1b[2J\x1b]0;title\x07", "\\u{1b}[2J\\u{1b}]0;title\\u{7}"],
        ["a\nb\r\tc\0", "a\\u{a}b\\u{d}\\u{9}c\\u{0}"],
        ["\x7f\x85\x9b31m", "\\u{7f}\\u{85}\\u{9b}31m"],
        ["\u2028\u2029", "\\u{2028}\\u{2029}"],
        [
            "\u202aa\u202eb\u2066c\u2069\u200e\u200f\u061c",
            "\\u{202a}a\\u{202e}b\\u{2066}c\\u{2069}\\u{200e}\\u{200f}\\u{61c}",
        ],
        ["\u200b\u200d\u2060\ufeff\u00ad", "\\u{200b}\\u{200d}\\u{2060}\\u{feff}\\u{ad}"],
        // A tag, a filler that is a letter, a mark on what stands before it, another space.
        ["\u{e0041}\u115fe\u0301\u00a0", "\\u{e0041}\\u{115f}e\\u{301}\\u{a0}"],
        ["\u05d0 1", "\\u{5d0} 1"],
        ["a\ud83db", "a\\u{d83d}b"],
        ["\udc00", "\\u{dc00}"],
    ])("makes %j %s", (text, expected) => {
        expect(printable(text)).toBe(expected);
    });

    test("leaves nothing that steers a terminal, whatever the text", () => {
        fc.assert(
            fc.property(anyText, (text) => {
                expect(live(printable(text))).toEqual([]);
            }),
            { numRuns: 2000 },
        );
    });

    test("is the same when it is done twice, as with a message in a message", () => {
        fc.assert(
            fc.property(anyText, (text) => {
                expect(printable(printable(text))).toBe(printable(text));
            }),
        );
    });
});

test("lines stay lines, and nothing else does", () => {
    expect(printableLines("one\r\ntwo\n\tthree\rfour\x1b[A")).toBe("one\ntwo\n\tthree\\u{d}four\\u{1b}[A");
    fc.assert(
        fc.property(anyText, (text) => {
            expect(live(printableLines(text)).filter((character) => !/[\n\t]/.test(character))).toEqual([]);
        }),
    );
});

describe("printableJson", () => {
    test("shows what JSON leaves as it is", () => {
        expect(printableJson({ "\u009b": "\x1b\u009b31m\u2028\u202e\u{e0041}ü" })).toBe(
            '{\n  "\\u009b": "\\u001b\\u009b31m\\u2028\\u202e\\udb40\\udc41ü"\n}',
        );
    });

    test("reads back as the same, and is inert, whatever the value", () => {
        fc.assert(
            fc.property(fc.dictionary(anyText, fc.oneof(anyText, fc.array(anyText), fc.boolean())), (value) => {
                const text = printableJson(value);
                expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
                expect(live(text).filter((character) => character !== "\n")).toEqual([]);
            }),
        );
    });
});

test("a cell has no gap in it, and an end", () => {
    expect(cell(`a   b\x1b  ${"c".repeat(100)}`)).toBe(`a b\\u{1b} ${"c".repeat(54)}…`);
});

test("texts are cut at either end, and short ones stay", () => {
    expect([shortened("abcdef", 3), shortened("abc", 3)]).toEqual(["abc…", "abc"]);
    expect([ending("abcdef", 3), ending("abc", 3)]).toEqual(["…def", "abc"]);
});

test.each([
    ["a\nb", '"a\\u{a}b"'],
    ["x".repeat(1000), `"${"x".repeat(80)}…"`],
    [12, "12"],
    [undefined, "nothing"],
    [{ a: "\u009b".repeat(100) }, `{"a":"${"\\u{9b}".repeat(74)}…`],
])("an error text shows what was given, in one line", (value, expected) => {
    expect(shown(value)).toBe(expected);
});
