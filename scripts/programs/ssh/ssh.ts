import { isUtf8 } from "node:buffer";
import { constants } from "node:os";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, type ClientChannel, type ParsedKey, utils } from "ssh2";
import type { Connection, Login } from "./connection";

/** What a command printed, without one line end at the end. */
export interface CommandOutput {
    readonly stdout: string;
    readonly stderr: string;
}

export type StreamName = "stdout" | "stderr";

/** Where a command runs and what it gets. */
export interface CommandRun {
    readonly connection: Connection;
    readonly command: string;
    readonly stdin: string | undefined;
    /** Told of failed dials. */
    readonly onRetry: (message: string) => void;
    /** Told of output as it comes. */
    readonly onOutput: (chunk: Buffer, stream: StreamName) => void;
    /** How long it may take. @default for ever */
    readonly timeoutSeconds?: number | undefined;
}

/** As the command plugin says it of a connection that ends before the command. */
const BROKEN = "wait: remote command exited without exit status or exit signal";

/** What a machine prints is kept in memory. */
const MAXIMUM_OUTPUT_BYTES = 64 * 1024 * 1024;
/** What a piece of it counts for besides its bytes: a machine may print one byte at a time. */
const CHUNK_BYTES = 1024;

/** The machine prints more, or takes longer, than it may. */
export class EndlessOutputError extends Error {}

/** Runs a command on the machine. Errors are worded as those of the Pulumi plugin command. */
export async function runCommand(run: CommandRun): Promise<CommandOutput> {
    const clients = await dial(run.connection, run.onRetry);
    try {
        // The last one is the machine, one before it the jump host.
        return await execute(clients.at(-1) as Client, run);
    } finally {
        for (const client of clients.reverse()) {
            client.end();
        }
    }
}

async function dial(connection: Connection, onRetry: CommandRun["onRetry"]): Promise<Client[]> {
    const { proxy } = connection;
    checkKeys(connection);
    if (!proxy) {
        return [await retried("Dial", connection, onRetry, () => connect(connection))];
    }
    checkKeys(proxy);
    let jumpHost: Client | undefined;
    try {
        const hop = (jumpHost = await retried("Dial proxy", proxy, onRetry, () => connect(proxy)));
        return [
            hop,
            await retried("Dial from proxy", connection, onRetry, async () =>
                connect(connection, await forward(hop, connection)),
            ),
        ];
    } catch (error) {
        jumpHost?.end();
        throw new Error(`proxy: ${messageOf(error)}`, { cause: error });
    }
}

/** What no further try would fix is said before the first. */
function checkKeys(login: Login): void {
    parsed(login.privateKey, login.privateKeyPassword);
    try {
        parsed(login.hostKey);
    } catch (error) {
        throw new Error(`failed to parse host key: ${messageOf(error)}`, { cause: error });
    }
}

function parsed(key: string, password?: string): ParsedKey {
    const result = utils.parseKey(key, password);
    if (result instanceof Error) {
        throw new Error(/Unsupported key format/.test(result.message) ? "ssh: no key found" : `ssh: ${result.message}`);
    }
    return result;
}

/** Tries once more than the limit says, as the plugin does; a negative limit is none. */
async function retried<T>(
    label: string,
    { dialErrorLimit: limit }: Login,
    onRetry: CommandRun["onRetry"],
    attempt: () => Promise<T>,
): Promise<T> {
    for (let failed = 1; ; failed++) {
        try {
            return await attempt();
        } catch (error) {
            if (limit >= 0 && failed > limit) {
                throw new Error(`after ${limit} failed attempts: ${messageOf(error)}`, { cause: error });
            }
            onRetry(`${label} ${failed}/${limit} failed: retrying`);
            await sleep(Math.min(100 * 1.5 ** (failed - 1), 5000));
        }
    }
}

function connect(login: Login, socket?: Duplex): Promise<Client> {
    const hostKey = parsed(login.hostKey);
    return new Promise((resolve, reject) => {
        const client = new Client();
        let mismatch = false;
        client
            .once("ready", () => {
                // After this an error shows as a command without an exit status.
                client.on("error", () => undefined);
                resolve(client);
            })
            .once("error", (error) => {
                client.on("error", () => undefined);
                client.end();
                reject(new Error(mismatch ? "ssh: handshake failed: ssh: host key mismatch" : dialError(error, login)));
            })
            .connect({
                ...(socket ? { sock: socket } : { host: login.host, port: login.port }),
                username: login.user,
                privateKey: login.privateKey,
                ...(login.privateKeyPassword === undefined ? {} : { passphrase: login.privateKeyPassword }),
                readyTimeout: login.perDialTimeout * 1000,
                algorithms: { serverHostKey: [hostKey.type] },
                hostVerifier: (key: Buffer) => {
                    mismatch = !key.equals(hostKey.getPublicSSH());
                    return !mismatch;
                },
            });
    });
}

const systemErrors: Readonly<Record<string, string>> = {
    ECONNREFUSED: "connection refused",
    EHOSTUNREACH: "no route to host",
    ENETUNREACH: "network is unreachable",
};

function dialError(error: Error & { level?: string; code?: string }, { host, port }: Login): string {
    switch (error.level) {
        case "client-authentication":
            return "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain";
        case "client-timeout":
            return `dial tcp ${endpoint(host, port)}: i/o timeout`;
        case "client-socket": {
            const reason = systemErrors[error.code ?? ""] ?? error.message;
            return `dial tcp ${endpoint(host, port)}: connect: ${reason}`;
        }
        default:
            return `ssh: handshake failed: ${error.message}`;
    }
}

function endpoint(host: string, port: number): string {
    return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function forward(client: Client, { host, port }: Login): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
        client.forwardOut("127.0.0.1", 0, host, port, (error, channel) => {
            if (error) {
                const reason = error.message.replace("(SSH) Channel open failure: ", "");
                reject(new Error(`ssh: rejected: connect failed (${reason})`));
            } else {
                resolve(channel);
            }
        });
    });
}

function execute(client: Client, { command, stdin, onOutput, timeoutSeconds }: CommandRun): Promise<CommandOutput> {
    return new Promise((resolve, reject) => {
        // The machine need not close the channel: the connection ends here.
        const leave = (error: EndlessOutputError) => {
            clearTimeout(timer);
            client.destroy();
            reject(error);
        };
        const timer =
            timeoutSeconds === undefined
                ? undefined
                : setTimeout(() => {
                      leave(new EndlessOutputError(`the machine did not answer within ${timeoutSeconds} s`));
                  }, timeoutSeconds * 1000);
        const commandFailed = (failure: string, printed: string) =>
            new Error(`${failure}: running ${quoted(command)}:\n${printed}`);
        client.exec(command, (error, channel) => {
            if (error) {
                clearTimeout(timer);
                // The command may break the connection before its start is confirmed.
                reject(error.message === "Unable to exec" ? commandFailed(BROKEN, "") : error);
                return;
            }
            const chunks: { readonly stream: StreamName; readonly chunk: Buffer }[] = [];
            const printed = (stream?: StreamName) =>
                Buffer.concat(chunks.filter((each) => !stream || each.stream === stream).map((each) => each.chunk));
            let bytes = 0;
            const collect = (stream: StreamName) => (chunk: Buffer) => {
                bytes += chunk.length + CHUNK_BYTES;
                if (bytes > MAXIMUM_OUTPUT_BYTES) {
                    leave(new EndlessOutputError(`the machine printed more than ${MAXIMUM_OUTPUT_BYTES} bytes`));
                    return;
                }
                chunks.push({ stream, chunk });
                onOutput(chunk, stream);
            };
            let failure: string | undefined = BROKEN;
            let stdinTaken = false;
            channel
                .on("data", collect("stdout"))
                .on("exit", (...exit: [code: number | null, signal?: string]) => (failure = exitFailure(...exit)))
                .on("error", () => undefined)
                .on("finish", () => (stdinTaken = true))
                .on("close", () => {
                    clearTimeout(timer);
                    failure ??= stdinTaken ? undefined : "EOF";
                    if (failure !== undefined) {
                        reject(commandFailed(failure, printed().toString()));
                        return;
                    }
                    try {
                        resolve({ stdout: text(printed("stdout")), stderr: text(printed("stderr")) });
                    } catch (error) {
                        reject(new Error(messageOf(error)));
                    }
                });
            channel.stderr.on("data", collect("stderr"));
            channel.end(stdin ?? "");
        });
    });
}

function exitFailure(code: number | null, signal?: string): string | undefined {
    if (code !== null) {
        return code === 0 ? undefined : `Process exited with status ${code}`;
    }
    const number = constants.signals[signal as NodeJS.Signals] as number | undefined;
    return `Process exited with status ${128 + (number ?? 0)} from signal ${(signal ?? "").replace("SIG", "")}`;
}

/** In double quotes, with the escapes that Go and JSON share. */
function quoted(command: string): string {
    return JSON.stringify(command);
}

function text(printed: Buffer): string {
    if (!isUtf8(printed)) {
        throw new Error("grpc: error while marshaling: string field contains invalid UTF-8");
    }
    return printed.toString().replace(/\n$/, "");
}

function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
