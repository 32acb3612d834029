import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { assignments, hostScript, inputOf, readHostFile } from "../../components/hostScript";

/** What a real bash holds after reading the assignments. */
function throughBash(values: readonly string[]): string[] {
    const script = `${assignments({ ONE: values[0] ?? "", ALL: values })}printf '%s\\0' "$ONE" "\${ALL[@]}"\n`;
    const { stdout, stderr } = spawnSync("bash", ["-euo", "pipefail", "-s"], { input: script, encoding: "utf8" });
    expect(stderr).toBe("");
    return stdout.split("\0").slice(0, -1);
}

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
];

test("a real bash reads back every nasty value as it is", () => {
    expect(throughBash(nasty)).toEqual(["", ...nasty]);
});

test("a real bash reads back every text without NUL as it is", () => {
    const text = fc.string({ unit: "binary", maxLength: 30 }).filter((value) => !value.includes("\0"));
    fc.assert(
        fc.property(fc.array(fc.oneof(text, fc.constantFrom(...nasty)), { minLength: 20, maxLength: 40 }), (values) => {
            expect(throughBash(values)).toEqual([values[0], ...values]);
        }),
        { numRuns: 40 },
    );
});

test("the input is read back from the script that it begins, whatever is in it", () => {
    const value = fc.oneof(fc.string({ unit: "binary", maxLength: 30 }), fc.constantFrom(...nasty));
    fc.assert(
        fc.property(value, fc.array(value), (one, all) => {
            const variables = { ONE: one, ALL: all, TEXT: readHostFile("unit/openbmp-dnat") };
            expect(inputOf(hostScript("ipv6-dnat", ["dnat"], variables))).toBe(assignments(variables));
        }),
    );
});

test("an empty array stays one under set -u", () => {
    const script = `${assignments({ NONE: [] })}echo "\${#NONE[@]}"`;
    expect(spawnSync("bash", ["-euo", "pipefail", "-s"], { input: script, encoding: "utf8" }).stdout).toBe("0\n");
});

test("a step's script is its input, the libraries in order, and the step", () => {
    const script = hostScript("docker-restart", ["daemon-json", "engine"], { OWNER: "p/s" });
    const parts = [
        "OWNER=p/s\n",
        ...["lib/common.sh", "lib/daemon-json.sh", "lib/engine.sh", "docker-restart.sh"].map(readHostFile),
    ];
    expect(parts.map((part) => script.indexOf(part))).toEqual(
        [...parts.map((part) => script.indexOf(part))].sort((a, b) => a - b),
    );
    expect(parts.every((part) => script.includes(part))).toBe(true);
});

test.each(readdirSync(join(__dirname, "../../scripts/host")).filter((name) => name.endsWith(".sh")))(
    "%s ends with main, away from the script on stdin",
    (name) => {
        expect(readHostFile(name).trimEnd().split("\n").at(-1)).toBe('main "$@" </dev/null');
    },
);
