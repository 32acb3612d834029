import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { refusal } from "../../components/values/refusal";

const components = join(__dirname, "../../components");

test("a refusal is what Pulumi shows by its message, and has no frame", async () => {
    const thrown = await new Promise<Error>((resolve) => {
        pulumi.output(1).apply(() => {
            resolve(refusal("bmpPort must be another"));
        });
    });
    expect(pulumi.RunError.isInstance(thrown)).toBe(true);
    expect(thrown.message).toBe("bmpPort must be another");
    expect(thrown.stack).not.toContain("    at ");
});

test("every error that the components throw for Pulumi to show is made so", () => {
    const files = readdirSync(components, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const made = files
        .filter((file) => file !== join("values", "refusal.ts"))
        .filter((file) =>
            /(?<!withoutFrames\(\s*)new pulumi\.(Run|Resource)Error\(/.test(
                readFileSync(join(components, file), "utf8"),
            ),
        );
    expect(made).toEqual([]);
});
