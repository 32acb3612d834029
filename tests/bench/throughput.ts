import { run } from "../e2e/run";
import { benchImage, type BenchHost } from "./benchHost";
import { compare, type Measurement } from "./measurement";
import { say } from "./say";

const SECONDS = 3;
const CONNECTIONS = 3000;
const CONCURRENCY = 16;

interface Figures {
    readonly gigabitsPerSecond: number[];
    readonly connectionsPerSecond: number[];
}

/** One client beside the host, with a route to the containers by the host. */
async function figuresOf(host: BenchHost, target: string): Promise<[number, number]> {
    const { network, address } = host.sandbox.info;
    const bracketed = `[${target}]`;
    const printed = await run("docker", [
        ...["run", "--rm", "--cap-add", "NET_ADMIN", "--network", network, "--ip6", host.sandbox.peerAddress("123")],
        ...[benchImage, "sh", "-euc"],
        `ip -6 route add fc00:172:17::/64 via ${address}
        iperf3 --client ${target} --port 5000 --time ${SECONDS} --omit 1 --json | tr -d '\\n'; echo
        ab -q -n ${CONNECTIONS} -c ${CONCURRENCY} 'http://${bracketed}:8001/' | sed -n 's/^Requests per second: *\\([0-9.]*\\).*/\\1/p'`,
    ]);
    const [iperf = "", rate = ""] = printed.trim().split("\n");
    const { end } = JSON.parse(iperf) as { end: { sum_received: { bits_per_second: number } } };
    return [end.sum_received.bits_per_second / 1e9, Number(rate)];
}

/** Throughput and rate of new connections through DNAT, directly routed and through docker-proxy. */
export async function throughput(host: BenchHost, rounds: number): Promise<Measurement[]> {
    const ways: Record<string, Figures> = {};
    const add = (way: string, [gigabits, connections]: [number, number]) => {
        const figures = (ways[way] ??= { gigabitsPerSecond: [], connectionsPerSecond: [] });
        figures.gigabitsPerSecond.push(gigabits);
        figures.connectionsPerSecond.push(connections);
    };
    for (let round = 0; round < rounds; round += 1) {
        say(`throughput: round ${round + 1} of ${rounds}`);
        add("dnat", await figuresOf(host, host.sandbox.info.address));
        // The ingress filter refuses both other datapaths.
        await host.disarm();
        add("direct", await figuresOf(host, await host.addressOf("openbmp_aio")));
        add("proxy", await figuresOf(host, host.sandbox.info.address));
        await host.installRules();
    }
    const measurements: Measurement[] = [];
    for (const [way, name] of [
        ["direct", "directly routed"],
        ["proxy", "docker-proxy"],
    ] as const) {
        const [dnat, other] = [ways.dnat, ways[way]];
        measurements.push(
            await compare("throughput by DNAT", "Gbit/s", dnat?.gigabitsPerSecond ?? [], {
                name,
                values: other?.gigabitsPerSecond ?? [],
            }),
            await compare("connections by DNAT", "/s", dnat?.connectionsPerSecond ?? [], {
                name,
                values: other?.connectionsPerSecond ?? [],
            }),
        );
    }
    return measurements;
}
