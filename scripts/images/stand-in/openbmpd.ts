/**
 * Stands in for openbmpd: takes BMP sessions and writes to Kafka what it hears.   openbmpd CONFIG_FILE [--kafka]
 *
 * Without --kafka the broker is the stand-in's own; with it, those of the file, which are real.
 */
import { createHash } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Admission, MOST_SESSIONS } from "./admission";
import {
    BmpError,
    type BmpMessage,
    InformationType,
    MessageType,
    readPeer,
    readTlvs,
    takeMessages,
    terminationReasons,
} from "./bmp";
import { delays } from "./delays";
import { KafkaBus } from "./kafkaBus";
import { BrokerConnection } from "./kafkaClient";
import { collectorFields, type CollectorAction, kafkaMessage, routerFields } from "./messages";
import { type KafkaConf, type OpenbmpdConf, readKafkaConf, readOpenbmpdConf } from "./openbmpdConf";
import { routerHash } from "./routerHash";
import { type ParsedTopic, rawTopic, type RouterMessage, topicName } from "./topics";

const LOG_FILE = "/var/log/openbmpd.log";
/** Not of AIO: on what the collector was started, for tests to count. */
const STARTS_FILE = process.argv[3] === "--kafka" ? "/var/log/starts.jsonl" : "/data/mysql/starts.jsonl";
/** What is kept for a broker that is not there; the rest is lost, and nothing says so. */
const LONGEST_QUEUE = 100_000;

/** `heartbeat.interval` of the image's own file. */
const HEARTBEAT_MS = 300_000;
/** For each router that ends with openbmpd. */
const END_MS = 2000;

interface Outgoing {
    readonly topic: string;
    readonly key: string;
    readonly value: unknown;
}

function log(text: string): void {
    appendFileSync(LOG_FILE, `${new Date().toISOString()} ${text}\n`);
}

function load(file: string): OpenbmpdConf {
    const conf = orEnd(() => readOpenbmpdConf(readFileSync(file, "utf8")));
    return { ...conf, adminId: conf.adminId === "hostname" ? hostname() : conf.adminId };
}

function orEnd<Read>(read: () => Read): Read {
    try {
        return read();
    } catch (error) {
        process.stdout.write(`ERROR: Failed to load the config file ${confFile}: ${(error as Error).message}\n`);
        process.stdout.write("collector stopped\n");
        process.exit(0);
    }
}

const [confFile = ""] = process.argv.slice(2);
const conf = load(confFile);
const collectorHash = createHash("md5").update(conf.adminId).digest("hex");
const admission = new Admission(
    conf.maxConcurrentRouters,
    1000 * conf.initialRouterSeconds,
    Number(process.env.STAND_IN_SESSIONS ?? MOST_SESSIONS),
);
const queue: Outgoing[] = [];
/** Then nobody is accepted any more. */
let isEnding = false;
/** Connections that nobody has accepted yet. */
const waiting: (() => void)[] = [];

const sessions = new Set<Session>();
const bus = process.argv[3] === "--kafka" ? new KafkaBus(kafkaConf(), log, whenBusChanges) : undefined;
const broker = bus ?? ownBroker();

function kafkaConf(): KafkaConf {
    return orEnd(() => readKafkaConf(readFileSync(confFile, "utf8")));
}

function ownBroker(): BrokerConnection {
    const connection = new BrokerConnection(log, () => {
        for (const message of queue.splice(0)) {
            connection.send({ op: "produce", ...message });
        }
    });
    return connection;
}

/** Who waits for a broker reads nothing: the router notices when its window is full. */
function whenBusChanges(isUp: boolean): void {
    sessions.forEach((session) => {
        session.goOn(isUp);
    });
    waiting.splice(0, isUp ? waiting.length : 0).forEach((enter) => {
        enter();
    });
}

let sequence = 0;

/** In openbmpd's own form, where its own consumers may read it. */
function sendToKafka(to: KafkaBus, topic: string, key: string, value: unknown): void {
    const type = topic.slice(topic.lastIndexOf(".") + 1);
    const fields = type === "router" ? routerFields(sequence++, value as RouterMessage) : [JSON.stringify(value)];
    to.send(topic, key, kafkaMessage(type, collectorHash, fields));
}

/** What openbmpd says of itself at its start, at each change of its routers, and now and then. */
function tellOfItself(action: CollectorAction): void {
    const routers = [...sessions].map(({ address }) => address);
    if (bus) {
        const fields = collectorFields(action, sequence++, { adminId: conf.adminId, collectorHash, routers });
        bus.send(topicName("collector"), collectorHash, kafkaMessage("collector", collectorHash, fields));
    } else if (action === "started") {
        sendParsed("collector", collectorHash, { collectorHash });
    }
}

function send(topic: string, key: string, value: unknown): void {
    if (broker instanceof KafkaBus) {
        sendToKafka(broker, topic, key, value);
    } else if (broker.open) {
        broker.send({ op: "produce", topic, key, value });
    } else if (queue.length < LONGEST_QUEUE) {
        queue.push({ topic, key, value });
    }
}

const sendParsed = (topic: ParsedTopic, key: string, value: unknown) => {
    send(topicName(topic), key, value);
};

/** One router's session. */
class Session {
    readonly address: string;
    private pending: Buffer = Buffer.alloc(0);
    private hash: string | undefined;
    private ended = false;

    constructor(
        private readonly socket: Socket,
        private readonly giveBack: () => void,
    ) {
        // A dual-stack socket gives IPv4 a prefix.
        this.address = (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
        socket.on("data", (bytes: Buffer) => {
            this.read(bytes);
        });
        socket.on("error", () => {
            this.end(65533, "Connection reset");
        });
        socket.on("close", () => {
            this.end(65533, this.hash ? "Connection closed" : "Connection closed before Initiation");
        });
        sessions.add(this);
        tellOfItself("change");
        if (socket.destroyed) {
            this.end(65533, "Connection closed before Initiation");
        }
        socket.resume();
    }

    goOn(isUp: boolean): void {
        if (isUp) {
            this.socket.resume();
        } else {
            this.socket.pause();
        }
    }

    private read(bytes: Buffer): void {
        try {
            const { messages, rest } = takeMessages(Buffer.concat([this.pending, bytes]));
            this.pending = rest;
            for (const message of messages) {
                this.hear(message);
            }
        } catch (error) {
            this.end(65534, error instanceof BmpError ? error.message : String(error));
        }
    }

    private hear({ type, body }: BmpMessage): void {
        send(rawTopic, this.address, body.length);
        switch (type) {
            case MessageType.initiation:
                this.initiate(readTlvs(body));
                break;
            case MessageType.termination: {
                const code = readTlvs(body).get(1)?.readUInt16BE(0) ?? 1;
                this.end(code, terminationReasons[code] ?? "Unknown reason");
                break;
            }
            case MessageType.peerUp:
            case MessageType.peerDown: {
                const peer = readPeer(body);
                const state = type === MessageType.peerUp ? "up" : "down";
                log(`router ${this.address} peer ${peer.address} of AS ${peer.as} is ${state}`);
                sendParsed("peer", peer.address, { ...peer, state });
                break;
            }
            case MessageType.statisticsReport:
                sendParsed("bmp_stat", this.address, body.length);
        }
    }

    private initiate(tlvs: Map<number, Buffer>): void {
        const sysName = tlvs.get(InformationType.sysName)?.toString() ?? "";
        const bgpId = tlvs.get(InformationType.bgpId)?.join(".");
        this.hash = routerHash({ address: this.address, sysName, bgpId }, conf.adminId, conf.patEnabled);
        this.tell({
            name: sysName || this.address,
            description: tlvs.get(InformationType.sysDescr)?.toString() ?? "",
        });
        log(`router ${this.address} is ${sysName}`);
        if (!delays.routerKeepsPlace) {
            this.giveBack();
        }
    }

    end(code: number | null, reason: string): void {
        if (!this.ended) {
            this.ended = true;
            log(`router ${this.address} ended: ${reason}`);
            // Also of one that said nothing: it is listed for ever, or ends the row of a router with its address.
            this.tell({ ended: { code, reason } });
            sessions.delete(this);
            tellOfItself("change");
            this.giveBack();
            admission.leave();
            this.socket.destroy();
        }
    }

    private tell(said: Pick<RouterMessage, "name" | "description" | "ended">): void {
        const hash = this.hash ?? routerHash({ address: this.address }, conf.adminId, conf.patEnabled);
        sendParsed("router", hash, { hash, collectorHash, address: this.address, ...said } satisfies RouterMessage);
    }
}

function listen(host: string, ipv6Only: boolean): void {
    const server = createServer({ pauseOnConnect: true }, (socket) => {
        // One that goes while it waits is found gone when its turn comes.
        socket.on("error", () => undefined);
        const enter = () => {
            admission.enter((giveBack) => (isEnding ? undefined : new Session(socket, giveBack)));
        };
        if (bus?.ready === false) {
            waiting.push(enter);
        } else {
            enter();
        }
    });
    server.on("error", (error) => {
        process.stdout.write(`ERROR: ${error.message}\ncollector stopped\n`);
        process.exit(0);
    });
    server.listen({ port: conf.listenPort, host, ipv6Only }, () => {
        log(`listening on [${host}]:${conf.listenPort}`);
    });
}

/** Of each router it says that it is gone, one after the other, and gives Kafka two seconds for each. */
async function endAll(): Promise<void> {
    isEnding = true;
    for (const session of [...sessions]) {
        session.end(65533, "Connection closed");
        if (bus) {
            await sleep(END_MS);
        }
    }
    await bus?.close(END_MS);
    process.exit(0);
}

process.on("SIGTERM", () => void endAll());
process.on("SIGINT", () => void endAll());
appendFileSync(STARTS_FILE, `${JSON.stringify({ at: new Date().toISOString(), ...conf })}\n`);
tellOfItself("started");
if (bus) {
    setInterval(() => {
        tellOfItself("heartbeat");
    }, HEARTBEAT_MS);
}
if (conf.listenMode !== "v6") {
    listen(conf.listenIpv4, false);
}
if (conf.listenMode !== "v4") {
    listen(conf.listenIpv6, true);
}
