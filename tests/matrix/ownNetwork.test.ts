import { routedNeighbour } from "../e2e/connections";
import { hammerWhile } from "../e2e/hammer";
import { expectRestored } from "../e2e/expectations";
import { dumpHost } from "../e2e/hostDump";
import { eventually } from "../e2e/run";
import { MINUTE, story } from "../e2e/story";

const READ_DAEMON_JSON = "cat /etc/docker/daemon.json 2>/dev/null || echo none";
const FIXED = "fc00:172:17::5000";

describe.each([
    { engine: "20.10", datapath: /^dnat: /, proxy: /^proxy: / },
    { engine: "26.1", datapath: /^dnat: /, proxy: /^proxy: / },
    { engine: "28.5", datapath: /^native: /, proxy: /^proxy: / },
    { engine: "29", datapath: /^native: /, proxy: /^proxy: / },
    { engine: "29-nftables", datapath: /^native: /, proxy: /docker-proxy cannot take a port over/ },
])("a Docker network of the collector's own, on an engine $engine", ({ engine, datapath, proxy }) => {
    let before: string;
    let daemonJson: string;
    const shared = story(`network-${engine.replace(".", "-")}`, {
        engine,
        config: { dockerNetwork: "dedicated" },
        prepare: async (sandbox) => {
            await sandbox.reboot();
            before = await dumpHost(sandbox);
            daemonJson = await sandbox.root(READ_DAEMON_JSON);
            // A restart of Docker would make it vanish.
            await sandbox.root("docker run --detach --rm --name bystander openbmp-aio-stand-in:latest sleep infinity");
        },
    });

    const startedAt = (container: string) =>
        shared.sandbox.root(`docker inspect --format '{{.State.StartedAt}}' ${container}`);

    test(
        "needs neither daemon.json nor a restart of Docker, and a router has its own address",
        async () => {
            const bystander = await startedAt("bystander");
            const { outputs } = await shared.deployment.up();
            expect(outputs.containerIpv6?.value).toBe(FIXED);
            expect(outputs.datapath?.value).toMatch(datapath);
            expect(await startedAt("bystander")).toBe(bystander);
            expect(await shared.sandbox.root(READ_DAEMON_JSON)).toBe(daemonJson);
            const address = await shared.sandbox.startRouter("edge-1", "101");
            expect((await shared.sandbox.connectedRouter("edge-1")).RouterIP).toBe(address);
            await shared.sandbox.removePeers();
        },
        3 * MINUTE,
    );

    test(
        "a neighbour with a route to the network gets no answer from the container",
        async () => {
            const neighbour = await routedNeighbour(shared.sandbox, "131", "fc00:172:17::/64");
            for (const port of [3306, 5000]) {
                expect(await neighbour(FIXED, port)).toBe("no answer");
            }
            await shared.sandbox.removePeers();
        },
        MINUTE,
    );

    test(
        "sources are right, or there is no connection, while the container and Docker restart and the host reboots",
        async () => {
            const counts = await hammerWhile(shared.sandbox, { attempts: 300, right: 100 }, async () => {
                await shared.sandbox.root("docker restart --time 1 openbmp_aio");
                await shared.sandbox.root("systemctl restart docker");
                await shared.sandbox.reboot();
            });
            expect(counts).toMatchObject({ wrongSource: 0, wrongContainer: 0 });
            expect(counts.right).toBeGreaterThanOrEqual(100);
        },
        3 * MINUTE,
    );

    test(
        "moves to the default bridge and back with one start of the collector each, and is as before",
        async () => {
            const rules = () =>
                shared.sandbox.root("ip6tables -S -t nat | grep OPENBMP || true; cat /etc/openbmp-aio-ipv6/dnat.conf");
            // After the reboot it may still be starting.
            await eventually("the collector runs", 30_000, () => shared.sandbox.routers().catch(() => undefined));
            const [starts, own] = [await shared.sandbox.collectorStarts(), await rules()];
            await shared.sandbox.root("docker rm --force bystander");
            await shared.deployment.configure({ dockerNetwork: "bridge" });
            const { outputs } = await shared.deployment.up();
            expect(outputs.datapath?.value).toMatch(datapath);
            expect(outputs.containerIpv6?.value).not.toBe(FIXED);
            expect(await shared.sandbox.root("docker network ls --format '{{.Name}}'")).not.toContain("openbmp");
            expect(await shared.sandbox.collectorStarts()).toBe(starts + 1);
            await shared.deployment.configure({ dockerNetwork: "dedicated" });
            await shared.deployment.up();
            expect(await shared.sandbox.collectorStarts()).toBe(starts + 2);
            expect(await rules()).toBe(own);
            expect(await shared.sandbox.root(READ_DAEMON_JSON)).toBe(daemonJson);
            expect(await shared.sandbox.root("docker network inspect bridge --format '{{.EnableIPv6}}'")).toBe(
                "false\n",
            );
        },
        3 * MINUTE,
    );

    test(
        "in the mode proxy docker-proxy carries IPv6, whatever the engine could do; beside its nftables backend it is refused",
        async () => {
            await shared.deployment.configure({ mode: "proxy" });
            const said = await shared.deployment.up().then(
                ({ outputs }) => String(outputs.datapath?.value),
                (error: unknown) => String(error),
            );
            expect(said).toMatch(proxy);
            expect(await shared.sandbox.root(READ_DAEMON_JSON)).toBe(daemonJson);
        },
        MINUTE,
    );

    test(
        "destroy restores the host",
        async () => {
            await expectRestored(shared, before);
        },
        2 * MINUTE,
    );
});
