import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pageText } from "../documentation";
import { messagesIn, namesRemedy } from "./messages";

const root = join(__dirname, "..", "..");
// What stands in for images and plugins speaks as they do.
const standIns = [":!scripts/images", ":!scripts/plugin"];
// New files, too, which Git does not have yet, and none that are gone from the checkout.
const sources = execFileSync(
    "git",
    [
        ...["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "--"],
        ...["index.ts", "components", "plugin", "scripts", "tests/lib", "tests/bench/bench.ts", ...standIns],
    ],
    { cwd: root, encoding: "utf8" },
)
    .trim()
    .split("\n")
    .filter((path) => existsSync(join(root, path)))
    .map((path) => ({ path, messages: messagesIn(path, readFileSync(join(root, path), "utf8")) }))
    .filter(({ messages }) => messages.length > 0);
const unclear = sources.flatMap(({ messages }) => messages).filter((message) => !namesRemedy(message));

/** The beginnings of messages that the page lists: the first cells of its tables. */
const listed = [...pageText("docs/troubleshooting.md").matchAll(/^\| `([^`]+)` +\| .*\S +\|$/gm)].map(
    ([, beginning = ""]) => beginning,
);

const isListed = (message: string) => listed.some((beginning) => message.startsWith(beginning));

test.each(sources)("each message of $path says what to do, or docs/troubleshooting.md does", ({ messages }) => {
    expect(messages.filter((message) => !namesRemedy(message) && !isListed(message))).toEqual([]);
});

test("docs/troubleshooting.md has no message that nothing prints, or that says itself what to do", () => {
    expect(listed.filter((beginning) => !unclear.some((message) => message.startsWith(beginning)))).toEqual([]);
});

test("no entry is there for so many messages that it would say nothing", () => {
    const broad = listed.filter(
        (beginning) => new Set(unclear.filter((message) => message.startsWith(beginning))).size > 4,
    );
    expect(broad).toEqual([]);
});

test("a message without a remedy that is not listed is found", () => {
    const source = 'check() { die "the moon is $(phase "now" | tail -n 1), not ${WANTED:-full}"; }';
    const [message = ""] = messagesIn("scripts/host/moon.sh", source);
    expect(message).toBe("the moon is …, not …");
    expect([isListed(message), namesRemedy(message)]).toEqual([false, false]);
});

describe("messages are found in", () => {
    test.each([
        ["a call of die", 'die "no \\"x\\" in $FILE: $1"', 'no "x" in …: …'],
        ["a reason of the preflight", '[ -n "$a" ] || unfit "no a on the host"', "no a on the host"],
        ["a function that prints problems", 'a_problems() {\n  echo "b has ${c:-none} of d"\n}', "b has … of d"],
        ["a program of jq's", 'x_problems() { jq \'"it runs \\(.a("b")), not \\($c)"\'; }', "it runs …, not …"],
        ["a warning", 'say "$x still runs on $(uname -m)"', "… still runs on …"],
    ])("%s of a shell script", (_, source, message) => {
        expect(messagesIn("scripts/host/x.sh", source)).toEqual([message]);
    });

    test.each([
        ["an error", "components/x.ts", "throw new Error(`${file} is not b`)", "… is not b"],
        [
            "a choice",
            "scripts/lib/x.ts",
            "throw new Failure(a ? `cold day in ${d}` : `east wind in ${f}`)",
            "east wind in …",
        ],
        [
            "a warning",
            "components/x.ts",
            "function aWarnings() { return b.map((c) => `${c} is so cold`); }",
            "… is so cold",
        ],
        ["a refusal", "components/x.ts", "throw this.refusal(0, `${a} is not there`)", "… is not there"],
        [
            "a line of the configuration's",
            "components/settings/messages.ts",
            "return `${key} is in clear`;",
            "… is in clear",
        ],
    ])("%s of a program", (_, path, source, message) => {
        expect(messagesIn(path, source)).toContain(message);
    });
});

describe("a message says what to do", () => {
    test.each([
        ["by what is accepted", "… must be true or false"],
        ["behind a colon", "… is taken by …: stop it, or change that key"],
        ["behind a semicolon", "the Docker engine is rootless; use the system's engine"],
        ["in a sentence of its own", "missing on the host: …. Install them"],
        ["by a command", "the container does not start: docker start …"],
    ])("%s", (_, message) => {
        expect(namesRemedy(message)).toBe(true);
    });

    test.each([
        ["that only goes on behind a colon", "container not listening: it listens at …"],
        ["whose colon is followed by somebody else's words", "the container stopped: …"],
        ["with an order in its middle", "no one can set what is not there"],
    ])("but not one %s", (_, message) => {
        expect(namesRemedy(message)).toBe(false);
    });
});
