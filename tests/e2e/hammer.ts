import { eventually, run } from "./run";
import type { Sandbox } from "./sandbox";

/** How attempts to connect to the collector ended. */
export interface Counts {
    readonly attempts: number;
    /** Answered by the collector, which saw the address that asked. */
    readonly right: number;
    /** Answered by the collector, which saw another address. */
    readonly wrongSource: number;
    /** Answered by something else. */
    readonly wrongContainer: number;
    /** Refused or lost, as it should be while the collector is away. */
    readonly none: number;
    /** The longest time without a right answer, from the first one to the end of all attempts. */
    readonly longestGapMs: number;
}

/**
 * Asks the REST port again and again who answers and whom it sees, until it is
 * told to stop and has enough; then prints the counts.
 */
const program = `
    const [host, attempts, right] = process.argv.slice(1);
    const http = require("node:http");
    const own = Object.values(require("node:os").networkInterfaces()).flat()
        .find(({ internal, scopeid, family }) => !internal && !scopeid && (family === "IPv6") === host.includes(":")).address;
    const headers = { authorization: "Basic " + Buffer.from("openbmp:CiscoRA").toString("base64") };
    const counts = { attempts: 0, right: 0, wrongSource: 0, wrongContainer: 0, none: 0, longestGapMs: 0 };
    const ask = () => new Promise((done) => {
        const request = http.get({ host, port: 8001, path: "/peer", headers, agent: false, timeout: 300 }, (response) => {
            let text = "";
            response.on("data", (part) => (text += part)).on("error", () => done("none")).on("end", () => {
                const { server, address } = JSON.parse(text);
                done(server !== "openbmp-aio" ? "wrongContainer" : address !== own ? "wrongSource" : "right");
            });
        });
        request.on("timeout", () => request.destroy()).on("error", () => done("none"));
    });
    let until = Infinity;
    let lastRight;
    process.on("SIGTERM", () => (until = Date.now() + 30000));
    console.log("{}");
    const enough = () => until < Infinity && counts.attempts >= attempts && counts.right >= right;
    (async () => {
        while (!enough() && Date.now() < until) {
            counts.attempts += 1;
            const answer = await ask();
            counts[answer] += 1;
            const now = performance.now();
            if (lastRight) counts.longestGapMs = Math.max(counts.longestGapMs, Math.round(now - lastRight));
            if (answer === "right") lastRight = now;
            await new Promise((done) => setTimeout(done, 5));
        }
        console.log(JSON.stringify(counts));
    })();
`;

/**
 * Connects to the collector from a container beside the host, one attempt
 * after the other, while something is done to the host; and for up to 30 s
 * after that, until there are enough attempts and enough right answers.
 */
export async function hammerWhile(
    sandbox: Sandbox,
    enough: { readonly attempts: number; readonly right: number },
    action: () => Promise<void>,
    host: string = sandbox.info.address,
): Promise<Counts> {
    const [name, suffix] = host.includes(":") ? ["hammer-ipv6", "121"] : ["hammer-ipv4", "122"];
    const peer = await sandbox.startPeer(name, sandbox.peerAddress(suffix), [
        ...["node", "-e", program, host],
        ...[String(enough.attempts), String(enough.right)],
    ]);
    try {
        // Before that, it would not hear that it is to stop.
        await eventually("the hammer runs", 20_000, async () => (await run("docker", ["logs", peer])) || undefined);
        await action();
        await run("docker", ["kill", "--signal", "TERM", peer]);
        await run("docker", ["wait", peer]);
        return JSON.parse((await run("docker", ["logs", peer])).split("\n").at(-2) ?? "{}") as Counts;
    } finally {
        await run("docker", ["rm", "--force", "--volumes", peer]);
    }
}

/** The same over IPv6 and IPv4 at once. */
export async function hammerBothWhile(
    sandbox: Sandbox,
    enough: { readonly attempts: number; readonly right: number },
    action: () => Promise<void>,
): Promise<{ ipv6: Counts; ipv4: Counts }> {
    let ipv4: Counts | undefined;
    const ipv6 = await hammerWhile(sandbox, enough, async () => {
        ipv4 = await hammerWhile(sandbox, enough, action, sandbox.info.addressV4);
    });
    return { ipv6, ipv4: ipv4 as Counts };
}
