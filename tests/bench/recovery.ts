import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../e2e/run";
import type { BenchHost } from "./benchHost";
import { type Measurement, sampleOf } from "./measurement";
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
 * The container restarts with a new address: from the return of `docker start`
 * to the first connection answered with the address that it came from.
 */
export async function recovery(host: BenchHost, rounds: number): Promise<Measurement> {
    say(`recovery: ${rounds} rounds`);
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
        const milliseconds = moves.map(({ stoppedAt, startedAt }) => {
            const first = answers.find(([askedAt = 0]) => askedAt > stoppedAt);
            return (first?.[1] ?? Infinity) - startedAt;
        });
        const ours = await sampleOf(milliseconds);
        return {
            name: "new address → first right connection",
            unit: "ms",
            ours,
            mustBe: `median at most ${LIMIT_MS} ms`,
            held: ours.median <= LIMIT_MS,
            note: `${ours.min.toFixed(0)} to ${ours.max.toFixed(0)} ms after \`docker start\` returned`,
        };
    } finally {
        await host.sandbox.removePeers();
        await host.removeSquatters();
    }
}
