/**
 * Stands in for the AIO image where that cannot be pulled: BMP, the REST
 * resource for routers, and the files and ports that a deployment touches.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Socket } from "node:net";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { BmpError, InformationType, MessageType, readPeer, readTlvs, takeMessages, terminationReasons } from "./bmp";
import { routerHash, RouterTable } from "./routerTable";

const DEFAULT_CONFIG = "/usr/etc/openbmp/openbmpd.conf";
const USER_CONFIG = "/config/openbmpd.conf";
const DATA_DIRECTORY = "/data/mysql";
const BMP_PORT = 5000;
const REST_PORT = 8001;
/** MySQL, ZooKeeper and Kafka: listening, so that a test can see whether they are reachable. */
const INNER_PORTS = [3306, 2181, 9092];
const REST_CREDENTIALS = `Basic ${Buffer.from("openbmp:CiscoRA").toString("base64")}`;

interface CollectorConfig {
    readonly adminId: string;
    readonly listenMode: string;
    readonly patEnabled: boolean;
}

interface ConfigDocument {
    readonly base?: {
        readonly admin_id?: string;
        readonly listen_mode?: string;
        readonly pat_enabled?: boolean;
        readonly startup?: { readonly pat_enabled?: boolean };
    };
}

function log(text: string): void {
    process.stdout.write(`${new Date().toISOString()} ${text}\n`);
}

function loadConfig(): CollectorConfig {
    const file = existsSync(USER_CONFIG) ? USER_CONFIG : DEFAULT_CONFIG;
    const { base } = parse(readFileSync(file, "utf8")) as ConfigDocument;
    const fromFile = base?.admin_id ?? "hostname";
    // The image writes ADMIN_ID into its own file only, never into the user's.
    const adminId = file === DEFAULT_CONFIG && process.env.ADMIN_ID ? process.env.ADMIN_ID : fromFile;
    return {
        adminId: adminId === "hostname" ? hostname() : adminId,
        listenMode: base?.listen_mode ?? "v4",
        patEnabled: base?.startup?.pat_enabled ?? base?.pat_enabled ?? false,
    };
}

/** The address without the prefix that a dual-stack socket gives to IPv4. */
function sourceAddress(socket: Socket): string {
    return (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
}

function serveRouter(socket: Socket, table: RouterTable, config: CollectorConfig): void {
    const address = sourceAddress(socket);
    let pending: Buffer = Buffer.alloc(0);
    let hash: string | undefined;
    let ended = false;

    const end = (code: number | null, reason: string) => {
        if (ended) {
            return;
        }
        ended = true;
        log(`router ${address} ended: ${reason}`);
        if (hash) {
            table.update(hash, { isConnected: 0, LastTermCode: code, LastTermReason: reason });
        } else {
            // As the real collector does: who connects without speaking BMP is listed for ever.
            table.set(routerHash({ address }, config.adminId, config.patEnabled), {
                RouterName: address,
                RouterIP: address,
                RouterAS: null,
                description: "",
                isConnected: 0,
                isPassive: 0,
                LastTermCode: code,
                LastTermReason: reason,
                InitData: "",
            });
        }
        socket.destroy();
    };

    socket.on("data", (bytes: Buffer) => {
        try {
            const { messages, rest } = takeMessages(Buffer.concat([pending, bytes]));
            pending = rest;
            for (const { type, body } of messages) {
                if (type === MessageType.initiation) {
                    const tlvs = readTlvs(body);
                    const sysName = tlvs.get(InformationType.sysName)?.toString() ?? "";
                    const sysDescr = tlvs.get(InformationType.sysDescr)?.toString() ?? "";
                    const bgpId = tlvs.get(InformationType.bgpId)?.join(".");
                    hash = routerHash({ address, sysName, bgpId }, config.adminId, config.patEnabled);
                    table.set(hash, {
                        RouterName: sysName || address,
                        RouterIP: address,
                        RouterAS: null,
                        description: sysDescr,
                        isConnected: 1,
                        isPassive: 0,
                        LastTermCode: null,
                        LastTermReason: "",
                        InitData: sysDescr,
                    });
                    log(`router ${address} is ${sysName}`);
                } else if (type === MessageType.termination) {
                    const code = readTlvs(body).get(1)?.readUInt16BE(0) ?? 1;
                    end(code, terminationReasons[code] ?? "Unknown reason");
                } else if (type === MessageType.peerUp || type === MessageType.peerDown) {
                    const peer = readPeer(body);
                    log(
                        `router ${address} peer ${peer.address} of AS ${peer.as} is ${type === MessageType.peerUp ? "up" : "down"}`,
                    );
                }
            }
        } catch (error) {
            end(65534, error instanceof BmpError ? error.message : String(error));
        }
    });
    socket.on("error", () => {
        end(65533, "Connection reset");
    });
    socket.on("close", () => {
        end(65533, hash ? "Connection closed" : "Connection closed before Initiation");
    });
}

function listen(server: ReturnType<typeof createServer>, port: number, host: string, ipv6Only: boolean): void {
    server.listen({ port, host, ipv6Only }, () => {
        log(`listening on [${host}]:${port}`);
    });
}

function startBmp(table: RouterTable, config: CollectorConfig): void {
    const serve = (socket: Socket) => {
        serveRouter(socket, table, config);
    };
    if (config.listenMode !== "v6") {
        listen(createServer(serve), BMP_PORT, "0.0.0.0", false);
    }
    if (config.listenMode !== "v4") {
        listen(createServer(serve), BMP_PORT, "::", true);
    }
}

function startRest(table: RouterTable): void {
    const server = createHttpServer((request, response) => {
        const reply = (status: number, body: unknown) => {
            response.writeHead(status, {
                "Content-Type": "application/json",
                ...(status === 401 ? { "WWW-Authenticate": 'Basic realm="openbmp"' } : {}),
            });
            response.end(JSON.stringify(body));
        };
        if (request.headers.authorization !== REST_CREDENTIALS) {
            reply(401, { error: "Unauthorized" });
        } else if (new URL(request.url ?? "/", "http://aio").pathname === "/db_rest/v1/routers") {
            const data = table.list();
            reply(200, { routers: { cols: Object.keys(data[0] ?? {}).length, size: data.length, data } });
        } else if (request.url === "/peer") {
            // Not of AIO: who answers, and whom it sees.
            reply(200, { server: hostname(), address: sourceAddress(request.socket) });
        } else {
            reply(404, { error: "Not Found" });
        }
    });
    server.listen({ port: REST_PORT, host: "::" }, () => {
        log(`REST on ${REST_PORT}`);
    });
}

async function main(): Promise<void> {
    process.on("SIGTERM", () => process.exit(0));
    process.on("SIGINT", () => process.exit(0));
    if (!process.env.KAFKA_FQDN) {
        log("KAFKA_FQDN is not set: give the name of the Docker host");
        process.exit(1);
    }
    const config = loadConfig();
    const table = new RouterTable(DATA_DIRECTORY);
    appendFileSync(
        `${DATA_DIRECTORY}/starts.jsonl`,
        `${JSON.stringify({ at: new Date().toISOString(), ...config })}\n`,
    );
    for (const port of INNER_PORTS) {
        createServer((socket) => socket.end("inner\n")).listen({ port, host: "::" });
    }
    await sleep(1000 * Number(process.env.STARTUP_DELAY_SECONDS ?? "0"));
    startRest(table);
    startBmp(table, config);
}

void main();
