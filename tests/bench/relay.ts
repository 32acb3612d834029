import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A port of this machine behind which another machine seems to be far away. */
export interface Relay {
    readonly port: number;
    close(): void;
}

/**
 * Passes connections on, as late as over a path of that round trip: every
 * piece half of it late in either direction, and a connection a whole one
 * late, as TCP's handshake would be.
 */
export async function relayTo(address: string, port: number, roundTripMs: number): Promise<Relay> {
    const sockets = new Set<Socket>();
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
        const host = connect({ host: address, port, noDelay: true, allowHalfOpen: true });
        for (const socket of [client, host]) {
            sockets.add(socket);
            socket.on("error", () => {
                [client, host].forEach((each) => each.destroy());
            });
            socket.on("close", () => sockets.delete(socket));
        }
        passOn(client, host, roundTripMs / 2, sleep(roundTripMs));
        passOn(host, client, roundTripMs / 2, sleep(roundTripMs));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return {
        port: (server.address() as AddressInfo).port,
        close() {
            server.close();
            sockets.forEach((socket) => socket.destroy());
        },
    };
}

/** Nothing overtakes what came before it. */
function passOn(from: Socket, to: Socket, lateMs: number, opened: Promise<void>): void {
    let before = opened;
    const later = (pass: () => void) => {
        const late = sleep(lateMs);
        before = before.then(() => late).then(pass);
    };
    from.on("data", (piece) => {
        later(() => to.write(piece));
    });
    from.on("end", () => {
        later(() => to.end());
    });
}
