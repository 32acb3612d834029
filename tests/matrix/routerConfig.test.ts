import type { RouterConfig } from "../../components/openbmpd/routerConfig";
import { eventually, run } from "../e2e/run";
import { routerImage } from "../e2e/sandbox";
import { MINUTE, story } from "../e2e/story";

describe("a real router, FRR, with the lines of routerConfig", () => {
    const shared = story("router-config");
    let router: string;

    /** Without leave to change its own rights, which a container does not have. */
    const startBgpd = (name: string, suffix: string, config: readonly string[]) =>
        shared.sandbox.startPeer(
            name,
            shared.sandbox.peerAddress(suffix),
            [
                ...["sh", "-euc", 'printf "%s\n" "$0" >/etc/frr/frr.conf; exec "$@"', config.join("\n")],
                ...["/usr/lib/frr/bgpd", "--skip_runas", "-M", "bmp", "--no_zebra"],
                ...["--config_file", "/etc/frr/frr.conf", "--log", "stdout"],
            ],
            [],
            routerImage,
        );

    const session = (own: string, peer: string, as: number, peerAs: number) => [
        `router bgp ${as}`,
        "no bgp ebgp-requires-policy",
        `bgp router-id ${own}`,
        `neighbor ${peer} remote-as ${peerAs}`,
        `neighbor ${peer} timers connect 1`,
    ];

    test(
        "takes every line, and appears in the collector under its own IPv6 address and name",
        async () => {
            const { outputs } = await shared.deployment.up();
            const { frr } = outputs.routerConfig?.value as RouterConfig;
            const peer = shared.sandbox.peerAddress("102");
            router = await startBgpd("edge-frr", "101", [
                "hostname edge-frr",
                ...session("192.0.2.1", peer, 65001, 65002),
                ...frr.split("\n"),
            ]);
            const row = await shared.sandbox.connectedRouter("edge-frr");
            expect(row.RouterIP).toBe(shared.sandbox.peerAddress("101"));
            // What bgpd says of a line that it does not know.
            expect(await run("docker", ["logs", router])).not.toContain("on config line");
        },
        3 * MINUTE,
    );

    test(
        "tells the collector of a BGP session that comes up, and says farewell when it stops",
        async () => {
            const [own, peer] = [shared.sandbox.peerAddress("101"), shared.sandbox.peerAddress("102")];
            await startBgpd("edge-peer", "102", ["hostname edge-peer", ...session("192.0.2.2", own, 65002, 65001)]);
            await eventually("the collector hears of the peer", 30_000, async () => {
                const log = await shared.sandbox.root("docker exec openbmp_aio cat /var/log/openbmpd.log");
                return log.includes(`router ${own} peer ${peer} of AS 65002 is up`) || undefined;
            });
            await run("docker", ["stop", router]);
            await eventually("the router is gone", 10_000, async () => {
                const row = (await shared.sandbox.routers()).find(({ RouterIP }) => RouterIP === own);
                return row?.isConnected === 0 || undefined;
            });
            expect((await shared.sandbox.routers()).map(({ RouterName }) => RouterName)).toEqual(["edge-frr"]);
        },
        2 * MINUTE,
    );
});
