/** What the clients of Kafka have in common: they ask at localhost where the broker is, and go there. */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { onLines, writeLine } from "./lines";
import type { BrokerRequest, ZookeeperRequest } from "./requests";

const CONNECT_MS = 5000;
const RETRY_MS = 300;
const PATIENT_RETRY_MS = 3000;

export interface Metadata {
    readonly host: string;
    readonly port: number;
    readonly topics: readonly string[];
}

/** A connection, or an error when there is none in time. */
export function dial(host: string, port: number, timeout = CONNECT_MS): Promise<Socket> {
    return new Promise((resolve, reject) => {
        const socket = connect({ host, port, timeout }, () => {
            socket.setTimeout(0);
            resolve(socket);
        });
        socket.on("timeout", () => socket.destroy(new Error("timed out")));
        socket.on("error", reject);
    });
}

/** One request and its answer, on a connection of its own. */
export async function ask<Answer>(
    host: string,
    port: number,
    request: BrokerRequest | ZookeeperRequest,
    timeout = CONNECT_MS,
): Promise<Answer> {
    const socket = await dial(host, port, timeout);
    socket.setTimeout(timeout);
    return new Promise<Answer>((resolve, reject) => {
        onLines(socket, (answer) => {
            resolve(answer as Answer);
            socket.destroy();
        });
        socket.on("close", () => {
            reject(new Error("no answer"));
        });
        writeLine(socket, request);
    });
}

export const metadata = (timeout?: number) => ask<Metadata>("localhost", 9092, { op: "metadata" }, timeout);

/** A connection to the broker at its advertised address, made again when it ends. */
export class BrokerConnection {
    private socket: Socket | undefined;

    constructor(
        private readonly log: (text: string) => void,
        private readonly onOpen: () => void,
        private readonly onMessage: (message: unknown) => void = () => undefined,
    ) {
        void this.keepOpen();
    }

    get open(): boolean {
        return this.socket !== undefined;
    }

    send(request: BrokerRequest): void {
        if (this.socket) {
            writeLine(this.socket, request);
        }
    }

    private async keepOpen(): Promise<void> {
        for (;;) {
            let wait = RETRY_MS;
            try {
                const { host, port } = await metadata();
                wait = PATIENT_RETRY_MS;
                await this.talk(await dial(host, port), `${host}:${port}`);
            } catch {
                // As the real clients: another try, and no word of it.
            }
            await sleep(wait);
        }
    }

    /** Until the connection ends. What takes connections and does not answer is no broker. */
    private async talk(socket: Socket, address: string): Promise<void> {
        socket.setTimeout(CONNECT_MS, () => socket.destroy());
        onLines(socket, (message) => {
            if (this.socket) {
                this.onMessage(message);
            } else {
                socket.setTimeout(0);
                this.log(`connected to the broker at ${address}`);
                this.socket = socket;
                this.onOpen();
            }
        });
        writeLine(socket, { op: "metadata" } satisfies BrokerRequest);
        await new Promise((done) => socket.on("close", done));
        this.socket = undefined;
    }
}
