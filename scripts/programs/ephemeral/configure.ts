import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { LocalWorkspace, StackSettings } from "@pulumi/pulumi/automation";
import type { GivenSettings } from "./settings";
import { stackFile } from "./stacks";

const run = promisify(execFile);

/** On AWS the machine and its login are the stack's own, and so are their keys. */
const OWN_KEYS = ["sshPrivateKey", "hostPrivateKey"];

/** The stack's configuration in the checkout, with what is given laid over what is there. */
export class StackConfiguration {
    private constructor(
        private readonly workspace: LocalWorkspace,
        private readonly name: string,
        private readonly project: string,
        private readonly settings: StackSettings,
        private readonly given: GivenSettings,
    ) {}

    static async read(workspace: LocalWorkspace, name: string, project: string, given: GivenSettings) {
        const settings = existsSync(stackFile(name)) ? await workspace.stackSettings(name) : {};
        return new StackConfiguration(workspace, name, project, settings, given);
    }

    get target(): string {
        const key = `${this.project}:target`;
        return String(this.given.plain[key] ?? this.settings.config?.[key] ?? "aws");
    }

    async write(expiresAt: Date): Promise<void> {
        const before = this.settings.config ?? {};
        await this.workspace.saveStackSettings(this.name, {
            ...this.settings,
            config: {
                ...before,
                ...this.given.plain,
                [`${this.project}:ephemeral`]: "true",
                [`${this.project}:expiresAt`]: expiresAt.toISOString(),
            },
        });
        const secrets = { ...this.given.secrets };
        if (this.target === "aws") {
            for (const key of OWN_KEYS.map((own) => `${this.project}:${own}`)) {
                if (!(key in before)) {
                    secrets[key] ??= await newKey();
                }
            }
        }
        for (const [key, value] of Object.entries(secrets)) {
            await this.setSecret(key, value);
        }
    }

    /** By stdin: arguments are for all users of the machine to see. */
    private async setSecret(key: string, value: string): Promise<void> {
        const set = run("pulumi", ["config", "set", "--secret", "--stack", this.name, key, "--non-interactive"], {
            cwd: this.workspace.workDir,
        });
        set.child.stdin?.end(value);
        await set;
    }
}

async function newKey(): Promise<string> {
    const directory = mkdtempSync(join(tmpdir(), "openbmp-key-"));
    try {
        const file = join(directory, "key");
        await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
        return readFileSync(file, "utf8");
    } finally {
        rmSync(directory, { recursive: true });
    }
}
