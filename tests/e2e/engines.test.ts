import { MINUTE, story } from "./story";

// 26.1 has the other stories.
describe.each([
    { engine: "20.10", datapath: /^dnat: / },
    { engine: "28.5", datapath: /^native: / },
    { engine: "29", datapath: /^native: / },
    { engine: "29-nftables", datapath: /^native: / },
])("in short, on an engine $engine", ({ engine, datapath }) => {
    const shared = story(`short-${engine.replace(".", "-")}`, { engine });

    test(
        "routers have their own IPv6 addresses, also when the container comes back with another one; destroy undoes it",
        async () => {
            const { sandbox, deployment } = shared;
            const traces = "ls /var/lib/openbmp-aio-ipv6 2>&1 || true; cat /etc/docker/daemon.json 2>&1 || true";
            const before = await sandbox.root(traces);
            const { outputs } = await deployment.up();
            expect(outputs.datapath?.value).toMatch(datapath);
            const address = await sandbox.startRouter("edge-1", "101");
            expect((await sandbox.connectedRouter("edge-1")).RouterIP).toBe(address);
            await sandbox.moveCollector();
            expect((await sandbox.connectedRouter("edge-1")).RouterIP).toBe(address);
            // The host's nft says which rules go.
            expect(await sandbox.root("journalctl --unit openbmp-aio-ipv6-dnat")).not.toContain("nft does not tell");
            await sandbox.root("docker rm --force --volumes squatter");
            await deployment.destroy();
            expect(await sandbox.root(traces)).toBe(before);
        },
        4 * MINUTE,
    );
});
