import { run } from "./run";
import type { Sandbox } from "./sandbox";

/** Tries to connect to each port, and says what came of it: "connected", "no answer" or an error's code, a line for each. */
const connectProgram = `
    const [host, ...ports] = process.argv.slice(2);
    const connect = (port) => new Promise((resolve) => {
        const socket = require("net").connect({ host, port: Number(port), timeout: 2000 });
        socket.on("connect", () => resolve("connected")).on("timeout", () => resolve("no answer"))
            .on("error", (error) => resolve(error.code));
    });
    Promise.all(ports.map(connect)).then((results) => { console.log(results.join("\\n")); process.exit(); });
`;

/** What a connection from that address beside the host comes to. */
export async function connectionFrom(sandbox: Sandbox, suffix: string, host: string, port: number): Promise<string> {
    return (await connectionsFrom(sandbox, suffix, host, [port])).join();
}

/** What connections from that address beside the host come to, in the order of the ports. */
export async function connectionsFrom(
    sandbox: Sandbox,
    suffix: string,
    host: string,
    ports: readonly number[],
): Promise<string[]> {
    const { stdout } = await sandbox.runBeside(suffix, connectProgram, [host, ...ports.map(String)]);
    return stdout.trim().split("\n");
}

/** A container beside the host with a route to a network behind it, of either family. */
async function startNeighbour(
    sandbox: Sandbox,
    suffix: string,
    prefix: string,
    command: readonly string[],
): Promise<string> {
    const name = await sandbox.startPeer("neighbour", sandbox.peerAddress(suffix), command);
    const pid = (await run("docker", ["inspect", "--format", "{{.State.Pid}}", name])).trim();
    const gateway = prefix.includes(":") ? sandbox.info.address : sandbox.info.addressV4;
    await run("nsenter", [`--net=/proc/${pid}/ns/net`, "ip", "route", "add", prefix, "via", gateway]);
    return name;
}

/** Connects to each port of each address in turn until it is told to stop; then prints how often, and how often it got through. */
const attemptsProgram = `
    const [hosts, ports] = process.argv.slice(1).map((list) => list.split(","));
    const counts = { attempts: 0, connected: 0 };
    const connect = (host, port) => new Promise((done) => {
        const socket = require("net").connect({ host, port: Number(port), timeout: 150 });
        const end = (connected) => () => { counts.attempts += 1; counts.connected += connected; socket.destroy(); done(); };
        socket.on("connect", end(1)).on("timeout", end(0)).on("error", end(0));
    });
    let stop = false;
    process.on("SIGTERM", () => (stop = true));
    (async () => {
        while (!stop) { await Promise.all(hosts.flatMap((host) => ports.map((port) => connect(host, port)))); }
        console.log(JSON.stringify(counts));
    })();
`;

/** How often a neighbour with a route gets through to any of those addresses and ports while something is done to the host. */
export async function routedAttempts(
    sandbox: Sandbox,
    prefix: string,
    hosts: readonly string[],
    ports: readonly number[],
    action: () => Promise<void>,
): Promise<{ attempts: number; connected: number }> {
    const name = await startNeighbour(sandbox, "161", prefix, [
        "node",
        "-e",
        attemptsProgram,
        hosts.join(),
        ports.join(),
    ]);
    try {
        await action();
        await run("docker", ["kill", "--signal", "TERM", name]);
        await run("docker", ["wait", name]);
        return JSON.parse(await run("docker", ["logs", name])) as { attempts: number; connected: number };
    } finally {
        await sandbox.removePeers();
    }
}

/** A neighbour with a route to a network behind the host; what a connection from it comes to. */
export async function routedNeighbour(
    sandbox: Sandbox,
    suffix: string,
    prefix: string,
): Promise<(host: string, port: number) => Promise<string>> {
    const name = await startNeighbour(sandbox, suffix, prefix, ["sleep", "infinity"]);
    return async (host, port) =>
        (await run("docker", ["exec", "-i", name, "node", "-", host, String(port)], connectProgram)).trim();
}
