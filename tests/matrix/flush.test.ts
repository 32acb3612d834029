import { expectAsDeployed } from "../e2e/expectations";
import { Deployment } from "../e2e/deployment";
import { Sandbox } from "../e2e/sandbox";
import { MINUTE } from "../e2e/story";
import { expectRightSourcesThrough } from "./reloads";

/** What programs and people do to the rules of a host. Docker sets that policy where it switches forwarding on. */
const flushes = [
    "nft flush ruleset",
    "for command in iptables ip6tables; do $command -P FORWARD DROP; $command -F; $command -X || true; done",
    "for table in mangle nat filter; do iptables -t $table -F; ip6tables -t $table -F; done",
    "systemctl restart nftables || true",
    "iptables-save >/tmp/v4; ip6tables-save >/tmp/v6; iptables-restore </tmp/v4; ip6tables-restore </tmp/v6",
] as const;
/** By the three hosts together 105 flushes. */
const ROUNDS = 7;

describe.each([
    { how: "a table that nobody can flush", engine: "26.1", nft: "nft", restSources: 0, sessions: 1 },
    {
        how: "a table that nobody can flush, beside an engine with IPv6 NAT",
        engine: "28.5",
        nft: "nft",
        restSources: 0,
        sessions: 1,
    },
    // What a host without nft has, or one with an older kernel: it is for the BMP port only.
    {
        how: "rules of the routing policy, which keep the BMP port alone (the counts are of the REST port)",
        engine: "26.1",
        nft: "nft.other",
        restSources: expect.any(Number) as number,
        sessions: expect.any(Number) as number,
    },
])(
    "rules that are flushed, reloaded and restarted: $how, on an engine $engine",
    ({ engine, nft, restSources, sessions }) => {
        let sandbox: Sandbox;
        let deployment: Deployment;

        beforeAll(async () => {
            sandbox = await Sandbox.up(`flush-${engine}-${nft}`.replaceAll(".", "-"), engine);
            await sandbox.root(`mv /usr/sbin/nft /usr/sbin/${nft} || true`);
            const allowed = sandbox.prefixesOfBothFamilies;
            deployment = await Deployment.create(sandbox, { bmpAllowedCidrs: allowed, restAllowedCidrs: allowed });
            await deployment.up();
        }, 10 * MINUTE);

        afterAll(async () => {
            await (sandbox as Sandbox | undefined)?.down();
            (deployment as Deployment | undefined)?.remove();
        }, MINUTE);

        test(
            "no router of either family is recorded under a wrong address, and the datapath is open again",
            async () => {
                const addresses = [
                    await sandbox.startRouter("ipv6-1", "102"),
                    await sandbox.startRouter("ipv6-2", "103"),
                ];
                addresses.push(await sandbox.startIpv4Router("ipv4-1"), await sandbox.startIpv4Router("ipv4-2"));
                const commands = flushes.map((flush) => flush.replace("nft ", `${nft} `));
                await expectRightSourcesThrough(sandbox, commands, ROUNDS, restSources);
                const rows = await sandbox.routers();
                expect([...new Set(rows.map(({ RouterIP }) => RouterIP))].sort()).toEqual(addresses.sort());
                expect(rows.every(({ isConnected }) => isConnected === 1)).toBe(true);
                for (const name of ["ipv6-1", "ipv6-2", "ipv4-1", "ipv4-2"]) {
                    expect(await sandbox.sessionsOf(name)).toEqual(sessions);
                }
            },
            5 * MINUTE,
        );

        test(
            "status finds all as deployed, and a router has its own address",
            async () => {
                const address = await sandbox.startRouter("edge-1", "101");
                expect((await sandbox.connectedRouter("edge-1")).RouterIP).toBe(address);
                await expectAsDeployed(deployment);
            },
            2 * MINUTE,
        );
    },
);
