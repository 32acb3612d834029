import { type ChildProcess, spawn } from "node:child_process";
import { proofOf } from "./deployment";
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

    /** Runs `pulumi up` and kills it and its children as soon as it prints `text`. */
    function killAt(text: string): Promise<boolean> {
        return new Promise((resolve) => {
            const child = spawn("pulumi", ["up", "--yes", "--skip-preview", "--stack", shared.deployment.stack.name], {
                cwd: root,
                detached: true,
                env: { ...process.env, ...shared.deployment.stack.workspace.envVars },
            });
            let output = "";
            child.stdout.on("data", (chunk: Buffer) => {
                output += chunk.toString();
                if (output.includes(text)) {
                    killGroup(child);
                }
            });
            child.on("close", () => {
                resolve(output.includes(text));
            });
        });
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
            await shared.deployment.destroy();
            await shared.sandbox.reboot();
            expect(await dumpHost(shared.sandbox)).toBe(before);
        },
        2 * MINUTE,
    );

    test(
        "half way and destroyed at once leaves nothing either",
        async () => {
            await shared.sandbox.root("rm -rf /var/openbmp");
            expect(await killAt("installed: TCP")).toBe(true);
            await shared.deployment.recover();
            await shared.deployment.destroy();
            await shared.sandbox.reboot();
            expect(await dumpHost(shared.sandbox)).toBe(before);
        },
        2 * MINUTE,
    );
});
