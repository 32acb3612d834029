/**
 * Writes to a Kafka elsewhere, by a client of librdkafka's (kcat), as openbmpd does by librdkafka itself. A client that
 * finds no broker ends, and what it had not sent yet is lost: the real one gives it 4 seconds (2018) or 20 (2022).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { KafkaConf } from "./openbmpdConf";

/** openbmpd takes a client that lives so long for one that is connected. */
const CONNECTED_MS = 1000;
const RETRY_MS = 1000;
/** In no message. */
const RECORD_END = "\x1e";
const FIRST_TOPIC = "openbmp.parsed.collector";

export class KafkaBus {
    private readonly clients = new Map<string, ChildProcess>();
    private isUp = false;
    private readonly held: (readonly [topic: string, key: string, text: string])[] = [];

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
    send(topic: string, key: string, text: string): void {
        if (this.isUp) {
            this.clientFor(topic).stdin?.write(`${key}\t${text}${RECORD_END}`);
        } else {
            this.held.push([topic, key, text]);
        }
    }

    /** Gives the clients some time for what they have. */
    async close(milliseconds: number): Promise<void> {
        this.isUp = false;
        const ends = [...this.clients.values()].map((client) => new Promise((done) => client.on("exit", done)));
        this.clients.forEach((client) => client.stdin?.end());
        await Promise.race([Promise.all(ends), sleep(milliseconds)]);
    }

    private async connect(): Promise<void> {
        for (;;) {
            const client = this.clientFor(FIRST_TOPIC);
            await sleep(CONNECTED_MS);
            if (this.clients.get(FIRST_TOPIC) === client) {
                break;
            }
            this.log(`Failed to connect to Kafka at ${this.conf.brokers.join(",")}, will try again`);
            await sleep(RETRY_MS);
        }
        this.log(`connected to Kafka at ${this.conf.brokers.join(",")}`);
        this.isUp = true;
        this.held.splice(0).forEach((message) => {
            this.send(...message);
        });
        this.onChange(true);
    }

    private clientFor(topic: string): ChildProcess {
        const client = this.clients.get(topic) ?? this.start(topic);
        this.clients.set(topic, client);
        return client;
    }

    private start(topic: string): ChildProcess {
        const settings = Object.entries(this.conf.settings).flatMap(([name, value]) => ["-X", `${name}=${value}`]);
        const client = spawn(
            "kcat",
            ["-P", "-b", this.conf.brokers.join(","), "-t", topic, "-K", "\t", "-D", RECORD_END, ...settings],
            { stdio: ["pipe", "ignore", "pipe"] },
        );
        client.stderr.on("data", (bytes: Buffer) => {
            this.log(`Kafka: ${bytes.toString().trim()}`);
        });
        client.stdin.on("error", () => undefined);
        client.on("exit", () => {
            if (this.clients.get(topic) === client) {
                this.lose(topic);
            }
        });
        return client;
    }

    /** One client that finds no broker: none of the others does. */
    private lose(topic: string): void {
        this.clients.delete(topic);
        if (this.isUp) {
            this.isUp = false;
            const others = [...this.clients.values()];
            this.clients.clear();
            others.forEach((client) => client.kill("SIGKILL"));
            this.log("Not connected to Kafka, attempting to reconnect");
            this.onChange(false);
            void this.connect();
        }
    }
}
