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

/** A neighbour with a route to a network behind the host; what a connection from it comes to. */
export async function routedNeighbour(
    sandbox: Sandbox,
    suffix: string,
    prefix: string,
): Promise<(host: string, port: number) => Promise<string>> {
    const name = await sandbox.startPeer("neighbour", sandbox.peerAddress(suffix), ["sleep", "infinity"]);
    const pid = (await run("docker", ["inspect", "--format", "{{.State.Pid}}", name])).trim();
    const route = ["ip", "-6", "route", "add", prefix, "via", sandbox.info.address];
    await run("nsenter", [`--net=/proc/${pid}/ns/net`, ...route]);
    return async (host, port) =>
        (await run("docker", ["exec", "-i", name, "node", "-", host, String(port)], connectProgram)).trim();
}
