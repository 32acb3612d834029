import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
    applyEdits,
    type CollectorValues,
    listenProblemsIn,
    patEnabledIn,
    planEdits,
    patWarnings,
    warningsOf,
} from "../../components/openbmpd/openbmpdConf";

const FIXTURES = join(__dirname, "../fixtures/openbmpd");
const wanted: CollectorValues = { listenMode: "v4v6", patEnabled: false, adminId: "lab-1" };
const fixture = (name: string) => readFileSync(join(FIXTURES, name));

function patch(text: Buffer | string, values = wanted): string {
    const file = Buffer.from(text);
    return applyEdits(file, planEdits(file, values)).toString("latin1");
}

const names = readdirSync(FIXTURES)
    .filter((name) => name.endsWith(".conf") && !name.endsWith(".expected.conf"))
    .map((name) => name.replace(/\.conf$/, ""));
const isRefused = (name: string) => existsSync(join(FIXTURES, `${name}.refused`));

test.each(names.filter((name) => !isRefused(name)))("%s.conf gets the values, nothing else changes", (name) => {
    const expected = fixture(`${name}.expected.conf`);
    expect(patch(fixture(`${name}.conf`))).toBe(expected.toString("latin1"));
    expect(planEdits(expected, wanted)).toEqual([]);
});

test.each(names.filter(isRefused))("%s.conf is refused, with the file, the line and the reason", (name) => {
    const reason = fixture(`${name}.refused`).toString().trim();
    const separator = reason.startsWith("line ") ? ", " : " ";
    expect(() => patch(fixture(`${name}.conf`))).toThrow(
        new Error(`/var/openbmp/config/openbmpd.conf${separator}${reason}`),
    );
});

test("without adminId the collector keeps its name", () => {
    const text = "base:\n  admin_id: mine\n  listen_mode: v4\n  startup:\n    pat_enabled: false\n";
    expect(patch(text, { listenMode: "v6", patEnabled: true })).toBe(
        "base:\n  admin_id: mine\n  listen_mode: v6\n  startup:\n    pat_enabled: true\n",
    );
});

const RIGHT = "base:\n  listen_mode: v4v6\n  startup: {pat_enabled: false}\n";

test.each(["007", "31", "1e3", "null", "true", "1.0", "0x1F"])("the name %s is a text", (adminId) => {
    const values = { ...wanted, adminId };
    const patched = patch(`${RIGHT}  admin_id: x\n`, values);
    expect(patched).toBe(`${RIGHT}  admin_id: ${adminId}\n`);
    expect(planEdits(Buffer.from(patched), values)).toEqual([]);
});

test.each([
    ["Lab-1", "lab-1"],
    ["0x1F", "31"],
    ["1.0", "1"],
])("the name %s is not the name %s", (found, adminId) => {
    expect(patch(`${RIGHT}  admin_id: ${found}\n`, { ...wanted, adminId })).toBe(`${RIGHT}  admin_id: ${adminId}\n`);
});

test.each([
    [true, ["true", "True", "TRUE", "yes", "y", "Y", "on", "ON", "'true'", '"Yes"'], ["tRUE", "1", "''", "no"]],
    [false, ["false", "False", "FALSE", "no", "n", "N", "off", "OFF", "'false'", '"No"'], ["fALSE", "0", "~", "yes"]],
])("what the collector reads as %s stays, anything else is replaced", (patEnabled, same, other) => {
    const values = { ...wanted, patEnabled };
    const text = (found: string) =>
        Buffer.from(`base: {listen_mode: v4v6, admin_id: lab-1, startup: {pat_enabled: ${found}}}\n`);
    expect(same.filter((found) => planEdits(text(found), values).length > 0)).toEqual([]);
    expect(other.filter((found) => planEdits(text(found), values).length !== 1)).toEqual([]);
});

// Looking for duplicate keys by comparing each with each would take minutes.
test("a file of 10 MB with many keys is patched within seconds", () => {
    const key = (_: unknown, index: number) => `  key_${index}: ${"x".repeat(85)}\n`;
    const rest = `mapping:\n${Array.from({ length: 100_000 }, key).join("")}`;
    expect(rest.length).toBeGreaterThan(10e6 - 400_000);
    const found = `# ${"c".repeat(400_000)}\nbase:\n  listen_mode: v4\n  admin_id: x\n  startup:\n    pat_enabled: true\n`;
    const expected = found.replace("v4\n", "v4v6\n").replace(": x", ": lab-1").replace("true", "false");
    expect(patch(found + rest) === expected + rest).toBe(true);
}, 30_000);

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

test.each([
    ["base:\n  startup:\n    pat_enabled: false\n", false],
    ["\ufeffbase:\n  startup: {pat_enabled: 'On'}\n  pat_enabled: no\n", true],
    ["base:\n  listen_mode: v4\n", undefined],
    ["base:\n  startup: {pat_enabled: perhaps}\n", undefined],
    ["base: {startup: {pat: true}, pat_enabled: true, pat: true}\nstartup: {pat_enabled: true}\n", undefined],
    ["", undefined],
])("%j says of PAT: %p", (text, found) => {
    expect(patEnabledIn(Buffer.from(text))).toBe(found);
});

test.each([
    [RIGHT, []],
    ["", []],
    ["base: {pat_enabled: true}\npat: true\nstartup: {pat: true}\n", ["base.pat_enabled"]],
    ["base: {startup: {pat: &a no}, pat: [x], pat: }\n", ["base.startup.pat", "base.pat"]],
])("in %j without effect: %j", (text, paths) => {
    expect(patWarnings(Buffer.from(text))).toEqual(
        paths.map(
            (path) =>
                `${path} has no effect, the collector reads base.startup.pat_enabled: take it out of openbmpd.conf`,
        ),
    );
});

test.each([
    ["listen_port", ["5000", "'5000'", ""], ["1790", "'1790'", "05000", "0x1388", "any", "~"], "5000"],
    ["listen_ipv4", ["0.0.0.0", '""', ""], ["172.17.0.2", "127.0.0.1"], "0.0.0.0"],
    ["listen_ipv6", ["'::'", ""], ["fc00::2", '"::1"'], "::"],
])("%s may be %j, and is refused as %j", (key, accepted, refused, only) => {
    const problems = (value: string) => listenProblemsIn(Buffer.from(`base:\n  ${key}: ${value}\n`));
    expect(accepted.flatMap(problems)).toEqual([]);
    expect(refused.flatMap(problems)).toEqual(
        refused.map((value) => {
            const got = value.replace(/^['"]|['"]$/g, "");
            return expect.stringMatching(
                `^openbmpd\\.conf: base\\.${key} must be ${only} or left out, got "${got}": `,
            ) as string;
        }),
    );
});

test("every key that makes the collector listen elsewhere is named at once", () => {
    const text = "base: {listen_port: 1790, listen_ipv4: 10.0.0.1, listen_ipv6: 'fc00::2'}\nlisten_port: 1\n";
    expect(listenProblemsIn(Buffer.from(text)).map((line) => line.split(" ")[1])).toEqual([
        "base.listen_port",
        "base.listen_ipv4",
        "base.listen_ipv6",
    ]);
    expect(listenProblemsIn(Buffer.from(""))).toEqual([]);
});

describe("brokers", () => {
    const values: CollectorValues = { ...wanted, kafkaBrokers: ["k.example:9092", "[2001:db8::9]:9093"] };
    const head = "base:\n  listen_mode: v4v6\n  admin_id: lab-1\n  startup: {pat_enabled: false}\n";
    const flow = '["k.example:9092", "[2001:db8::9]:9093"]';

    test.each([
        [
            "a list of lines",
            "kafka:\n  brokers:\n    - localhost:9092 # ours\n\n\n  topics: {a: b}\n",
            'kafka:\n  brokers:\n    - "k.example:9092"\n    - "[2001:db8::9]:9093" # ours\n\n\n  topics: {a: b}\n',
        ],
        [
            "a list without indentation",
            "kafka:\n  brokers:\n  - a:1\n  # both\n  - b:2\n",
            'kafka:\n  brokers:\n  - "k.example:9092"\n  - "[2001:db8::9]:9093"\n',
        ],
        ["a list in brackets", "kafka:\n  brokers: [ a:1 ] # ours\n", `kafka:\n  brokers: ${flow} # ours\n`],
        ["nothing", "kafka:\n  brokers:\n", `kafka:\n  brokers: ${flow}\n`],
        ["no brokers", "kafka:\n  x: 1\n", `kafka:\n  brokers: ${flow}\n  x: 1\n`],
        ["no section", "", `kafka:\n  brokers: ${flow}\n`],
        [
            "lines of Windows",
            "kafka:\r\n  brokers:\r\n    - a:1\r\n",
            'kafka:\r\n  brokers:\r\n    - "k.example:9092"\r\n    - "[2001:db8::9]:9093"\r\n',
        ],
    ])("take the place of %s, and nothing else changes", (_, text, expected) => {
        const patched = patch(head + text, values);
        expect(patched).toBe(head + expected);
        expect(planEdits(Buffer.from(patched), values)).toEqual([]);
    });

    test.each([
        ["brokers: localhost:9092", `is no list; write "kafka.brokers: ${flow}"`],
        ["brokers: &all [a]", "is an anchor or an alias; write the value itself there"],
        ["brokers: [{a: b}]", 'is not a single text; write each as "- TEXT"'],
    ])("%s is refused", (line, reason) => {
        expect(() => patch(`${head}kafka:\n  ${line}\n`, values)).toThrow(reason);
    });

    test("settings whose names have dots are set and added beside them", () => {
        const kafkaSettings = { "retry.backoff.ms": "50", "queue.buffering.max.ms": "10" };
        const patched = patch(`${head}kafka:\n  retry.backoff.ms: 100\n  brokers: ${flow}\n`, {
            ...values,
            kafkaSettings,
        });
        expect(patched).toBe(
            `${head}kafka:\n  queue.buffering.max.ms: 10\n  retry.backoff.ms: 50\n  brokers: ${flow}\n`,
        );
    });

    test("of others than the image's own, a collector with a broker of its own is warned, and no other one", () => {
        const text = Buffer.from(`${head}kafka:\n  brokers: [k.example:9092]\n`);
        expect(warningsOf(text, wanted).join()).toContain('kafka.brokers is "k.example:9092"');
        expect(warningsOf(text, values)).toEqual([]);
        expect(warningsOf(Buffer.from(`${head}kafka:\n  brokers:\n    - localhost:9092\n`), wanted)).toEqual([]);
        expect(warningsOf(Buffer.from(`${head}kafka: &a\n  brokers: 5\n`), wanted)).toEqual([]);
    });
});
