import { gcText, reasonToDestroy } from "../../../scripts/programs/ephemeral/gc";
import { listText } from "../../../scripts/programs/ephemeral/list";
import { progress, say } from "../../../scripts/programs/ephemeral/say";
import { branchDigest } from "../../../scripts/programs/ephemeral/stackName";
import type { EphemeralStack } from "../../../scripts/programs/ephemeral/stacks";

const now = new Date("2026-01-01T12:00:00Z");

function stack(branch: string, expiresAt: string): EphemeralStack {
    const createdAt = new Date("2026-01-01T10:00:00Z");
    const marker = { branch, branchSha256: branchDigest(branch), target: "host", createdAt };
    return { name: `br-${branch}`, marker: { ...marker, expiresAt: new Date(expiresAt) } };
}

describe("gc destroys", () => {
    const alive = new Set([branchDigest("there")]);

    test.each([
        ["2026-01-01T11:59:59Z", "there", "expired"],
        ["2026-01-01T12:00:00Z", "there", "expired"],
        ["2026-01-01T12:00:01Z", "there", null],
        ["2026-01-01T12:00:01Z", "gone", "branch gone"],
        ["not a date", "there", null],
        ["not a date", "gone", "branch gone"],
    ] as const)("a stack that ends at %s of branch “%s”: %s", (expiresAt, branch, reason) => {
        expect(reasonToDestroy(stack(branch, expiresAt), alive, now)).toBe(reason);
    });

    test("no stack for its branch where the branches are not known", () => {
        expect(reasonToDestroy(stack("gone", "2026-01-01T13:00:00Z"), undefined, now)).toBeNull();
    });

    test("no stack for a branch that its tags do not name", () => {
        const { name, marker } = stack("x", "2026-01-01T13:00:00Z");
        expect(reasonToDestroy({ name, marker: { ...marker, branchSha256: "" } }, alive, now)).toBeNull();
    });

    test("nothing without --yes, and says so", () => {
        const entry = { stack: "br-x", branch: "x", reason: "expired" as const, action: "would destroy" as const };
        expect(gcText([entry])).toBe("would destroy: x (br-x): expired\nnothing was destroyed: add --yes");
    });
});

test("the list shows branch, age, expiry and target", () => {
    const row = { stack: "br-x", branch: "feature/x", target: "host", createdAt: "2026-01-01T10:00:00Z" };
    const stacks = [
        { ...row, expiresAt: "2026-01-01T18:00:00Z", expired: false },
        { ...row, expiresAt: "2026-01-01T11:30:00Z", expired: true },
        { ...row, expiresAt: null, expired: false },
    ];
    expect(listText(stacks, now).split("\n")).toEqual([
        "BRANCH     AGE  EXPIRES  TARGET  STACK",
        "feature/x  2h   in 6h    host    br-x",
        "feature/x  2h   30m ago  host    br-x",
        "feature/x  2h   in ?     host    br-x",
    ]);
});

describe("what others wrote into a shared backend", () => {
    const hostile = `x\x1b[2J\n${"main  2h  in 6h".padEnd(40)}\u202e${"y".repeat(1000)}`;
    const lines = /^[ -~…]{1,900}$/;

    test("stays in its row and column of the list", () => {
        const row = { branch: "main", createdAt: null, expiresAt: null, expired: false };
        const text = listText(
            [
                { ...row, stack: "br-main", target: "host" },
                { ...row, branch: hostile, target: hostile, stack: hostile },
            ],
            now,
        ).split("\n");
        expect(text).toEqual([1, 2, 3].map(() => expect.stringMatching(lines) as string));
        expect(text[1]?.indexOf("host")).toBe(text[0]?.indexOf("TARGET"));
    });

    test("stays in its line of gc's", () => {
        const entry = { stack: hostile, branch: hostile, reason: null, action: "failed" as const, error: hostile };
        expect(gcText([entry])).toMatch(/^failed: x\\u\{1b\}\[2J\\u\{a\}main 2h in 6h [ -~…]*$/);
    });

    test.each([
        ["progress", progress, "one\x1b]0;title\x07\n\ttwo\n", "one\\u{1b}]0;title\\u{7}\n\ttwo\n"],
        ["a message", say, "branch x\x1b[2J\ny", "==> branch x\\u{1b}[2J\\u{a}y\n"],
    ])("is text in %s", (_, speak, text, expected) => {
        const write = jest.spyOn(process.stderr, "write").mockReturnValue(true);
        speak(text);
        expect(write.mock.calls).toEqual([[expected]]);
        write.mockRestore();
    });
});
