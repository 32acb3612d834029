import { readdirSync } from "node:fs";
import { join } from "node:path";
import { copyCheckout } from "../e2e/checkout";
import { Reader } from "./reader";
import { run } from "../e2e/run";
import { MINUTE } from "../e2e/story";

describe("who follows the documentation of the commands", () => {
    const reader = new Reader("Tools");

    beforeAll(async () => {
        await reader.start();
        await copyCheckout(join(reader.directory, "template"));
    }, MINUTE);
    afterAll(() => {
        reader.remove();
    });

    test(
        "sees the demo",
        async () => {
            const printed = await reader.follow(["README.md: Two commands"], { PULUMI_CONFIG_PASSPHRASE: undefined });
            expect(printed).toMatch(/by DNAT, port 5000.*"RouterName":"edge-router-1.example"/);
            await reader.follow(["README.md: Two commands 2"]);
            expect(await run("docker", ["ps", "--all", "--quiet", "--filter", "name=openbmp-sandbox-demo$"])).toBe("");
        },
        5 * MINUTE,
    );

    test(
        "has a sandbox, and none in the end",
        async () => {
            expect(await reader.follow(["README.md: Sandbox"])).toMatch(/"engine": "26.1"[^]*Server:/);
            expect(await run("docker", ["ps", "--all", "--quiet", "--filter", "name=^openbmp-sandbox-try$"])).toBe("");
        },
        4 * MINUTE,
    );

    test(
        "commits the file of the pipelines' stack",
        async () => {
            await reader.follow(["docs/gitops.md: The stack's file"]);
            const staged = await run("git", ["-C", reader.checkout, "diff", "--cached", "--name-only"]);
            expect(staged).toBe("Pulumi.production.yaml\n");
        },
        MINUTE,
    );

    test(
        "begins a project of their own",
        async () => {
            await reader.follow(["README.md: Three ways to use it"]);
            expect(readdirSync(join(reader.directory, "my-collector"))).toContain("index.ts");
        },
        MINUTE,
    );

    test("has then run every command", () => {
        expect(reader.unread).toEqual([]);
    });
});
