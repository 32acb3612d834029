import { deniedTo, exposureOf } from "../e2e/confinement";
import { eventually, tryRun } from "../e2e/run";
import { MINUTE, story } from "../e2e/story";
import { seen } from "./seen";

const backups = "/var/openbmp/backup";

describe("backups of the database and the configuration", () => {
    const shared = story("backup", { config: { backupKeep: "2", backupHour: "4" } });
    const list = async () => (await shared.sandbox.root(`ls ${backups}`)).trim().split("\n");
    /** What is in the database of the routers, the connected and the gone. */
    const rows = async () =>
        (await shared.sandbox.routers())
            .map(({ RouterName, RouterIP }) => `${RouterName} ${RouterIP}`)
            .sort()
            .join("\n");

    test(
        "are made from the database that runs, and only the last are kept",
        async () => {
            await shared.deployment.up();
            for (const [name, suffix] of [
                ["edge-1", "101"],
                ["edge-2", "102"],
            ] as const) {
                await shared.sandbox.startRouter(name, suffix);
                await shared.sandbox.connectedRouter(name);
            }
            const starts = await shared.sandbox.collectorStarts();
            for (let round = 0; round < 3; round += 1) {
                await shared.sandbox.root("systemctl start openbmp-aio-ipv6-backup; sleep 1");
            }
            expect(await list()).toHaveLength(2);
            expect(await shared.sandbox.root(`stat -c '%a %U' ${backups} ${backups}/*`)).toBe(
                "700 root\n700 root\n700 root\n",
            );
            expect(await shared.sandbox.collectorStarts()).toBe(starts);
            expect(await shared.sandbox.sessionsOf("edge-1")).toBe(1);
            expect(await shared.sandbox.root("systemctl cat openbmp-aio-ipv6-backup.timer")).toContain(
                "*-*-* 04:00:00",
            );
            expect(await exposureOf(shared.sandbox, "openbmp-aio-ipv6-backup")).toBeLessThan(3);
            expect(await deniedTo(shared.sandbox, "openbmp-aio-ipv6-backup")).toBe("");
        },
        4 * MINUTE,
    );

    test(
        "are not made where the disk would be full",
        async () => {
            await shared.sandbox.root(`mount -t tmpfs -o size=16k tmpfs ${backups}`);
            const { code } = await tryRun("docker", [
                "exec",
                shared.sandbox.container,
                "systemctl",
                "start",
                "openbmp-aio-ipv6-backup",
            ]);
            expect(code).not.toBe(0);
            expect(await shared.sandbox.root("journalctl --unit openbmp-aio-ipv6-backup --output cat")).toMatch(
                /has \d+ bytes free, the database has \d+, and 10 % of \d+ are to stay free: give it more space/,
            );
            const { code: check, stdout } = await shared.deployment.status("--check");
            expect([check, stdout]).toEqual([1, expect.stringContaining("openbmp-aio-ipv6-backup.service failed")]);
            await shared.sandbox.root(`umount ${backups}; systemctl start openbmp-aio-ipv6-backup`);
            expect((await shared.deployment.status("--check")).code).toBe(0);
        },
        3 * MINUTE,
    );

    test(
        "restore the same routers with the same entries when the directory is lost",
        async () => {
            const { sandbox, deployment } = shared;
            // One that does not come back: its row is the backup's alone.
            await tryRun("docker", ["rm", "--force", `${sandbox.container}-edge-2`]);
            await eventually("edge-2 is gone", MINUTE, async () =>
                (await sandbox.routers()).some(
                    ({ RouterName, isConnected }) => RouterName === "edge-2" && isConnected === 0,
                )
                    ? true
                    : undefined,
            );
            await sandbox.root(
                "systemctl start openbmp-aio-ipv6-backup; echo '# mine' >>/var/openbmp/config/openbmpd.conf",
            );
            const before = await rows();
            await sandbox.root(
                "docker stop --time 1 openbmp_aio; rm -rf /var/openbmp/mysql/* /var/openbmp/mysql.* /var/openbmp/config/*",
            );
            const began = Date.now();
            await deployment.configure({ reapply: "lost" });
            await deployment.up();
            const newest = (await list()).at(-1) ?? "";
            await sandbox.root(`/usr/local/lib/openbmp-aio-ipv6/openbmp-backup restore ${backups}/${newest}`);
            await deployment.configure({ reapply: "restored" });
            await deployment.up();
            const seconds = Math.round((Date.now() - began) / 1000);
            expect(seconds).toBeLessThan(300);
            seen(`restored after ${seconds} s`);
            await sandbox.connectedRouter("edge-1");
            expect(await rows()).toBe(before);
            expect((await deployment.status("--check")).code).toBe(0);
        },
        6 * MINUTE,
    );

    test(
        "stay when they are given up, and at destroy",
        async () => {
            await shared.deployment.configure({ backupKeep: "0" });
            await shared.deployment.up();
            expect(await shared.sandbox.root("ls /etc/systemd/system | grep backup || true")).toBe("");
            await shared.deployment.destroy();
            expect(await list()).toHaveLength(2);
        },
        3 * MINUTE,
    );
});
