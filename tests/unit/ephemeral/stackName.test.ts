import * as fc from "fast-check";
import { stackName } from "../../../scripts/programs/ephemeral/stackName";

const examples = [
    "main",
    "feature/ipv6",
    "feature-ipv6",
    "feature//ipv6",
    "Feature/IPv6",
    "FEATURE/IPV6",
    "grün",
    "grun",
    "gru\u0308n",
    "ветка/маршрут",
    "分支",
    "🚀",
    "$(reboot);`id`|&>x'\"",
    ";",
    "&",
    "--yes",
    ".",
    "",
    "x".repeat(200),
    `${"x".repeat(199)}y`,
    "a/".repeat(100),
];

/** Branch names of all kinds, many of them near to one another. */
const branches = fc.oneof(
    fc.string({ maxLength: 250 }),
    fc.string({ unit: "grapheme", maxLength: 250 }),
    fc.string({ unit: "binary", maxLength: 250 }),
    fc.string({ unit: fc.constantFrom("a", "A", "-", "/", ".", "_", "ä", "$", " "), maxLength: 12 }),
);

/** The rules of Pulumi's backends: letters, digits and - _ . only, 100 of them at most. */
const valid = /^[A-Za-z0-9_.-]{1,100}$/;

describe("the name of a branch's stack", () => {
    test.each(examples)("is valid for the branch %j", (branch) => {
        expect(stackName(branch)).toMatch(valid);
    });

    test("keeps the readable part of the branch", () => {
        expect(stackName("Feature/Grün-2")).toMatch(/^br-feature-grun-2-[0-9a-f]{16}$/);
    });

    test("is another one for each of the branches that look alike", () => {
        expect(new Set(examples.map(stackName)).size).toBe(examples.length);
    });

    test("is valid, stable and of one branch only for more than 10,000 generated branches", () => {
        const branchOf = new Map<string, string>();
        fc.assert(
            fc.property(branches, (branch) => {
                const name = stackName(branch);
                expect(name).toMatch(valid);
                expect(stackName(branch)).toBe(name);
                expect(branchOf.get(name) ?? branch).toBe(branch);
                branchOf.set(name, branch);
            }),
            { numRuns: 13_000 },
        );
        // Some are generated more than once.
        expect(branchOf.size).toBeGreaterThan(10_000);
    });
});
