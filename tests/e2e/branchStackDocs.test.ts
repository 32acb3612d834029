import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyCheckout, linkPackages } from "./checkout";
import { EphemeralStacks } from "./ephemeralStacks";
import { root, run, tryRun } from "./run";
import { Sandbox, standInImage } from "./sandbox";
import { MINUTE } from "./story";

/** The code blocks of a document that are in that language. */
function blocks(document: string, language: string): string[] {
    const text = readFileSync(join(root, "docs", document), "utf8");
    return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, block]) => block ?? "");
}

describe("every command of the documentation runs, in a fresh checkout:", () => {
    const directory = mkdtempSync(join(tmpdir(), "openbmp-docs-"));
    const checkout = join(directory, "checkout");
    const stacks = new EphemeralStacks();
    let sandbox: Sandbox;

    beforeAll(async () => {
        sandbox = await Sandbox.up("docs");
        await copyCheckout(checkout);
        linkPackages(checkout);
        await stacks.setBranches(["feature/docs"]);
        await run("git", ["-C", checkout, "init", "--quiet", "--initial-branch", "feature/docs"]);
        await run("git", ["-C", checkout, "remote", "add", "origin", stacks.remote]);
    }, 10 * MINUTE);
    afterAll(async () => {
        await sandbox?.down();
        stacks.remove();
        rmSync(directory, { recursive: true });
    }, MINUTE);

    /** A text of the documentation with its examples replaced by what the test has. */
    function real(text: string): string {
        return text
            .replaceAll("2001:db8::10", sandbox.info.address)
            .replaceAll("ssh-ed25519 AAAA…", sandbox.info.hostKey)
            .replaceAll("2001:db8:100::/48", `${sandbox.peerAddress("100")}/120`)
            .replaceAll("$HOME/.ssh/id_ed25519", sandbox.info.privateKeyFile)
            .replaceAll("s3://my-stacks?region=eu-north-1", `file://${directory}`);
    }

    function runBlocks(document: string) {
        const script = real(blocks(document, "sh").join("\n"));
        return tryRun("env", ["-C", checkout, ...stacks.variables(), "bash", "-euo", "pipefail", "-c", script]);
    }

    test(
        "branch-stacks.md",
        async () => {
            const [settings = ""] = blocks("branch-stacks.md", "yaml");
            const image = `  openbmp-aio-ipv6:image: ${standInImage}\n`;
            writeFileSync(join(checkout, "Pulumi.ephemeral.yaml"), real(settings) + image);
            const { code, stdout, stderr } = await runBlocks("branch-stacks.md");
            expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
            expect(stdout.match(/^br-feature-docs-\w+ is (up|gone)/gm)?.map((line) => line.split(" ").at(-1))).toEqual([
                ...["up", "up", "gone"],
                ...["up", "gone"],
            ]);
            expect(stdout).toMatch(/^feature\/docs +\S+ +in 2d +host +br-feature-docs-/m);
            expect(await stacks.names()).toEqual([]);
        },
        4 * MINUTE,
    );

    test(
        "gitops.md",
        async () => {
            const { code, stderr } = await runBlocks("gitops.md");
            expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
            const staged = await run("git", ["-C", checkout, "diff", "--cached", "--name-only"]);
            expect(staged).toBe("Pulumi.production.yaml\n");
        },
        MINUTE,
    );
});
