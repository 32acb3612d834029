import { type ChildProcess, spawn } from "node:child_process";
import { Deployment, proofOf } from "./deployment";
import { dumpHost } from "./hostDump";
import { root } from "./run";
import { Sandbox } from "./sandbox";

const MINUTE = 60_000;

describe("a deployment that is killed", () => {
    let sandbox: Sandbox;
    let deployment: Deployment;
    let before: string;

    beforeAll(async () => {
        sandbox = await Sandbox.up("interruption");
        await sandbox.reboot();
        before = await dumpHost(sandbox);
        deployment = await Deployment.create(sandbox);
    }, 5 * MINUTE);

    afterAll(async () => {
        await sandbox?.down();
        deployment?.remove();
    }, MINUTE);

    function killGroup(child: ChildProcess): void {
        if (child.pid !== undefined && child.exitCode === null) {
            process.kill(-child.pid, "SIGKILL");
        }
    }

    /** Runs `pulumi up` and kills it and its children as soon as it prints `text`. */
    function killAt(text: string): Promise<boolean> {
        return new Promise((resolve) => {
            const child = spawn("pulumi", ["up", "--yes", "--skip-preview", "--stack", deployment.stack.name], {
                cwd: root,
                detached: true,
                env: { ...process.env, ...deployment.stack.workspace.envVars },
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
        ["armed:"],
    ])(
        "at “%s” leaves a host and a state that the next up goes on from",
        async (text) => {
            expect(await killAt(text)).toBe(true);
            await deployment.stack.cancel();
        },
        2 * MINUTE,
    );

    test(
        "is finished by the next up, with one start of the collector",
        async () => {
            const { outputs } = await deployment.up();
            expect(proofOf(outputs)).toEqual({ sentTo: sandbox.info.address, seenAsSent: true });
            expect(await sandbox.collectorStarts()).toBe(1);
        },
        2 * MINUTE,
    );

    test(
        "is taken away by destroy as if it had never been",
        async () => {
            await deployment.destroy();
            await sandbox.reboot();
            expect(await dumpHost(sandbox)).toBe(before);
        },
        2 * MINUTE,
    );

    test(
        "half way and destroyed at once leaves nothing either",
        async () => {
            await sandbox.root("rm -rf /var/openbmp");
            expect(await killAt("armed:")).toBe(true);
            await deployment.stack.cancel();
            await deployment.destroy();
            await sandbox.reboot();
            expect(await dumpHost(sandbox)).toBe(before);
        },
        2 * MINUTE,
    );
});
