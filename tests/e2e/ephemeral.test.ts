import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { stackName } from "../../scripts/programs/ephemeral/stackName";
import { EphemeralStacks } from "./ephemeralStacks";
import { root, tryRun } from "./run";
import { Sandbox, standInImage } from "./sandbox";
import { MINUTE } from "./story";

interface Listed {
    readonly branch: string;
    readonly createdAt: string;
    readonly expiresAt: string;
}

interface Up {
    readonly stack: string;
    readonly expiresAt: string;
    readonly outputs: Record<string, unknown>;
}

describe("a branch's stack on a host", () => {
    const branch = "feature/ветка;$(reboot)";
    const name = stackName(branch);
    const stackFile = join(root, `Pulumi.${name}.yaml`);
    const stacks = new EphemeralStacks();
    let sandbox: Sandbox;
    let up: string[];

    beforeAll(async () => {
        sandbox = await Sandbox.up("ephemeral");
        await stacks.setBranches([branch]);
        const peers = `${sandbox.peerAddress("100")}/120`;
        up = [
            ...["up", "--branch", branch, "--remote", stacks.remote],
            ...["--config", "target=host", "--config", `hostAddress=${sandbox.info.address}`],
            ...["--config", `hostUser=${sandbox.info.user}`, "--config", `hostKey=${sandbox.info.hostKey}`],
            ...["--config", `image=${standInImage}`, "--config", `bmpAllowedCidrs=["${peers}"]`],
            ...["--secret", `sshPrivateKey=${stacks.secretFile(sandbox.privateKey)}`],
        ];
    }, 10 * MINUTE);
    afterAll(async () => {
        await sandbox?.down();
        stacks.forget(name);
        stacks.remove();
    }, MINUTE);

    const container = async () => (await sandbox.tryRoot("docker inspect --format '{{.Id}}' openbmp_aio")).stdout;

    /** Runs `up` until it prints `text`, stops it there with `stop`, and returns its exit code. */
    function stopUpAt(text: string, stop: (pid: number) => void): Promise<number | null> {
        return new Promise((resolve, reject) => {
            const child = spawn("env", [...stacks.variables(), "scripts/ephemeral", ...up], {
                cwd: root,
                detached: true,
                stdio: ["ignore", "ignore", "pipe"],
            });
            let output = "";
            let stopped = false;
            child.stderr.on("data", (chunk: Buffer) => {
                output += chunk.toString();
                if (!stopped && output.includes(text) && child.pid !== undefined) {
                    stopped = true;
                    stop(child.pid);
                }
            });
            child.on("close", (code) => {
                if (stopped) {
                    resolve(code);
                } else {
                    reject(new Error(`up ended before it printed "${text}":\n${output}`));
                }
            });
        });
    }

    test(
        "that was interrupted gives its lock back, and the next up goes on",
        async () => {
            const code = await stopUpAt("docker-daemon-config-write creating", (pid) => process.kill(pid, "SIGINT"));
            expect(code).toBe(1);
            const next = await stopUpAt("aio-container-create creating", (pid) => process.kill(pid, "SIGTERM"));
            expect(next).toBe(1);
            const locks = await tryRun("find", [stacks.directory, "-path", "*/locks/*", "-name", "*.json"]);
            expect(locks.stdout).toBe("");
        },
        2 * MINUTE,
    );

    test(
        "that was killed keeps its lock, says whose it is, and is resumed with --unlock",
        async () => {
            const code = await stopUpAt("started openbmp_aio", (pid) => process.kill(-pid, "SIGKILL"));
            expect(code).toBeNull();
            const locked = await stacks.command(up);
            expect(locked.code).toBe(1);
            expect(locked.stderr.trim().split("\n").at(-1)).toMatch(
                /^ephemeral: another run holds the lock of the stack \(\S+ \(pid \d+\) at \S+\): wait for its end; if it is dead, add --unlock to up or down$/,
            );
            const resumed = await stacks.command([...up, "--unlock"]);
            expect(resumed.stderr).toContain("the last run was cut off while creating urn:pulumi:");
            expect(resumed.code).toBe(0);
        },
        3 * MINUTE,
    );

    test(
        "is extended by the next up, also from a fresh checkout, and nothing on the host changes",
        async () => {
            const [before] = await stacks.json<Listed[]>(["list"]);
            const running = await container();
            const logins = await sandbox.acceptedLogins();
            stacks.forget(name);

            const result = await stacks.json<Up>(["up", "--branch", branch, "--remote", stacks.remote, "--ttl", "2d"]);
            expect(result.stack).toBe(name);
            expect(result.outputs.ipv6Address).toBe(sandbox.info.address);
            const [after] = await stacks.json<Listed[]>(["list"]);
            expect(after).toEqual({ ...before, expiresAt: result.expiresAt });
            expect(Date.parse(result.expiresAt)).toBeGreaterThan(Date.parse(before?.expiresAt ?? ""));
            expect(await container()).toBe(running);
            expect(await sandbox.acceptedLogins()).toBe(logins);
        },
        2 * MINUTE,
    );

    test("keeps its secret out of the stack's file and of the backend", async () => {
        const line = sandbox.privateKey.split("\n")[2] ?? "";
        expect(line).toHaveLength(70);
        const found = await tryRun("grep", ["-rlF", "--exclude=secret", "-e", line, stacks.directory, stackFile]);
        expect(found.stdout).toBe("");
    });

    test(
        "is destroyed and removed by down, from a fresh checkout",
        async () => {
            stacks.forget(name);
            expect(await stacks.json(["down", "--branch", branch])).toEqual({ branch, removed: name });
            expect((await container()).trim()).toBe("");
            expect(existsSync(stackFile)).toBe(false);
            expect(await stacks.json(["list"])).toEqual([]);
            expect(await stacks.json(["down", "--branch", branch])).toEqual({ branch, removed: null });
        },
        2 * MINUTE,
    );
});
