/**
 * Stands in for ZooKeeper and Kafka, as far as a deployment can notice: topics,
 * one consumer group, and a broker that sends its clients to the address that it
 * advertises.   kafka DIRECTORY ADVERTISED_HOST
 */
import { randomUUID } from "node:crypto";
import { createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "./kafkaClient";
import { onRequests } from "./kafkaWire";
import { onLines, writeLine } from "./lines";
import type { BrokerRequest, ZookeeperRequest } from "./requests";
import { ConsumerGroup, TopicStore } from "./topicStore";

const BROKER_PORT = 9092;
const ZOOKEEPER_PORT = 2181;
const JMX_PORT = 9999;

interface Member {
    readonly group: ConsumerGroup;
    readonly socket: Socket;
    readonly host: string;
}

const [directory = "", advertisedHost = "localhost"] = process.argv.slice(2);
const store = new TopicStore(directory);
const groups = new Map<string, ConsumerGroup>();
let member: Member | undefined;

function log(text: string): void {
    console.log(`${new Date().toISOString()} ${text}`);
}

function deliver(): void {
    const messages = member?.group.take() ?? [];
    if (member && messages.length > 0) {
        writeLine(member.socket, { messages });
    }
}

function join(socket: Socket, group: string, clients: string[], topics: string[]): void {
    const joined = groups.get(group) ?? new ConsumerGroup(store);
    groups.set(group, joined);
    const ids = joined.members.length > 0 ? joined.members : clients.map((client) => `${client}-${randomUUID()}`);
    joined.join(
        ids,
        topics.filter((topic) => store.has(topic)),
    );
    if (member?.socket !== socket) {
        member = { group: joined, socket, host: `/${(socket.remoteAddress ?? "").replace(/^::ffff:/, "")}` };
        socket.on("close", () => {
            if (member?.socket === socket) {
                joined.leave();
                member = undefined;
            }
        });
    }
    deliver();
}

function serveBroker(socket: Socket, request: BrokerRequest): void {
    switch (request.op) {
        case "metadata":
            writeLine(socket, { host: advertisedHost, port: BROKER_PORT, topics: store.names() });
            break;
        case "produce":
            store.append(request.topic, request.key, request.value);
            deliver();
            break;
        case "join":
            join(socket, request.group, request.clients, request.topics);
            break;
        case "commit":
            request.messages.forEach((message) => member?.group.commit(message));
            break;
        case "describe": {
            const group = groups.get(request.group);
            writeLine(socket, {
                known: group !== undefined,
                members: group?.members ?? [],
                partitions: group?.describe() ?? [],
                host: member?.host ?? "-",
            });
        }
    }
}

function serveZookeeper(socket: Socket, request: ZookeeperRequest): void {
    if (request.op === "create") {
        const created = !store.has(request.topic);
        if (created) {
            store.create(request.topic, request.partitions);
        }
        writeLine(socket, { created });
    } else {
        writeLine(socket, { topics: store.names() });
    }
}

/** Whether the broker reaches itself at the address that it advertises. */
let reachable = false;

async function untilReachable(): Promise<void> {
    while (!reachable) {
        try {
            await ask(advertisedHost, BROKER_PORT, { op: "metadata" });
            reachable = true;
        } catch {
            await sleep(300);
        }
    }
}

/** Our own parts speak in lines of JSON; a request of Kafka's begins with its length. */
function onFirstByte(socket: Socket, serve: (byte: number | undefined) => void): void {
    socket.once("data", (first: Buffer) => {
        socket.pause();
        serve(first[0]);
        socket.unshift(first);
        socket.resume();
    });
}

function listen(port: number, serve: (socket: Socket, request: unknown) => void): void {
    createServer((socket) => {
        socket.on("error", () => socket.destroy());
        onFirstByte(socket, (byte) => {
            if (byte === 0 && port === BROKER_PORT) {
                const memberHost = member?.host ?? "-";
                onRequests(socket, () => ({ host: advertisedHost, port, reachable, store, groups, memberHost }));
            } else {
                onLines(socket, (request) => {
                    serve(socket, request);
                });
            }
        });
    }).listen({ port, host: "::" }, () => {
        log(`listening at ${port}`);
    });
}

listen(BROKER_PORT, (socket, request) => {
    serveBroker(socket, request as BrokerRequest);
});
listen(ZOOKEEPER_PORT, (socket, request) => {
    serveZookeeper(socket, request as ZookeeperRequest);
});
listen(JMX_PORT, () => undefined);
void untilReachable();
log(`advertised.listeners=PLAINTEXT://${advertisedHost}:${BROKER_PORT}`);
