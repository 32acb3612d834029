import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pageText } from "../documentation";
import { messagesIn } from "./messages";

const root = join(__dirname, "..", "..");
// What stands in for images and plugins speaks as they do.
const standIns = [":!scripts/images", ":!scripts/plugin"];
// New files, too, which Git does not have yet, and none that are gone from the checkout.
const sources = execFileSync(
    "git",
    [
        ...["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "--"],
        ...["index.ts", "components", "scripts", "tests/lib", "tests/bench/bench.ts", ...standIns],
    ],
    { cwd: root, encoding: "utf8" },
)
    .trim()
    .split("\n")
    .filter((path) => existsSync(join(root, path)))
    .map((path) => ({ path, messages: messagesIn(path, readFileSync(join(root, path), "utf8")) }))
    .filter(({ messages }) => messages.length > 0);
const all = sources.flatMap(({ messages }) => messages);

/** The beginnings of messages that the page lists: the first cells of its tables. */
const listed = [...pageText("docs/troubleshooting.md").matchAll(/^\| `([^`]+)` +\| (.*\S) +\|$/gm)].map(
    ([, beginning = "", cure = ""]) => ({ beginning, cure }),
);

const isListed = (message: string) => listed.some(({ beginning }) => message.startsWith(beginning));

test.each(sources)("docs/troubleshooting.md has every error message of $path", ({ messages }) => {
    expect(messages.filter((message) => !isListed(message))).toEqual([]);
});

test("docs/troubleshooting.md has no message that nothing prints", () => {
    const stale = listed.filter(({ beginning }) => !all.some((message) => message.startsWith(beginning)));
    expect(stale).toEqual([]);
});

test("no entry is there for so many messages that it would say nothing", () => {
    const broad = listed.filter(
        ({ beginning }) => new Set(all.filter((message) => message.startsWith(beginning))).size > 4,
    );
    expect(broad).toEqual([]);
});

test("a message that is not listed is found", () => {
    const source = 'check() { die "the moon is $(phase "now" | tail -n 1), not ${WANTED:-full}"; }';
    const [message = ""] = messagesIn("scripts/host/moon.sh", source);
    expect(message).toBe("the moon is …, not …");
    expect(isListed(message)).toBe(false);
});

describe("messages are found in", () => {
    test.each([
        ["a call of die", 'die "no \\"x\\" in $FILE: $1"', 'no "x" in …: …'],
        ["a reason of the preflight", '[ -n "$a" ] || unfit "no a on the host"', "no a on the host"],
        ["a function that prints problems", 'a_problems() {\n  echo "b has ${c:-none} of d"\n}', "b has … of d"],
        ["a program of jq's", 'x_mismatches() { jq \'"it runs \\(.a("b")), not \\($c)"\'; }', "it runs …, not …"],
        ["the reason of a restart that failed", 'RESTART_FAILURE="no route ($(ip r))"', "no route (…)"],
    ])("%s of a shell script", (_, source, message) => {
        expect(messagesIn("scripts/host/x.sh", source)).toEqual([message]);
    });

    test.each([
        ["an error", "components/x.ts", "throw new Error(`${file} is not b`)", "… is not b"],
        [
            "a failure with a choice",
            "scripts/lib/x.ts",
            'throw new Failure(a === "no b" ? `cold ${d}` : `east ${f}`)',
            "east …",
        ],
        ["a warning", "components/x.ts", "function aWarnings() { return b.map((c) => `${c} is cold`); }", "… is cold"],
        ["a refusal", "components/x.ts", "throw this.refusal(0, `${a} is there`)", "… is there"],
        ["a check of a key", "components/settings/fields.ts", 'text("a login name", f)', "… must be a login name"],
        ["a rule", "components/settings/crossChecks.ts", 'refuse(["a"], `given with ${b}`)', "… must be given with …"],
    ])("%s of a program", (_, path, source, message) => {
        expect(messagesIn(path, source)).toContain(message);
    });
});
