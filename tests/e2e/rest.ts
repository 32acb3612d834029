/**
 * Asks a REST API for its routers and prints the answer as it came, or nothing
 * where none did: HOST PORT LOGIN. On a connection of its own, because Node's HTTP
 * refuses a header line of the image's.
 */
export const restProgram = `
    const [host, port, login] = process.argv.slice(2);
    const socket = require("net").connect({ host, port: Number(port), timeout: 5000 });
    socket.write("GET /db_rest/v1/routers HTTP/1.0\\r\\nAuthorization: Basic " + btoa(login) + "\\r\\n\\r\\n");
    socket.on("timeout", () => socket.destroy()).on("error", () => undefined);
    socket.pipe(process.stdout);
`;

/** The image's own login. */
export const publicLogin = "openbmp:CiscoRA";

export interface RestAnswer {
    /** 0 where nobody answered. */
    readonly status: number;
    readonly body: string;
}

/** What that program printed. */
export function readRestAnswer(text: string): RestAnswer {
    const [head = "", ...body] = text.split("\r\n\r\n");
    return { status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0), body: body.join("\r\n\r\n") };
}
