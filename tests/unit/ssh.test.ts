import type { AddressInfo } from "node:net";
import { Server, type ServerChannel } from "ssh2";
import type { Connection } from "../../scripts/programs/ssh/connection";
import { EndlessOutputError, runCommand } from "../../scripts/programs/ssh/ssh";
import { ed25519KeyPair } from "../sshKeys";

const hostKey = ed25519KeyPair();
const loginKey = ed25519KeyPair();

/** A machine on loopback that answers every command as a test wants it to. */
let answer: (channel: ServerChannel, isOpen: () => boolean) => void;
const server = new Server({ hostKeys: [hostKey.private] }, (client) => {
    let open = true;
    client
        .on("authentication", (context) => {
            context.accept();
        })
        .on("session", (accept) => {
            accept().on("exec", (acceptExec) => {
                answer(acceptExec(), () => open);
            });
        })
        .on("close", () => (open = false))
        .on("error", () => undefined);
});
let connection: Connection;

beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    connection = {
        host: "127.0.0.1",
        port: (server.address() as AddressInfo).port,
        user: "root",
        hostKey: hostKey.public,
        privateKey: loginKey.private,
        dialErrorLimit: 0,
        perDialTimeout: 15,
    };
});
afterAll(() => {
    server.close();
});

const command = () => ({
    connection,
    command: "look",
    stdin: "",
    onRetry: () => undefined,
    onOutput: () => undefined,
});
const run = () => runCommand(command());

/** Writes the same again and again, as long as somebody is there to read. */
function flood(stream: NodeJS.WritableStream, isOpen: () => boolean, piece: string): void {
    const write = () => {
        for (let each = 0; isOpen() && each < 100; each += 1) {
            stream.write(piece);
        }
        if (isOpen()) {
            setTimeout(write, 1);
        }
    };
    write();
}

test("what a machine prints is taken, up to a bound that no honest answer reaches", async () => {
    const text = "x".repeat(30 * 1024 * 1024);
    answer = (channel) => {
        channel.stderr.write("progress\n");
        channel.write(text);
        channel.exit(0);
        channel.end();
    };
    const { stdout, stderr } = await run();
    expect(stdout === text).toBe(true);
    expect(stderr).toBe("progress");
}, 30_000);

test.each<[string, typeof answer]>([
    [
        "without end",
        (channel, isOpen) => {
            flood(channel, isOpen, "x".repeat(32_768));
        },
    ],
    [
        "errors without end",
        (channel, isOpen) => {
            flood(channel.stderr, isOpen, "x".repeat(32_768));
        },
    ],
])(
    "a machine that prints %s is left",
    async (_, floods) => {
        answer = floods;
        const error = await run().catch((each: unknown) => each);
        expect(error).toBeInstanceOf(EndlessOutputError);
        expect((error as Error).message).toBe("the machine printed more than 67108864 bytes");
    },
    30_000,
);

test("a machine that prints one byte at a time is left, too, long before the pieces fill the memory", async () => {
    answer = (channel, isOpen) => {
        flood(channel, isOpen, "x");
    };
    let pieces = 0;
    const run = runCommand({ ...command(), onOutput: () => (pieces += 1) });
    await expect(run).rejects.toBeInstanceOf(EndlessOutputError);
    expect(pieces).toBeLessThan(70_000);
}, 60_000);

test("a machine that neither prints nor ends is left after a time", async () => {
    answer = () => undefined;
    await expect(runCommand({ ...command(), timeoutSeconds: 0.2 })).rejects.toThrow(
        "the machine did not answer within 0.2 s",
    );
});
