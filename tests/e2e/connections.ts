import { run } from "./run";
import type { Sandbox } from "./sandbox";

/** Tries to connect, and says what came of it: "connected", "no answer" or an error's code. */
const connectProgram = `
    const [host, port] = process.argv.slice(2);
    const socket = require("net").connect({ host, port: Number(port), timeout: 2000 });
    const say = (text) => { console.log(text); process.exit(); };
    socket.on("connect", () => say("connected")).on("timeout", () => say("no answer")).on("error", (error) => say(error.code));
`;

/** What a connection from that address beside the host comes to. */
export async function connectionFrom(sandbox: Sandbox, suffix: string, host: string, port: number): Promise<string> {
    return (await sandbox.runBeside(suffix, connectProgram, [host, String(port)])).stdout.trim();
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
