import { hammerBothWhile } from "../e2e/hammer";
import { MINUTE, story } from "../e2e/story";
import { seen } from "./seen";

const daemonJson = "/etc/docker/daemon.json";
const backend = (change: string) => `jq '${change}' ${daemonJson} >/tmp/daemon.json
    cat /tmp/daemon.json >${daemonJson}; systemctl restart docker`;

describe("an engine that changes under a running deployment, without an up", () => {
    const shared = story("engine-changes");

    beforeAll(async () => {
        const allowed = shared.sandbox.prefixesOfBothFamilies;
        await shared.deployment.configure({ bmpAllowedCidrs: allowed, restAllowedCidrs: allowed });
        await shared.deployment.up();
    }, 5 * MINUTE);

    test.each([
        { to: "26.1 → 28.5", engine: "28.5", datapath: /native/ },
        { to: "28.5 → 29", engine: "29", datapath: /native/ },
        { to: "29 with nftables", change: '."firewall-backend" = "nftables"', datapath: /native/ },
        { to: "29 with iptables", change: 'del(."firewall-backend")', datapath: /native/ },
        { to: "29 → 28.5", engine: "28.5", datapath: /native/ },
        { to: "28.5 → 26.1", engine: "26.1", datapath: /dnat/ },
    ])(
        "$to: no router of either family has a wrong address at any moment, and the path has changed over",
        async ({ to, engine, change = "", datapath }) => {
            const { sandbox, deployment } = shared;
            const { ipv6, ipv4 } = await hammerBothWhile(sandbox, { attempts: 300, right: 100 }, async () => {
                await (engine === undefined ? sandbox.root(backend(change)) : sandbox.changeEngine(engine));
            });
            for (const counts of [ipv6, ipv4]) {
                expect(counts).toMatchObject({ wrongSource: 0, wrongContainer: 0 });
                expect(counts.right).toBeGreaterThanOrEqual(100);
            }
            const version = (await sandbox.root("docker version --format '{{.Server.Version}}'")).trim();
            expect(version).toContain(engine ?? "29.");
            seen(`${to}: Docker ${version}; ${ipv6.attempts + ipv4.attempts} attempts, 0 wrong sources`);
            const name = `edge-${to.replace(/[^a-z0-9]+/g, "-")}`;
            const address = await sandbox.startRouter(name, "101");
            expect((await sandbox.connectedRouter(name)).RouterIP).toBe(address);
            await sandbox.removePeers();
            const { stdout } = await deployment.status();
            expect(stdout).toMatch(new RegExp(`bmp.*${datapath.source}`));
        },
        5 * MINUTE,
    );
});
