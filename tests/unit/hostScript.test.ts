import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import fc from "fast-check";
import {
    assignments,
    declaredInput,
    functionOf,
    HOST_STEPS,
    hostScript,
    inputOf,
    OPTIONAL_STEPS,
    readHostFile,
    recordText,
    type ScriptInput,
    statusText,
    stepText,
    withInput,
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

const inputWith = (input: ScriptInput) => inputOf(withInput(input, "main\n")) ?? "";

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
            const script = withInput({ variables: {}, secrets: valuesOf(values) }, "main\n");
            expect(values.filter((each) => !script.includes(`\n${each}\n`))).toEqual([]);
        }),
    );
});

test("the input is read back from the script that it begins, whatever is in it", () => {
    fc.assert(
        fc.property(value, fc.array(value), value, fc.array(value), (one, all, secret, secrets) => {
            const variables = { ...valuesOf([one, ...all]), TEXT: readHostFile("installed/openbmp-dnat") };
            const script = withInput(
                { variables, secrets: { PASSWORD: secret, MORE: secrets } },
                stepText("ipv6-dnat"),
            );
            const found = inputOf(script) ?? "";
            expect(found.startsWith(assignments(variables))).toBe(true);
            expect(script).toBe(`${found}# end of the input\n${stepText("ipv6-dnat")}`);
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

/** Every shell file that is sent to a host, below scripts/host. */
const shellFiles = readdirSync(hostDirectory, { recursive: true, encoding: "utf8" }).filter(
    (name) => /\.sh$/.test(name) || /^installed\/openbmp-[a-z-]+$/.test(name),
);
const removed = [...HOST_STEPS, ...OPTIONAL_STEPS] as const;
const steps = ["cloud-init", ...removed] as const;

test("components/remote/hostScript.ts names every file of scripts/host/steps but the VM's own", () => {
    const files = readdirSync(join(hostDirectory, "steps")).map((name) => name.replace(/\.sh$/, ""));
    expect(files.sort()).toEqual([...steps].sort());
});

test.each(steps)("the step %s is run by a bats file of tests/host", (step) => {
    const tests = readdirSync(join(hostDirectory, "../../tests/host")).filter((name) => name.endsWith(".bats"));
    const runs = new RegExp(`(run_step|step_succeeds|step_refuses .*) ${step}\\b|BUNDLES/${step}\\b`);
    const files = tests.filter((name) =>
        runs.test(readFileSync(join(hostDirectory, "../../tests/host", name), "utf8")),
    );
    expect(files).not.toEqual([]);
});

test.each(removed)("the step %s has the verbs of every step, and no misspelt one", (step) => {
    const prefix = functionOf(step, "");
    const functions = [...readHostFile(`steps/${step}.sh`).matchAll(/^([a-z0-9_]+)\(\) /gm)].map(([, name]) => name);
    const verbs = functions.flatMap((name) => (name?.startsWith(prefix) ? [name.slice(prefix.length)] : []));
    expect(verbs).toEqual(expect.arrayContaining(["apply", "undo", "drift"]));
    expect(verbs.filter((verb) => !["apply", "read", "remove", "undo", "release", "drift"].includes(verb))).toEqual([]);
});

test.each([
    ...steps.map((step) => [step, stepText(step)] as const),
    ["status", statusText(OPTIONAL_STEPS)] as const,
    ["record", recordText()] as const,
])("the script of %s has each function once and no comment, and bash can read it", (_, text) => {
    const functions = [...text.matchAll(/^([a-z0-9_]+)\(\) /gm)].map(([, name]) => name);
    expect(functions.filter((name, index) => functions.indexOf(name) !== index)).toEqual([]);
    expect(text).not.toMatch(/^\s*(#|$)./m);
    expect(text).not.toContain("BASH_SOURCE");
    expect(spawnSync("bash", ["-n"], { input: text, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
});

test("a step ends away from the script on stdin", () => {
    expect(stepText("docker-restart").trimEnd().split("\n").at(-1)).toBe('run_step docker-restart "$@" </dev/null');
});

test.each(shellFiles)("%s sources what ShellCheck is told that it sources", (name) => {
    const sources = [
        ...readHostFile(name).matchAll(
            /^(?:# shellcheck source=(\S+)\n)?\. "(?:\$\{BASH_SOURCE\[0\]%\/\*\}\/)?([^"$]+)"$/gm,
        ),
    ];
    expect(sources.map(([, told]) => told)).toEqual(
        sources.map(([, , path = ""]) => posix.join("scripts/host", dirname(name), path)),
    );
});

test.each(shellFiles)("%s has no line in a here-document that looks like a comment", (name) => {
    const documents = readHostFile(name).matchAll(/<<-?'?([A-Z]+)'?\n([\s\S]*?)\n\s*\1$/gm);
    expect([...documents].filter(([, , text = ""]) => /^\s*(#|$)/m.test(text))).toEqual([]);
});

test("an input that a step does not declare, or lacks, is refused by its name", () => {
    const given = Object.fromEntries(declaredInput("docker-restart", "apply").map((name) => [name, "x"]));
    expect(() => hostScript("docker-restart", "apply", { variables: given })).not.toThrow();
    const { FIXED_CIDR_V6: _, ...fewer } = given;
    expect(() => hostScript("docker-restart", "apply", { variables: { ...fewer, OTHER: "y" } })).toThrow(
        "the input of docker-restart and what its apply declares differ in OTHER, FIXED_CIDR_V6",
    );
});
