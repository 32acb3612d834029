import { expectRestored } from "../e2e/expectations";
import { dumpHost } from "../e2e/hostDump";
import { seen } from "./seen";
import { MINUTE, story } from "../e2e/story";

describe.each([
    { engine: "26.1", datapath: /^dnat: / },
    { engine: "20.10", datapath: /^dnat: / },
    { engine: "28.5", datapath: /^native: / },
    { engine: "29", datapath: /^native: / },
    { engine: "29-nftables", datapath: /^native: / },
])("a deployment's life, on an engine $engine", ({ engine, datapath }) => {
    let before: string;
    const shared = story(`engine-${engine.replace(".", "-")}`, {
        engine,
        prepare: async (sandbox) => {
            await sandbox.reboot();
            before = await dumpHost(sandbox);
        },
    });

    /** A new router, outside the host, is recorded under its own address. */
    async function expectOwnAddress(name: string, suffix: string): Promise<void> {
        const address = await shared.sandbox.startRouter(name, suffix);
        expect((await shared.sandbox.connectedRouter(name)).RouterIP).toBe(address);
    }

    test(
        "the first up brings routers in under their own IPv6 addresses, the second changes nothing",
        async () => {
            const { outputs } = await shared.deployment.up();
            seen((await shared.sandbox.root("docker version --format '{{.Server.Version}}'")).trim());
            expect(outputs.datapath?.value).toMatch(datapath);
            await expectOwnAddress("edge-1", "101");
            const { summary } = await shared.deployment.up();
            expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
        },
        3 * MINUTE,
    );

    test(
        "so it is when the container comes back with another address, and when Docker restarts",
        async () => {
            await shared.sandbox.moveCollector();
            await expectOwnAddress("edge-2", "102");
            await shared.sandbox.root("docker rm --force --volumes squatter; systemctl restart docker");
            await expectOwnAddress("edge-3", "103");
        },
        2 * MINUTE,
    );

    test(
        "so it is after a reboot, and status finds everything as deployed",
        async () => {
            await shared.sandbox.reboot();
            await expectOwnAddress("edge-4", "104");
            const { code, stdout } = await shared.deployment.status("--check");
            expect(stdout).toMatch(new RegExp(datapath.source.replace("^", "bmp.*")));
            expect(code).toBe(0);
        },
        2 * MINUTE,
    );

    test("destroy leaves the host as it was found", () => expectRestored(shared, before), 2 * MINUTE);
});
