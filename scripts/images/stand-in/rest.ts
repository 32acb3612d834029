/** Stands in for Tomcat with db_rest: asks MariaDB at each request for the login and the rows. */
import { createServer, type IncomingMessage } from "node:http";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { runSql, sqlText } from "./database";
import { delays } from "./delays";

const PORT = 8001;
const PASSWORD = process.env.OPENBMP_DB_PASSWORD ?? "openbmp";
const COLUMNS = [
    "RouterName",
    "RouterIP",
    "RouterAS",
    "description",
    "isConnected",
    "isPassive",
    "LastTermCode",
    "LastTermReason",
    "InitData",
    "LastModified",
];

interface Login {
    readonly user: string;
    readonly password: string;
}

function loginOf({ headers }: IncomingMessage): Login | undefined {
    const [, encoded] = /^Basic (\S+)$/i.exec(headers.authorization ?? "") ?? [];
    const [, user, password] = /^([^:]*):([^]*)$/.exec(Buffer.from(encoded ?? "", "base64").toString()) ?? [];
    return user === undefined || password === undefined ? undefined : { user, password };
}

/** Whether there ever was a connection to the database. */
let pooled = false;

/**
 * Whether the table has the login; where it cannot be asked, nobody gets in.
 *
 * @throws where the database never let the program in
 */
async function mayEnter(login: Login | undefined): Promise<boolean> {
    if (!login) {
        return false;
    }
    if (!pooled) {
        await runSql("SELECT 1;", PASSWORD);
        pooled = true;
    }
    try {
        const [found] = await runSql(
            `SELECT COUNT(*) FROM users WHERE username = ${sqlText(login.user)} AND password = PASSWORD(${sqlText(login.password)});`,
            PASSWORD,
        );
        return found === "1";
    } catch (error) {
        console.log(String(error));
        return false;
    }
}

async function routers(): Promise<unknown> {
    const fields = COLUMNS.map((column) => `'${column}', ${column}`).join(", ");
    const rows = await runSql(`SELECT JSON_OBJECT(${fields}) FROM v_routers;`, PASSWORD);
    const data = rows.map((row) => JSON.parse(row) as unknown);
    return { routers: { cols: data.length > 0 ? COLUMNS.length : 0, size: data.length, data } };
}

async function answer(request: IncomingMessage): Promise<[number, unknown]> {
    const { pathname } = new URL(request.url ?? "/", "http://aio");
    if (pathname === "/peer") {
        // Not of AIO: who answers, and whom it sees.
        return [200, { server: hostname(), address: (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "") }];
    }
    if (!(await mayEnter(loginOf(request)))) {
        return [401, { error: "Unauthorized" }];
    }
    return pathname === "/db_rest/v1/routers" ? [200, await routers()] : [404, { error: "Not Found" }];
}

/** As the real one writes it, with a blank before a colon: no library would. */
const ok = (body: string) =>
    [
        "HTTP/1.1 200 OK",
        "Access-Control-Allow-Origin: *",
        "Access-Control-Allow-Credentials : true",
        "Access-Control-Allow-Methods: GET, POST",
        "Allow: OPTIONS",
        "Content-Type: application/json",
        `Content-Length: ${Buffer.byteLength(body)}`,
        "Connection: close",
        "",
        body,
    ].join("\r\n");

async function main(): Promise<void> {
    await sleep(delays.rest);
    createServer((request, response) => {
        answer(request)
            .catch((error: unknown): [number, unknown] => [500, { error: String(error) }])
            .then(([status, body]) => {
                console.log(`${new Date().toISOString()} ${request.method ?? ""} ${request.url ?? ""} ${status}`);
                if (status === 200 && request.url !== "/peer") {
                    request.socket.end(ok(JSON.stringify(body)));
                    return;
                }
                response.writeHead(status, {
                    "Content-Type": "application/json",
                    ...(status === 401 ? { "WWW-Authenticate": "Basic" } : {}),
                });
                response.end(JSON.stringify(body));
            })
            .catch(() => response.destroy());
    }).listen({ port: PORT, host: "::" });
}

void main();
