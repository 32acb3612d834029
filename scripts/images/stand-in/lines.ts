/** Messages of Kafka's stand-in: JSON, one a line. */
import type { Socket } from "node:net";

const LONGEST_LINE = 8 << 20;

export function writeLine(socket: Socket, message: unknown): void {
    socket.write(`${JSON.stringify(message)}\n`);
}

/** Calls back for each line; whoever sends anything else is cut off. */
export function onLines(socket: Socket, handle: (message: unknown) => void): void {
    let pending = "";
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => {
        const lines = (pending + text).split("\n");
        pending = lines.pop() ?? "";
        try {
            if (pending.length > LONGEST_LINE) {
                throw new Error("a line without an end");
            }
            for (const line of lines) {
                handle(JSON.parse(line));
            }
        } catch {
            socket.destroy();
        }
    });
}
