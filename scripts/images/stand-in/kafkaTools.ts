/** Kafka's own tools, as `kafka-run-class.sh` starts them: CLASS [OPTION…] */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { delays } from "./delays";
import { ask, metadata } from "./kafkaClient";
import type { PartitionState } from "./topicStore";

const print = (text: string) => process.stdout.write(`${text}\n`);
const complain = (text: string) => process.stderr.write(`${text}\n`);

/** "host:port", and a port alone where the host is left out. */
function endpoint(text: string): { host: string; port: number } {
    const [, host = "localhost", port = "0"] = /^(.*?):?(\d+)$/.exec(text) ?? [];
    return { host, port: Number(port) };
}

function single(values: readonly string[] | undefined, option: string): string | undefined {
    if (values && values.length > 1) {
        throw new Error(`Found multiple arguments for option ${option}, but you asked for only one`);
    }
    return values?.[0];
}

/** kafka.admin.TopicCommand: speaks to ZooKeeper alone, and makes one topic a call. */
async function topicCommand(args: string[]): Promise<number> {
    const { values } = parseArgs({
        args,
        options: {
            zookeeper: { type: "string", default: "" },
            create: { type: "boolean", default: false },
            list: { type: "boolean", default: false },
            "if-not-exists": { type: "boolean", default: false },
            topic: { type: "string", multiple: true },
            partitions: { type: "string", default: "6" },
            "replication-factor": { type: "string", default: "1" },
        },
    });
    const topic = single(values.topic, "topic");
    const { host, port } = endpoint(values.zookeeper);
    try {
        if (values.list) {
            const { topics } = await ask<{ topics: string[] }>(host, port, { op: "list" }, delays.toolTimeout);
            topics.forEach(print);
            return 0;
        }
        if (!values.create || !topic) {
            complain("Command must include exactly one action: --list, --describe, --create, --alter or --delete");
            return 1;
        }
        const partitions = Number(values.partitions);
        const { created } = await ask<{ created: boolean }>(
            host,
            port,
            { op: "create", topic, partitions },
            delays.toolTimeout,
        );
        if (/[._]/.test(topic)) {
            print(
                "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. To avoid issues it is best to use either, but not both.",
            );
        }
        if (created) {
            print(`Created topic "${topic}".`);
        } else if (!values["if-not-exists"]) {
            print(`Error while executing topic command : Topic '${topic}' already exists.`);
            return 1;
        }
        return 0;
    } catch {
        complain(
            `Exception in thread "main" org.I0Itec.zkclient.exception.ZkTimeoutException: Unable to connect to zookeeper server '${values.zookeeper}' with timeout of 30000 ms`,
        );
        return 1;
    }
}

interface GroupDescription {
    readonly known: boolean;
    readonly members: readonly string[];
    readonly host: string;
    readonly partitions: readonly PartitionState[];
}

function row(cells: readonly (string | number | null)[]): string {
    const widths = [30, 10, 15, 15, 10, 50, 30, 0];
    return cells.map((cell, index) => String(cell ?? "-").padEnd(widths[index] ?? 0)).join(" ");
}

function printGroup({ partitions, members, host }: GroupDescription): void {
    const consumer = (member: number | null) => {
        const id = member === null ? undefined : members[member];
        return id === undefined ? [null, null, null] : [id, host, id.replace(/-[0-9a-f]{8}-.*/, "")];
    };
    print(
        `\n${row(["TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "CONSUMER-ID", "HOST", "CLIENT-ID"])}`,
    );
    for (const { topic, partition, current, end, member } of partitions) {
        const lag = current === null ? null : end - current;
        print(row([topic, partition, current, end, lag, ...consumer(member)]));
    }
    const reading = new Set(partitions.map(({ member }) => member));
    for (const index of members.keys()) {
        if (!reading.has(index)) {
            print(row([null, null, null, null, null, ...consumer(index)]));
        }
    }
}

/** kafka.admin.ConsumerGroupCommand: goes to the advertised address, as every client. Its failures exit with 0. */
async function consumerGroupCommand(args: string[]): Promise<number> {
    const { values } = parseArgs({
        args,
        options: {
            "bootstrap-server": { type: "string", default: "" },
            "new-consumer": { type: "boolean", default: false },
            describe: { type: "boolean", default: false },
            group: { type: "string", multiple: true },
        },
    });
    const name = single(values.group, "group");
    const { host, port } = endpoint(values["bootstrap-server"]);
    if (!values.describe || !name || port === 0) {
        complain("Command must include exactly one action: --list, --describe, --delete");
        return 1;
    }
    print(
        "Note: This will only show information about consumers that use the Java consumer API (non-ZooKeeper-based consumers).\n",
    );
    let broker = `${host}:${port} (id: -1 rack: null)`;
    let call = "METADATA";
    try {
        const { host: advertised, port: advertisedPort } = await metadata(delays.toolTimeout);
        broker = `${advertised}:${advertisedPort} (id: 0 rack: null)`;
        call = "GROUP_COORDINATOR";
        const group = await ask<GroupDescription>(
            advertised,
            advertisedPort,
            { op: "describe", group: name },
            delays.toolTimeout,
        );
        if (!group.known) {
            print(`Error: Consumer group '${name}' does not exist.`);
        } else {
            if (group.members.length === 0) {
                complain(`Consumer group '${name}' has no active members.`);
            }
            printGroup(group);
        }
    } catch {
        await sleep(delays.toolTimeout);
        print(
            `Error: Executing consumer group command failed due to Request ${call} failed on brokers List(${broker})`,
        );
    }
    return 0;
}

async function main(): Promise<number> {
    const [className = "", ...args] = process.argv.slice(2);
    await sleep(delays.toolStart);
    switch (className) {
        case "kafka.admin.TopicCommand":
            return topicCommand(args);
        case "kafka.admin.ConsumerGroupCommand":
            return consumerGroupCommand(args);
        default:
            complain(`Error: Could not find or load main class ${className}`);
            return 1;
    }
}

main().then(
    (code) => process.exit(code),
    (error: unknown) => {
        complain(String(error));
        process.exit(1);
    },
);
