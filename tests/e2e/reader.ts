import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blocksOf, pages } from "../documentation";
import { copyCheckout, linkPackages } from "./checkout";
import { EphemeralStacks } from "./ephemeralStacks";
import { run, tryRun } from "./run";
import { type Sandbox, standInImage } from "./sandbox";

/** The documentation's commands, by the name of their block. */
export const commands: ReadonlyMap<string, string> = new Map(
    pages.flatMap((page) => blocksOf(page, "sh")).map(({ name, text }) => [name, text]),
);

function commandsOf(name: string): string[] {
    const text = commands.get(name);
    if (text === undefined) {
        throw new Error(`there is no block "${name}"`);
    }
    return text.split("\n");
}

/** Somebody who follows the documentation in a fresh checkout, with a backend of their own. */
export class Reader {
    readonly directory = mkdtempSync(join(tmpdir(), "openbmp-docs-"));
    readonly checkout = join(this.directory, "checkout");
    readonly stacks = new EphemeralStacks();
    /** The names of the blocks that were run. */
    readonly followed = new Set<string>();

    /** @param notRun - commands that are skipped */
    constructor(private readonly notRun: readonly string[]) {}

    /** The checkout, on a branch that the remote has. */
    async start(branch: string): Promise<void> {
        await copyCheckout(this.checkout);
        linkPackages(this.checkout);
        await this.stacks.setBranches([branch]);
        await run("git", ["-C", this.checkout, "init", "--quiet", "--initial-branch", branch]);
        await run("git", ["-C", this.checkout, "remote", "add", "origin", this.stacks.remote]);
    }

    /** Runs blocks one after the other, with the examples replaced; returns what they printed. */
    async follow(
        names: readonly string[],
        replacements: Readonly<Record<string, string>>,
        variables: Record<string, string | undefined> = {},
    ) {
        const lines = names.flatMap((name) => commandsOf(name));
        names.forEach((name) => this.followed.add(name));
        const script = lines.filter((line) => !this.notRun.includes(withoutComment(line))).join("\n");
        const environment = this.stacks.variables({ PULUMI_SKIP_CONFIRMATIONS: "true", ...variables });
        const shell = ["bash", "-euo", "pipefail", "-c", replaced(script, replacements)];
        const { code, stdout, stderr } = await tryRun("env", ["-C", this.checkout, ...environment, ...shell]);
        if (code !== 0) {
            throw new Error(`${names.join(", ")}: exit code ${code}:\n${(stdout + stderr).slice(-4000)}`);
        }
        return stdout;
    }

    /** A file of the reader's in the checkout. */
    write(file: string, text: string): void {
        writeFileSync(join(this.checkout, file), text);
    }

    remove(): void {
        this.stacks.remove();
        rmSync(this.directory, { recursive: true });
    }
}

/** A command as it is typed. */
export function withoutComment(line: string): string {
    return line.replace(/\s+#.*$/, "").trim();
}

/** A text with its examples replaced. */
export function replaced(text: string, replacements: Readonly<Record<string, string>>): string {
    return Object.entries(replacements).reduce((all, [example, real]) => all.replaceAll(example, real), text);
}

/** What a sandbox has for the examples; the stand-in takes the place of the real image. */
export function examplesOf(sandbox: Sandbox, backend: string): Record<string, string> {
    const { info } = sandbox;
    return {
        "2001:db8::10": info.address,
        "2001:db8::20": info.address,
        // The host is its own jump host.
        "2001:db8::1": info.address,
        "bastionUser jump": `bastionUser ${info.user}`,
        "2001:db8:100::/48": `${sandbox.peerAddress("100")}/120`,
        "2001:db8:200::/64": `${sandbox.peerAddress("200")}/120`,
        "ssh-ed25519 AAAA…": info.hostKey,
        "ssh-ed25519 BBBB…": info.hostKey,
        "ssh-ed25519 CCCC…": info.hostKey,
        "PULUMI_CONFIG_PASSPHRASE=…": "PULUMI_CONFIG_PASSPHRASE='of a test'",
        "$HOME/.ssh/id_ed25519": info.privateKeyFile,
        "~/.ssh/id_ed25519": info.privateKeyFile,
        "https://git.example.org/openbmp-aio-ipv6.git": "../template",
        "s3://my-stacks?region=eu-north-1": backend,
        "config set target host": `config set target host; scripts/pulumi config set image ${standInImage}`,
    };
}
