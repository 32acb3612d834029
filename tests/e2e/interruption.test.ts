import { type ChildProcess, spawn } from "node:child_process";
import { proofOf } from "./deployment";
import { expectRestored } from "./expectations";
import { dumpHost } from "./hostDump";
import { root } from "./run";
import { MINUTE, story } from "./story";

describe("a deployment that is killed", () => {
    let before: string;
    const shared = story("interruption", {
        prepare: async (sandbox) => {
            await sandbox.reboot();
            before = await dumpHost(sandbox);
        },
    });

    function killGroup(child: ChildProcess): void {
        if (child.pid !== undefined && child.exitCode === null) {
            process.kill(-child.pid, "SIGKILL");
        }
    }

    /** Runs `pulumi up` and does this as soon as it prints `text`; all that it printed. */
    function upUntil(text: string, act: (child: ChildProcess) => void): Promise<string> {
        return new Promise((resolve) => {
            const child = spawn("pulumi", ["up", "--yes", "--skip-preview", "--stack", shared.deployment.stack.name], {
                cwd: root,
                detached: true,
                env: { ...process.env, ...shared.deployment.stack.workspace.envVars },
            });
            let output = "";
            let acted = false;
            child.stdout.on("data", (chunk: Buffer) => {
                output += chunk.toString();
                if (!acted && output.includes(text)) {
                    acted = true;
                    act(child);
                }
            });
            child.on("close", () => {
                resolve(output);
            });
        });
    }

    /** Whether `up` came so far before it was killed with its children. */
    async function killAt(text: string): Promise<boolean> {
        return (await upUntil(text, killGroup)).includes(text);
    }

    test.each([
        ["docker-daemon-config-write creating"],
        ["restarting Docker"],
        ["aio-container-create creating"],
        ["collector-config-write creating"],
        ["installed: TCP"],
    ])(
        "at “%s” leaves a host and a state that the next up goes on from",
        async (text) => {
            expect(await killAt(text)).toBe(true);
            await shared.deployment.recover();
        },
        2 * MINUTE,
    );

    test(
        "and one whose connection breaks in the middle says so, and goes on with the next up as well",
        async () => {
            const output = await upUntil("waiting until the collector listens", () => {
                void shared.sandbox.root("pkill -KILL -f '^sshd.*: admin'");
            });
            expect(output).toContain("remote command exited without exit status or exit signal");
        },
        2 * MINUTE,
    );

    test(
        "is finished by the next up, with one start of the collector",
        async () => {
            const { outputs } = await shared.deployment.up();
            expect(proofOf(outputs)).toEqual({ sentTo: shared.sandbox.info.address, seenAsSent: true });
            expect(await shared.sandbox.collectorStarts()).toBe(1);
        },
        2 * MINUTE,
    );

    test(
        "is taken away by destroy as if it had never been",
        async () => {
            await expectRestored(shared, before);
        },
        2 * MINUTE,
    );

    test(
        "half way and destroyed at once leaves nothing either",
        async () => {
            await shared.sandbox.root("rm -rf /var/openbmp");
            expect(await killAt("installed: TCP")).toBe(true);
            await shared.deployment.recover();
            await expectRestored(shared, before);
        },
        2 * MINUTE,
    );
});
