/**
 * Stands in for the six consumers: reads what openbmpd wrote from Kafka and stores it
 * in MariaDB. A topic is read only once it is attached.
 */
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type ConsumersConf, ownConsumersConf, readConsumersConf, topicsOf } from "./consumersConf";
import { runSql, SqlError, sqlNumber, sqlText } from "./database";
import { delays } from "./delays";
import { BrokerConnection, metadata } from "./kafkaClient";
import type { TopicMessage } from "./topicStore";
import { type CollectorMessage, consumerGroup, type RouterMessage, topicName } from "./topics";

const CONFIG_FILE = "/config/obmp-mysql-consumer.yml";
const CLIENTS = 6;
const DATABASE_RETRY_MS = 1000;

const subscribed: string[] = [];
let attached: readonly string[] = [];
let work: Promise<void> = Promise.resolve();

function log(text: string): void {
    console.log(`${new Date().toISOString()} ${text}`);
}

/** Their variables say nothing of the database's password: it is in the file, or the one that everybody knows. */
function load(): ConsumersConf {
    if (!existsSync(CONFIG_FILE)) {
        return ownConsumersConf;
    }
    log("Loading custom configuration file");
    try {
        return readConsumersConf(readFileSync(CONFIG_FILE, "utf8"));
    } catch (error) {
        console.error(String(error));
        log("Failed to load the configuration file, exiting");
        process.exit(1);
    }
}

const conf = load();

function collectorSql({ collectorHash }: CollectorMessage): string {
    return `UPDATE routers SET isConnected = 0 WHERE collector_hash_id = ${sqlText(collectorHash)};`;
}

function routerSql({ hash, collectorHash, address, name, description = "", ended }: RouterMessage): string {
    const row: Record<string, string> = {
        hash_id: sqlText(hash),
        collector_hash_id: sqlText(collectorHash),
        name: `LEFT(${sqlText(name ?? address)}, 200)`,
        ip_address: sqlText(address),
        description: `LEFT(${sqlText(description)}, 255)`,
        init_data: `LEFT(${sqlText(description)}, 255)`,
        isConnected: ended ? "0" : "1",
        term_reason_code: sqlNumber(ended?.code ?? null),
        term_reason_text: sqlText(ended?.reason ?? ""),
        timestamp: "CURRENT_TIMESTAMP(6)",
    };
    // Of one that ended, what it told before stays.
    const kept = ended ? ["name", "ip_address", "description", "init_data"] : [];
    const changes = Object.keys(row).filter((column) => !kept.includes(column));
    return `INSERT INTO routers (${Object.keys(row).join(", ")}) VALUES (${Object.values(row).join(", ")})
        ON DUPLICATE KEY UPDATE ${changes.map((column) => `${column} = VALUES(${column})`).join(", ")};`;
}

function statementFor({ topic, value }: TopicMessage): string {
    switch (topic) {
        case topicName("collector"):
            return collectorSql(value as CollectorMessage);
        case topicName("router"):
            return routerSql(value as RouterMessage);
        default:
            return "";
    }
}

async function store(messages: readonly TopicMessage[]): Promise<void> {
    const statements = messages.map(statementFor).join("\n");
    while (statements.trim() !== "") {
        try {
            await runSql(statements, conf.password);
            return;
        } catch (error) {
            log(`ERROR ${String(error)}`);
            if (!(error instanceof SqlError && error.unreachable)) {
                return;
            }
            await sleep(DATABASE_RETRY_MS);
        }
    }
}

const broker = new BrokerConnection(log, join, (message) => {
    const { messages } = message as { messages: TopicMessage[] };
    work = work.then(async () => {
        await store(messages);
        broker.send({ op: "commit", messages });
    });
});

function join(): void {
    if (broker.open && subscribed.length > 0) {
        const clients = Array.from({ length: CLIENTS }, (_, index) => `consumer-${index + 1}`);
        broker.send({ op: "join", group: consumerGroup, clients, topics: [...attached] });
        if (attached.length > 0) {
            log(`Assign partition of ${attached.join(" ")}`);
        }
    }
}

/** Attaches to what there is now of the topics that the patterns stand for: one that is made later stays unseen until the next look. */
async function refresh(): Promise<void> {
    try {
        const { topics } = await metadata();
        attached = [...new Set(subscribed.flatMap((pattern) => topicsOf(pattern, topics)))];
        log(`Metadata refreshed, ${topics.length} topics`);
        join();
    } catch (error) {
        log(`no metadata: ${String(error)}`);
    }
}

async function untilKafkaAnswers(): Promise<void> {
    while (!(await metadata().catch(() => undefined))) {
        await sleep(100);
    }
}

/** Once, before anything else: whom the database refuses ends. The words go to where the container's own do. */
async function enterDatabase(): Promise<void> {
    try {
        await runSql("SELECT 1;", conf.password);
    } catch (error) {
        console.error(`java.sql.SQLException: ${(error as Error).message}`);
        process.exit(2);
    }
}

async function main(): Promise<void> {
    await enterDatabase();
    await untilKafkaAnswers();
    if (conf.topicPatterns.length === 0) {
        log("kafka consumer exception: Consumer is not subscribed to any topics or assigned any partitions");
        log("Consumer is not running, exiting");
        process.exit(1);
    }
    for (const pattern of conf.topicPatterns) {
        subscribed.push(pattern);
        log(`Subscribed to topic: ${pattern}`);
        await refresh();
        await sleep(delays.subscriptionStep);
    }
    for (;;) {
        await sleep(delays.metadataRefresh);
        await refresh();
    }
}

void main();
