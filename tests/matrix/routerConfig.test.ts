import { type RouterConfig, routerConfigOf, SOURCE_INTERFACE } from "../../components/openbmpd/routerConfig";
import { eventually, run } from "../e2e/run";
import { routerImage } from "../e2e/sandbox";
import { MINUTE, story } from "../e2e/story";

/** What VyOS gives to FRR for these commands (data/templates/frr/bgpd.frr.j2 of vyos-1x). */
function renderedByVyos(commands: string): string[] {
    const settings = [...commands.matchAll(/^set protocols bgp bmp target openbmp (.+)$/gm)].map(
        ([, words = ""]) => words,
    );
    const value = (key: string) => settings.find((words) => words.startsWith(`${key} `))?.slice(key.length + 1) ?? "";
    return [
        "bmp targets openbmp",
        ...settings.filter((words) => words.startsWith("monitor ")).map((words) => `bmp ${words.replace("-", " ")}`),
        `bmp connect ${value("address")} port ${value("port")} min-retry ${value("min-retry")} max-retry ${value("max-retry")}`,
        "exit",
    ];
}

describe("a real router, FRR, with the lines of routerConfig", () => {
    const shared = story("router-config");
    /** FRR's container, and the only address of it that the allow list has, its loopback's. */
    let router: string;
    let loopback: string;

    /** Zebra tells bgpd of the interfaces. Both give up root, for which they need these rights. */
    const startRouter = (name: string, suffix: string, config: readonly string[], lo = "") =>
        shared.sandbox.startPeer(
            name,
            shared.sandbox.peerAddress(suffix),
            [
                ...["sh", "-euc"],
                `printf "%s\n" "$0" >/etc/frr/frr.conf
                [ -z "$1" ] || ip address add "$1/128" dev lo
                install -d -o frr -g frr /run/frr
                /usr/lib/frr/zebra --daemon --config_file /dev/null
                exec /usr/lib/frr/bgpd -M bmp --config_file /etc/frr/frr.conf --log stdout`,
                ...[[`hostname ${name}`, ...config].join("\n"), lo],
            ],
            ["--cap-add", "NET_ADMIN", "--cap-add", "SYS_ADMIN", "--sysctl", "net.ipv6.conf.lo.disable_ipv6=0"],
            routerImage,
        );

    const session = (own: string, peer: string, as: number, peerAs: number) => [
        `router bgp ${as}`,
        "no bgp ebgp-requires-policy",
        `bgp router-id ${own}`,
        `neighbor ${peer} remote-as ${peerAs}`,
        `neighbor ${peer} timers connect 1`,
    ];

    let lines: RouterConfig;
    beforeAll(async () => {
        lines = (await shared.deployment.up()).outputs.routerConfig?.value as RouterConfig;
    }, 3 * MINUTE);

    /** Outside the allow list but for its loopback, which the lines make the source. */
    const startPinned = async (
        { name, text }: { readonly name: string; readonly text: string },
        suffix: string,
        lo: string,
        bgp: readonly string[],
    ) => {
        await shared.sandbox.root(`ip -6 route add ${lo}/128 via ${shared.sandbox.peerAddress(suffix)}`);
        return startRouter(
            `edge-${name}`,
            suffix,
            [...bgp, ...text.replaceAll(`source-interface ${SOURCE_INTERFACE}`, "source-interface lo").split("\n")],
            lo,
        );
    };

    /** It appears under that address, and bgpd knew every line. */
    const expectRecorded = async (name: string, container: string, address: string) => {
        expect((await shared.sandbox.connectedRouter(name)).RouterIP).toBe(address);
        expect(await run("docker", ["logs", container])).not.toContain("on config line");
    };

    test(
        "takes every line, and appears in the collector under the address of the interface that it was told",
        async () => {
            loopback = shared.sandbox.peerAddress("101");
            router = await startPinned(
                { name: "frr", text: lines.frr },
                "301",
                loopback,
                session("192.0.2.1", shared.sandbox.peerAddress("102"), 65001, 65002),
            );
            await expectRecorded("edge-frr", router, loopback);
        },
        MINUTE,
    );

    test(
        "takes SONiC's lines as well",
        async () => {
            const lo = shared.sandbox.peerAddress("103");
            await expectRecorded(
                "edge-sonic",
                await startPinned({ name: "sonic", text: lines.sonic }, "303", lo, ["router bgp 65003"]),
                lo,
            );
        },
        MINUTE,
    );

    test(
        "takes the lines for two collectors, and sends to the one that is there",
        async () => {
            const lo = shared.sandbox.peerAddress("105");
            const { ipv6Address } = await shared.deployment.outputs();
            const both = [String(ipv6Address?.value), "2001:db8::9"].map((address, index) => ({
                address,
                port: 5000,
                name: `openbmp-${index}`,
            }));
            const { frr } = routerConfigOf(both);
            await expectRecorded(
                "edge-two",
                await startPinned({ name: "two", text: frr }, "305", lo, ["router bgp 65005"]),
                lo,
            );
        },
        MINUTE,
    );

    test(
        "takes what VyOS makes of its lines, and has the address of the way to the collector",
        async () => {
            const container = await startRouter("edge-vyos", "104", [
                "router bgp 65004",
                ...renderedByVyos(lines.vyos),
            ]);
            await expectRecorded("edge-vyos", container, shared.sandbox.peerAddress("104"));
        },
        MINUTE,
    );

    test(
        "tells the collector of a BGP session that comes up, and says farewell when it stops",
        async () => {
            const peer = shared.sandbox.peerAddress("102");
            await startRouter(
                "edge-peer",
                "102",
                session("192.0.2.2", shared.sandbox.peerAddress("301"), 65002, 65001),
            );
            await eventually("the collector hears of the peer", 30_000, async () => {
                const log = await shared.sandbox.root("docker exec openbmp_aio cat /var/log/openbmpd.log");
                return log.includes(`router ${loopback} peer ${peer} of AS 65002 is up`) || undefined;
            });
            await run("docker", ["stop", router]);
            await eventually("the router is gone", 10_000, async () => {
                const row = (await shared.sandbox.routers()).find(({ RouterIP }) => RouterIP === loopback);
                return row?.isConnected === 0 || undefined;
            });
            const names = (await shared.sandbox.routers()).map(({ RouterName }) => RouterName);
            expect(names.sort()).toEqual(["edge-frr", "edge-sonic", "edge-two", "edge-vyos"]);
        },
        2 * MINUTE,
    );
});
