import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../e2e/run";
import { BenchHost } from "./benchHost";
import { compare, type Measurement, sampleOf } from "./measurement";
import { say } from "./say";

const LIMIT_MS = 150;

/** A new connection every few milliseconds; prints when one was answered with this address. */
const prober = `
    const [host, own] = process.argv.slice(1);
    const http = require("node:http");
    const ask = () => {
        const startedAt = Date.now();
        http.get({ host, port: 8001, agent: false, timeout: 300 }, (response) => {
            let text = "";
            response.on("data", (part) => (text += part)).on("error", () => {}).on("end", () => {
                const { server, address } = JSON.parse(text);
                if (server === "openbmp-aio" && address === own) console.log(startedAt + " " + Date.now());
            });
        }).on("timeout", function () { this.destroy(); }).on("error", () => {});
    };
    process.on("SIGTERM", () => process.exit());
    setInterval(ask, 4);
`;

/**
 * The container restarts with a new address: the milliseconds from the return of `docker start`
 * to the first connection answered with the address that it came from.
 */
async function recoveries(host: BenchHost, rounds: number, what: string): Promise<number[]> {
    say(`recovery, ${what}: ${rounds} rounds`);
    const own = host.sandbox.peerAddress("122");
    const peer = await host.sandbox.startPeer("prober", own, ["node", "-e", prober, host.sandbox.info.address, own]);
    const moves: { stoppedAt: number; startedAt: number }[] = [];
    try {
        for (let round = 0; round < rounds; round += 1) {
            await sleep(1000);
            moves.push(await host.moveContainer());
        }
        await sleep(2000);
        const answers = (await run("docker", ["logs", peer]))
            .trim()
            .split("\n")
            .map((line) => line.split(" ").map(Number));
        return moves.map(({ stoppedAt, startedAt }) => {
            const first = answers.find(([askedAt = 0]) => askedAt > stoppedAt);
            return (first?.[1] ?? Infinity) - startedAt;
        });
    } finally {
        await host.sandbox.removePeers();
        await host.removeSquatters();
    }
}

const NAME = "new address → first right connection";

/** Ours, and beside it docker-ipv6nat where its program is on the PATH. */
export async function recovery(host: BenchHost, rounds: number): Promise<Measurement> {
    const values = await recoveries(host, rounds, "our rules");
    const ours = await sampleOf(values);
    const limits = {
        mustBe: `median at most ${LIMIT_MS} ms`,
        held: ours.median <= LIMIT_MS,
        note: `${ours.min.toFixed(0)} to ${ours.max.toFixed(0)} ms after \`docker start\` returned`,
    };
    const program = await run("bash", ["-c", "command -v docker-ipv6nat || true"]);
    if (program === "") {
        return { name: NAME, unit: "ms", ours, ...limits };
    }
    await host.startIpv6nat(program.trim());
    try {
        const other = await recoveries(host, rounds, "docker-ipv6nat");
        return { ...(await compare(NAME, "ms", values, { name: "docker-ipv6nat", values: other })), ...limits };
    } finally {
        await host.stopIpv6nat();
    }
}

/** Where the engine does IPv6 NAT itself, its rules are there when the container is. */
export async function recoveryByEngine(engine: string, rounds: number): Promise<Measurement> {
    const host = await BenchHost.up(engine);
    try {
        const values = await recoveries(host, rounds, `the NAT of Docker ${engine}`);
        return { name: `${NAME}, the NAT of Docker ${engine}`, unit: "ms", ours: await sampleOf(values) };
    } finally {
        await host.down();
    }
}
