import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blocksOf, pages, withoutComment } from "../documentation";
import { type Chapter, chapters, notRun } from "../e2e/chapters";
import { copyCheckout, linkPackages } from "../e2e/checkout";
import { EphemeralStacks } from "../e2e/ephemeralStacks";
import { run, tryRun } from "../e2e/run";
import { type Sandbox, standInImage } from "../e2e/sandbox";

const commands = new Map(pages.flatMap((page) => blocksOf(page, "sh")).map(({ name, text }) => [name, text]));

/** Somebody who follows a chapter of the documentation in a fresh checkout, with a backend of their own. */
export class Reader<C extends Chapter> {
    readonly directory = mkdtempSync(join(tmpdir(), "openbmp-docs-"));
    readonly checkout = join(this.directory, "checkout");
    readonly stacks = new EphemeralStacks();
    /** What stands for the examples. */
    readonly examples: Record<string, string> = {
        "PULUMI_CONFIG_PASSPHRASE=…": "PULUMI_CONFIG_PASSPHRASE='of a test'",
        "s3://my-stacks?region=eu-north-1": `file://${this.directory}`,
        "https://git.example.org/openbmp-aio-ipv6.git": "../template",
    };
    private readonly left: Set<string>;

    constructor(chapter: C) {
        this.left = new Set(chapters[chapter]);
    }

    /** The blocks that were not run yet. */
    get unread(): string[] {
        return [...this.left];
    }

    /** The checkout, on a branch that the remote has. */
    async start(): Promise<void> {
        await copyCheckout(this.checkout);
        linkPackages(this.checkout);
        await this.stacks.setBranches(["feature/docs"]);
        await run("git", ["-C", this.checkout, "init", "--quiet", "--initial-branch", "feature/docs"]);
        await run("git", ["-C", this.checkout, "remote", "add", "origin", this.stacks.remote]);
    }

    /** Runs blocks one after the other; returns what they printed. */
    async follow(
        names: readonly (typeof chapters)[C][number][],
        variables: Record<string, string | undefined> = {},
    ): Promise<string> {
        const lines = names.flatMap((name) => (commands.get(name) ?? `no block "${name}"`).split("\n"));
        const script = lines.filter((line) => !(withoutComment(line) in notRun)).join("\n");
        const printed = await this.run(script, variables);
        names.forEach((name) => this.left.delete(name));
        return printed;
    }

    /** Runs commands in the checkout; returns what they printed, and throws all of it where one fails. */
    async run(script: string, variables: Record<string, string | undefined> = {}): Promise<string> {
        const environment = this.stacks.variables({ PULUMI_SKIP_CONFIRMATIONS: "true", ...variables });
        const shell = ["bash", "-euo", "pipefail", "-c", this.real(script)];
        const { code, stdout, stderr } = await tryRun("env", ["-C", this.checkout, ...environment, ...shell]);
        if (code !== 0) {
            throw new Error(`exit code ${code}:\n${(stdout + stderr).slice(-4000)}`);
        }
        return stdout;
    }

    /** A text of the documentation with its examples replaced. */
    real(text: string): string {
        return Object.entries(this.examples).reduce((all, [example, real]) => all.replaceAll(example, real), text);
    }

    /** A file of the reader's in the checkout. */
    write(file: string, text: string): void {
        writeFileSync(join(this.checkout, file), text);
    }

    /** The sandbox is every host that the documentation speaks of, and the stand-in the image. */
    useSandbox(sandbox: Sandbox): void {
        const { address, hostKey, privateKeyFile, user } = sandbox.info;
        Object.assign(this.examples, {
            "2001:db8::10": address,
            "2001:db8::20": address,
            "2001:db8::1": address,
            "bastionUser jump": `bastionUser ${user}`,
            "2001:db8:100::/48": `${sandbox.peerAddress("100")}/120`,
            "2001:db8:200::/64": `${sandbox.peerAddress("200")}/120`,
            "ssh-ed25519 AAAA…": hostKey,
            "ssh-ed25519 BBBB…": hostKey,
            "ssh-ed25519 CCCC…": hostKey,
            "$HOME/.ssh/id_ed25519": privateKeyFile,
            "~/.ssh/id_ed25519": privateKeyFile,
            "config set target host": `config set target host; scripts/pulumi config set image ${standInImage}`,
        });
    }

    remove(): void {
        this.stacks.remove();
        rmSync(this.directory, { recursive: true });
    }
}
