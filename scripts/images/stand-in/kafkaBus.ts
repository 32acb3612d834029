/**
 * Writes to a Kafka elsewhere, by a client of librdkafka's (producer.py), as openbmpd does by librdkafka itself. A client that
 * finds no broker ends, and what it had not sent yet is lost: the real one gives it 4 seconds (2018) or 20 (2022).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { KafkaConf } from "./openbmpdConf";

/** openbmpd takes a client that lives so long for one that is connected. */
const CONNECTED_MS = 1000;
const RETRY_MS = 1000;

type Message = readonly [topic: string, key: string, text: string];

export class KafkaBus {
    private client: ChildProcess | undefined;
    private isUp = false;
    private readonly held: Message[] = [];

    constructor(
        private readonly conf: KafkaConf,
        private readonly log: (text: string) => void,
        private readonly onChange: (isUp: boolean) => void,
    ) {
        void this.connect();
    }

    get ready(): boolean {
        return this.isUp;
    }

    /** Whoever sends while there is no broker waits, with this one message. */
    send(...message: Message): void {
        if (this.isUp) {
            this.client?.stdin?.write(`${JSON.stringify(message)}\n`);
        } else {
            this.held.push(message);
        }
    }

    /** Gives the client some time for what it has. */
    async close(milliseconds: number): Promise<void> {
        this.isUp = false;
        const { client } = this;
        if (client) {
            const end = new Promise((done) => client.once("exit", done));
            client.stdin?.end();
            await Promise.race([end, sleep(milliseconds)]);
        }
    }

    private async connect(): Promise<void> {
        const brokers = this.conf.brokers.join(",");
        for (;;) {
            const client = this.start(brokers);
            this.client = client;
            await sleep(CONNECTED_MS);
            if (client.exitCode === null) {
                break;
            }
            this.log(`Failed to connect to Kafka at ${brokers}, will try again`);
            await sleep(RETRY_MS);
        }
        this.log(`connected to Kafka at ${brokers}`);
        this.isUp = true;
        this.held.splice(0).forEach((message) => {
            this.send(...message);
        });
        this.onChange(true);
    }

    private start(brokers: string): ChildProcess {
        const settings = Object.entries(this.conf.settings).map(([name, value]) => `${name}=${value}`);
        const client = spawn("/opt/openbmp/producer.py", [brokers, ...settings], { stdio: ["pipe", "ignore", "pipe"] });
        client.stderr.on("data", (bytes: Buffer) => {
            this.log(`Kafka: ${bytes.toString().trim()}`);
        });
        client.stdin.on("error", () => undefined);
        client.on("exit", () => {
            this.lose();
        });
        return client;
    }

    private lose(): void {
        if (this.isUp) {
            this.isUp = false;
            this.log("Not connected to Kafka, attempting to reconnect");
            this.onChange(false);
            void this.connect();
        }
    }
}
