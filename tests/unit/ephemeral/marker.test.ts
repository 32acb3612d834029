import type { TagMap } from "@pulumi/pulumi/automation";
import { markerTags, readMarker } from "../../../scripts/programs/ephemeral/marker";
import { branchDigest } from "../../../scripts/programs/ephemeral/stackName";

const created = new Date("2026-01-01T00:00:00.000Z");
const expires = new Date("2026-01-01T08:00:00.000Z");

describe("the marker of an ephemeral stack", () => {
    test.each(["main", "grün/$(x)", "分".repeat(200)])("of branch %s is read as it was written", (branch) => {
        const marker = readMarker(Object.fromEntries(markerTags(branch, "host", created, expires)));
        expect(marker).toEqual({
            branch: expect.any(String) as string,
            branchSha256: branchDigest(branch),
            target: "host",
            createdAt: created,
            expiresAt: expires,
        });
        expect(branch.startsWith(marker?.branch ?? "-")).toBe(true);
    });

    test("fits into Pulumi's limits on tags", () => {
        for (const [key, value] of markerTags("分".repeat(200), "host", created, expires)) {
            expect(key).toMatch(/^[a-zA-Z0-9_.:-]{1,40}$/);
            expect(Buffer.byteLength(value)).toBeLessThanOrEqual(256);
            expect(value).not.toContain("\uFFFD");
        }
    });

    test("is only complete with its last tag", () => {
        const tags = markerTags("main", "host", created, expires);
        expect(readMarker(Object.fromEntries(tags.slice(0, -1)))).toBeUndefined();
    });

    test.each<TagMap>([{}, { ephemeral: "false" }, { ephemeral: "" }, { "ephemeral:branch": "main" }])(
        "is not there with the tags %j",
        (tags) => {
            expect(readMarker(tags)).toBeUndefined();
        },
    );
});
