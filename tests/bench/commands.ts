import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation";
import { quote } from "shlex";
import type { Sandbox } from "../e2e/sandbox";

/** A shell command that runs the CLI on a stack: its verb and flags follow. */
export function pulumi(stack: Stack, cli = "pulumi"): string {
    const variables = Object.entries(stack.workspace.envVars).map(([name, value]) => `${name}=${quote(value)}`);
    const directory = ["--cwd", quote(stack.workspace.workDir)];
    return [...["env", "-u", "SSH_AUTH_SOCK"], ...variables, cli, ...directory, "--stack", stack.name].join(" ");
}

/** A shell command that is one SSH connection to the host: the remote command follows. */
export function sshCommand(sandbox: Sandbox): string {
    const { address, user, hostKey, privateKeyFile } = sandbox.info;
    const knownHosts = join(dirname(privateKeyFile), "known_hosts");
    writeFileSync(knownHosts, `${address} ${hostKey}\n`);
    return [
        ...["ssh", "-F", "/dev/null", "-i", quote(privateKeyFile), "-o", "IdentitiesOnly=yes"],
        ...["-o", "IdentityAgent=none", "-o", "LogLevel=ERROR", "-o", quote(`UserKnownHostsFile=${knownHosts}`)],
        ...["-o", "StrictHostKeyChecking=yes", `${user}@${address}`],
    ].join(" ");
}
