import { createServer } from "node:net";

/** A port of this machine's that nobody listens at. */
export function freePort(): Promise<number> {
    return new Promise((resolve) => {
        const server = createServer().listen(0, "127.0.0.1", () => {
            const { port } = server.address() as { port: number };
            server.close(() => {
                resolve(port);
            });
        });
    });
}
