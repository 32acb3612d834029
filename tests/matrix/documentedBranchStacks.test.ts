import { blocksOf } from "../documentation";
import { Reader } from "./reader";
import { Sandbox, standInImage } from "../e2e/sandbox";
import { MINUTE } from "../e2e/story";

describe("who follows the documentation of branch stacks", () => {
    const reader = new Reader("BranchStacks");
    let sandbox: Sandbox;

    beforeAll(async () => {
        sandbox = await Sandbox.up("docs-branches");
        reader.useSandbox(sandbox);
        await reader.start();
    }, 10 * MINUTE);
    afterAll(async () => {
        await sandbox?.down();
        reader.remove();
    }, MINUTE);

    test(
        "has a stack for a branch, and none in the end",
        async () => {
            const [settings] = blocksOf("docs/branch-stacks.md", "yaml");
            const image = `  openbmp-aio-ipv6:image: ${standInImage}\n`;
            reader.write("Pulumi.ephemeral.yaml", reader.real(settings?.text ?? "") + image);
            const printed = await reader.follow([
                "docs/branch-stacks.md: Test stacks per branch",
                "docs/branch-stacks.md: gc",
                "docs/branch-stacks.md: When a run was cut off",
            ]);
            const results = printed.match(/^br-feature-docs-\w+ is (up|gone)/gm)?.map((line) => line.split(" ").at(-1));
            expect(results).toEqual(["up", "up", "gone", "up", "gone"]);
            expect(printed).toMatch(/^feature\/docs +\S+ +in 2d +host +br-feature-docs-/m);
            expect(await reader.stacks.names()).toEqual([]);
            expect(reader.unread).toEqual([]);
        },
        6 * MINUTE,
    );
});
