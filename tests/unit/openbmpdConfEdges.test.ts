import { applyEdits, type CollectorValues, planEdits } from "../../components/openbmpdConf";

const wanted: CollectorValues = { listenMode: "v4v6", patEnabled: true, adminId: "lab-1" };
const RIGHT = "base:\n  listen_mode: v4v6\n  pat_enabled: true\n";

function patch(text: string, values: CollectorValues = wanted): string {
    const file = Buffer.from(text);
    return applyEdits(file, planEdits(file, values)).toString();
}

test.each([
    ["a literal block", "base:\n  listen_mode: |\n    v4\n  pat_enabled: true\n"],
    ["a folded block", "base:\n  listen_mode: >-\n    v4\n  pat_enabled: true\n"],
])("%s as a value is refused, because its lines belong together", (_, text) => {
    expect(() => patch(text)).toThrow("openbmpd.conf: the value of listen_mode is a block of lines");
});

test.each([
    ["an alias", "common: &c\n  pat_enabled: false\nbase:\n  startup: *c\n"],
    ["empty", "base:\n  listen_mode: v4\n  startup:\n"],
    ["a list", "base:\n  startup: [a]\n"],
])("a startup section that is %s is refused: pat_enabled belongs into it", (_, text) => {
    expect(() => patch(text)).toThrow('"startup" is no section of its own');
});

test.each([
    ["an explicit key", "base:\n  ? x\n  : y\n"],
    ["an anchor", "base:\n  &a x: y\n"],
    ["a tag", "base:\n  !!str x: y\n"],
])("no line is added before %s", (_, text) => {
    expect(() => patch(text)).toThrow("too unusual");
});

test("an empty value before a comment keeps its distance from it", () => {
    expect(patch("base:\n  listen_mode: # v4\n  pat_enabled: # ?\n", { listenMode: "v6", patEnabled: false })).toBe(
        "base:\n  listen_mode: v6 # v4\n  pat_enabled: false # ?\n",
    );
});

test.each(["007", "31", "1e3", "null", "true", "1.0", "0x1F"])(
    "the name %s is written once, and then it is there",
    (adminId) => {
        const values = { ...wanted, adminId };
        const patched = patch(`${RIGHT}  admin_id: x\n`, values);
        expect(patched).toBe(`${RIGHT}  admin_id: ${adminId}\n`);
        expect(planEdits(Buffer.from(patched), values)).toEqual([]);
    },
);

test.each([
    ["Lab-1", "lab-1"],
    ["0x1F", "31"],
    ["1.0", "1"],
])("the name %s is not the name %s", (found, adminId) => {
    expect(patch(`${RIGHT}  admin_id: ${found}\n`, { ...wanted, adminId })).toBe(`${RIGHT}  admin_id: ${adminId}\n`);
});

test("listen_mode is compared as the collector reads it, with its letters' case", () => {
    expect(patch(`${RIGHT.replace("v4v6", "V4V6")}  admin_id: lab-1\n`)).toBe(`${RIGHT}  admin_id: lab-1\n`);
});

test.each(["TRUE", "True", "'true'", '"true"'])("pat_enabled: %s is true already", (found) => {
    const text = `${RIGHT.replace("true", found)}  admin_id: lab-1\n`;
    expect(patch(text)).toBe(text);
});
