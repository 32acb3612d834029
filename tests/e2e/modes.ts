import type { Verification } from "../../components/steps/collectorStart";
import { expectRestored } from "./expectations";
import { dumpHost } from "./hostDump";
import { MINUTE, story } from "./story";

/** The story of both modes on an engine whose path in the mode `dnat` is called so. */
export function describeModes({ engine, datapath }: { readonly engine: string; readonly datapath: RegExp }): void {
    describe(`the two datapaths, on an engine ${engine}`, () => {
        let before: string;
        const shared = story(`modes-${engine.replace(".", "-")}`, {
            engine,
            prepare: async (sandbox) => {
                await sandbox.reboot();
                before = await dumpHost(sandbox);
            },
        });

        const dockerStarted = () =>
            shared.sandbox.root("journalctl --no-pager --output cat --unit docker | grep -c '^Started docker' || true");

        /** Changes the stack; the collector must have started once more than before. */
        async function change(config: Record<string, string>): Promise<string> {
            const starts = await shared.sandbox.collectorStarts();
            await shared.deployment.configure(config);
            const { stdout } = await shared.deployment.up();
            // A database that is backed up takes its starts with it.
            const purged = stdout.includes("the original database is in");
            expect(await shared.sandbox.collectorStarts()).toBe(purged ? 1 : starts + 1);
            return stdout;
        }

        /** The router, when the collector's answer to its present session is there. */
        const connected = (name: string) => shared.sandbox.connectedRouter(name);

        test(
            "by DNAT, a router has its own address, also after a reboot",
            async () => {
                const { outputs } = await shared.deployment.up();
                expect(outputs.datapath?.value).toMatch(datapath);
                expect((await shared.deployment.status("--check")).code).toBe(0);
                const address = await shared.sandbox.startRouter("edge-1", "101");
                expect((await connected("edge-1")).RouterIP).toBe(address);
                await shared.sandbox.reboot();
                expect((await connected("edge-1")).RouterIP).toBe(address);
            },
            3 * MINUTE,
        );

        test(
            "changed to docker-proxy, without a restart of Docker, the router's session comes back by it, and its earlier data stays",
            async () => {
                const started = await dockerStarted();
                expect(await change({ mode: "proxy" })).toContain("pat_enabled changes from false to true");
                expect(await dockerStarted()).toBe(started);
                expect((await shared.deployment.status("--check")).code).toBe(0);
                const { datapath: current, verification } = await shared.deployment.outputs();
                expect(current?.value).toMatch(/^proxy: /);
                expect(verification?.value).toMatchObject({ patEnabled: true });
                const seen = verification?.value as Verification;
                expect(shared.sandbox.addressesOfProxy).toContain(seen.restSeenFrom);
                expect(seen.bmpSeenFrom).toBeUndefined();
                expect(shared.sandbox.addressesOfProxy).toContain((await connected("edge-1")).RouterIP);
                expect((await shared.sandbox.routers()).length).toBeGreaterThan(1);
                expect(await shared.sandbox.root("ls /var/openbmp")).not.toContain("before");
            },
            2 * MINUTE,
        );

        test(
            "by docker-proxy it comes back after a reboot as well",
            async () => {
                await shared.sandbox.reboot();
                expect(shared.sandbox.addressesOfProxy).toContain((await connected("edge-1")).RouterIP);
            },
            MINUTE,
        );

        test(
            "purgeStaleData without a change of the mode purges nothing and says so",
            async () => {
                await shared.deployment.configure({ purgeStaleData: "true" });
                const { stdout } = await shared.deployment.up();
                expect(stdout).toContain("the data belongs to pat_enabled true already, nothing to purge");
                expect(await shared.sandbox.root("ls /var/openbmp")).not.toContain("before");
            },
            MINUTE,
        );

        test(
            "changed back with purgeStaleData, the router has its own address again, in a new database",
            async () => {
                expect(await change({ mode: "dnat" })).toContain(
                    "the original database is in /var/openbmp/mysql.before-",
                );
                const address = shared.sandbox.peerAddress("101");
                expect((await connected("edge-1")).RouterIP).toBe(address);
                expect((await shared.sandbox.routers()).length).toBe(1);
                expect((await shared.deployment.outputs()).datapath?.value).toMatch(datapath);
            },
            2 * MINUTE,
        );

        test(
            "destroyed in the mode proxy, the host is restored",
            async () => {
                await change({ mode: "proxy" });
                await expectRestored(shared, before);
            },
            3 * MINUTE,
        );
    });
}
