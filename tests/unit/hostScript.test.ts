import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import {
    assignments,
    hostScript,
    inputOf,
    readHostFile,
    type ScriptInput,
    scriptText,
} from "../../components/remote/hostScript";

const hostDirectory = join(__dirname, "../../scripts/host");

/** What a real bash, which gets the script as the host's does, holds after the input. */
function throughBash(input: string, stdin: "pipe" | "file" = "pipe"): string[] {
    const script = `${input}printf '%s\\0' "$ONE" "\${ALL[@]}"\n`;
    const command =
        stdin === "pipe" ? "cat | bash -euo pipefail -s" : 'f=$(mktemp); cat >"$f"; bash -euo pipefail -s <"$f"';
    const { stdout, stderr } = spawnSync("bash", ["-c", command], { input: script, encoding: "utf8" });
    expect(stderr).toBe("");
    return stdout.split("\0").slice(0, -1);
}

const inputWith = (input: ScriptInput) => inputOf(hostScript("docker-restart", [], input)) ?? "";

/** The same values in all places, as variables or as secrets. */
const valuesOf = (values: readonly string[]) => ({ ONE: values[0] ?? "", ALL: values });
const asVariables = (values: readonly string[]) => inputWith({ variables: valuesOf(values) });
const asSecrets = (values: readonly string[]) => inputWith({ variables: { A: "b" }, secrets: valuesOf(values) });

const nasty = [
    "",
    "-n",
    "a b",
    "$(reboot)",
    "`id`",
    "'",
    '"',
    "\\",
    "\n",
    "!x",
    "*",
    "~",
    "#",
    "é",
    "\u{1F600}",
    "'\\''",
    "$'a'",
    "\r\n",
    "the last line's end is one's own\n",
    "\n\n two before and three after\n\n\n",
    "ends with a backslash \\",
    "# end of the input",
    "a\n# end of the input\nmain",
    "\n# end of the input\n",
    "read_secret ONE 1\nx",
];
const text = fc.string({ unit: "binary", maxLength: 30 }).filter((value) => !value.includes("\0"));
const lines = fc.array(text).map((all) => all.join("\n"));
const value = fc.oneof(text, lines, fc.constantFrom(...nasty));
const severalValues = fc.array(value, { minLength: 20, maxLength: 40 });

describe.each([
    ["variables", asVariables],
    ["secrets", asSecrets],
])("%s", (_, inputOfValues) => {
    test.each(["pipe", "file"] as const)("that are nasty are read as they are by a real bash, from a %s", (stdin) => {
        expect(throughBash(inputOfValues(nasty), stdin)).toEqual(["", ...nasty]);
    });

    test("of any text without NUL are read as they are by a real bash", () => {
        fc.assert(
            fc.property(severalValues, (values) => {
                expect(throughBash(inputOfValues(values))).toEqual([values[0], ...values]);
            }),
            { numRuns: 40 },
        );
    });

    test("that are many and long are read as they are by a real bash", () => {
        const long = ["x".repeat(200_000), ..."y\n".repeat(3000).split("\n")];
        expect(throughBash(inputOfValues(long))).toEqual([long[0], ...long]);
    });
});

test("every secret is in the script as it is, so that a log filter finds it", () => {
    fc.assert(
        fc.property(severalValues, (values) => {
            const script = hostScript("docker-restart", [], { variables: {}, secrets: valuesOf(values) });
            expect(values.filter((each) => !script.includes(`\n${each}\n`))).toEqual([]);
        }),
    );
});

test("the input is read back from the script that it begins, whatever is in it", () => {
    fc.assert(
        fc.property(value, fc.array(value), value, fc.array(value), (one, all, secret, secrets) => {
            const variables = { ...valuesOf([one, ...all]), TEXT: readHostFile("unit/openbmp-dnat") };
            const input = { variables, secrets: { PASSWORD: secret, MORE: secrets } };
            const found = inputOf(hostScript("ipv6-dnat", ["dnat"], input)) ?? "";
            expect(found.startsWith(assignments(variables))).toBe(true);
            expect(hostScript("ipv6-dnat", ["dnat"], input)).toBe(
                `${found}# end of the input\n${scriptText("ipv6-dnat", ["dnat"])}`,
            );
        }),
    );
});

test("a script without the line that ends its input has none", () => {
    expect(inputOf("MODE=dnat\nmain\n")).toBeUndefined();
});

test("no file that follows the input has the line that ends it", () => {
    const files = readdirSync(hostDirectory, { recursive: true, encoding: "utf8" }).filter((name) =>
        /\.sh$/.test(name),
    );
    expect(files.length).toBeGreaterThan(15);
    expect(files.filter((name) => readHostFile(name).includes("# end of the input"))).toEqual([]);
});

test("an empty array stays one under set -u", () => {
    const script = `${assignments({ NONE: [] })}echo "\${#NONE[@]}"`;
    expect(spawnSync("bash", ["-euo", "pipefail", "-s"], { input: script, encoding: "utf8" }).stdout).toBe("0\n");
});

test("a step's script is its input, the libraries in order, and the step", () => {
    const script = hostScript("docker-restart", ["daemon-json", "engine"], { variables: { OWNER: "p/s" } });
    const parts = [
        "OWNER=p/s\n",
        ...["lib/common.sh", "lib/ports.sh", "lib/daemon-json.sh", "lib/engine.sh", "docker-restart.sh"].map(
            readHostFile,
        ),
    ];
    expect(parts.map((part) => script.indexOf(part))).toEqual(
        [...parts.map((part) => script.indexOf(part))].sort((a, b) => a - b),
    );
    expect(parts.every((part) => script.includes(part))).toBe(true);
});

test.each(readdirSync(hostDirectory).filter((name) => name.endsWith(".sh")))(
    "%s ends with main, away from the script on stdin",
    (name) => {
        expect(readHostFile(name).trimEnd().split("\n").at(-1)).toBe('main "$@" </dev/null');
    },
);
