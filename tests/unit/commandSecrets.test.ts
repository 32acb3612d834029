import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pages, pageText } from "../documentation";

const root = join(__dirname, "..", "..");

/** Commands that give a secret to `pulumi config` as an argument, where every user of the machine reads it. */
function secretArguments(text: string): string[] {
    const lines = text.replaceAll("\\\n", " ").split("\n");
    return lines.filter((line) =>
        /config set-all\b.*--secret[ =]|config set (?!-all).*--secret "?[\w$]+"? +[^<`\s]/.test(line),
    );
}

describe("a secret is never an argument", () => {
    const scripts = readdirSync(join(root, "scripts"), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));

    test.each(scripts)("in %s", (file) => {
        expect(secretArguments(readFileSync(file, "utf8"))).toEqual([]);
    });

    test.each(pages)("in a command of %s", (page) => {
        expect(secretArguments(pageText(page))).toEqual([]);
    });

    test.each([
        'pulumi config set-all \\\n    --plaintext target=host \\\n    --secret sshPrivateKey="$(cat key)"',
        "scripts/pulumi config set --stack lab --secret registryPassword abc",
    ])("and this would be found: %s", (command) => {
        expect(secretArguments(command)).toHaveLength(1);
    });
});

test("the state of stacks in local files is for their user alone, and no SSH agent is offered to the host", () => {
    const home = mkdtempSync(join(tmpdir(), "openbmp-state-"));
    try {
        const script = `set -euo pipefail
            . scripts/lib/common.sh; . scripts/lib/toolchain.sh; . scripts/lib/backend.sh
            apt_install() { :; }; ensure_node_modules() { :; }; ensure_pulumi() { :; }
            ensure_command_plugin() { :; }; ensure_docker_plugin() { :; }
            umask 000
            prepare_pulumi
            printf '%s\n' "$PULUMI_BACKEND_URL" "\${SSH_AUTH_SOCK:-no agent}"`;
        const env = { PATH: process.env.PATH, HOME: home, XDG_STATE_HOME: home, SSH_AUTH_SOCK: "/tmp/agent" };
        const printed = execFileSync("bash", ["-c", script], { cwd: root, env, encoding: "utf8" });
        const [url = "", agent] = printed.split("\n");
        expect(agent).toBe("no agent");
        expect(url).toBe(`file://${home}/openbmp-aio-ipv6/stacks`);
        expect(statSync(url.slice("file://".length)).mode & 0o777).toBe(0o700);
    } finally {
        rmSync(home, { recursive: true });
    }
});
