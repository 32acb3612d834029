import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { Contract, emulator, hostLog, type Plugin, realPlugin, type Step } from "./pluginContract";
import { run } from "../e2e/run";
import { Sandbox } from "../e2e/sandbox";

const MINUTE = 60_000;

/** What the real plugin gave. UPDATE_GOLDEN=1 writes it anew, where that plugin is installed. */
const recordFile = join(__dirname, "commandPlugin.golden.json");
const record = (existsSync(recordFile) ? JSON.parse(readFileSync(recordFile, "utf8")) : {}) as Record<string, unknown>;
const updates = process.env.UPDATE_GOLDEN === "1";

const secretStdin = `it's "quoted" $HOME \\ é 路由\n\n\tlast line`;

/** The keys of a run: of the host, of its login, and of nobody there. */
interface Keys {
    readonly login: string;
    readonly strangerLogin: string;
    readonly strangerHostKey: string;
    /** A login key with the password `passwordOfKey`. */
    readonly protectedLogin: string;
}
const passwordOfKey = "of the key";

let sandbox: Sandbox;
let keys: Keys;

type Connection = command.types.input.remote.ConnectionArgs;
type Args = Partial<command.remote.CommandArgs>;

function connection(changes: Partial<Connection> = {}): Connection {
    return {
        host: sandbox.info.address,
        user: sandbox.info.user,
        hostKey: sandbox.info.hostKey,
        privateKey: pulumi.secret(keys.login),
        dialErrorLimit: 2,
        perDialTimeout: 15,
        ...changes,
    };
}

function remote(name: string, args: Args, dependsOn: pulumi.Resource[] = []): command.remote.Command {
    return new command.remote.Command(
        name,
        { connection: connection(), logging: "stderr", addPreviousOutputInEnv: false, ...args },
        { dependsOn },
    );
}

/** A program of one command. */
const one = (args: () => Args) => () => {
    remote("a", args());
    return Promise.resolve();
};
const up = (args: () => Args): Step => ({ up: one(args) });
/** The two streams have no order of their own. */
const says = (word: string) => `echo ${word} >> ${hostLog}; echo out ${word}; sleep 0.1; echo err ${word} >&2`;

const first = () => ({
    create: `${says("create")}; sha256sum`,
    delete: says("delete"),
    stdin: pulumi.secret(secretStdin),
});
const second = () => ({ ...first(), create: `${says("create 2")}; sha256sum` });

const cases: Record<string, () => Step[]> = {
    "a create with a secret stdin, an unchanged up, a refresh, a delete": () => [
        { preview: one(first) },
        up(first),
        up(first),
        { refresh: one(first) },
        { destroy: true },
    ],
    "an update": () => [up(first), { preview: one(second) }, up(second)],
    "commands that fail": () => [
        up(() => ({ create: `${says("create")}; echo 'it "failed"' >&2; exit 3` })),
        up(() => ({ create: says("create") })),
        up(() => ({ create: says("create"), delete: "echo gone >&2; exit 5" })),
        { destroy: true },
    ],
    "a command ended by a signal": () => [up(() => ({ create: "kill -TERM $$" }))],
    "a connection that breaks": () => [up(() => ({ create: "kill -9 $PPID; sleep 5" }))],
    "a large output": () => [
        up(() => ({ create: "head -c 3000000 /dev/zero | tr '\\0' x | fold -w 60000; seq 300 >&2" })),
    ],
    "a large stdin": () => [up(() => ({ create: "sha256sum", stdin: "0123456789abcdef".repeat(1 << 18) }))],
    "output that is odd text": () => [
        up(() => ({ create: "printf 'a\\n\\n'; printf '\\n\\nx\\r\\n\\n\\303'; sleep 0.2; printf '\\274' >&2" })),
        up(() => ({ create: "printf '\\n\\n b \\r\\n\\n' >&2; printf '\\303'; sleep 0.2; printf '\\274'" })),
    ],
    "values that are unknown at preview, and secret commands": () => {
        const program = (word: string) => () => {
            const a = remote("a", { create: `echo ${word}` });
            const b = remote(
                "b",
                { create: pulumi.interpolate`echo ${a.stdout}`, stdin: a.stdout, triggers: [a.stdout] },
                [a],
            );
            remote("c", { create: pulumi.secret("echo hidden"), triggers: [pulumi.secret(word)] }, [b]);
            return Promise.resolve();
        };
        return [
            { preview: program("one") },
            { up: program("one") },
            { preview: program("two") },
            { up: program("two") },
        ];
    },
    "another host key": () => [
        up(() => ({ create: says("create"), connection: connection({ hostKey: keys.strangerHostKey }) })),
    ],
    "a port where nobody listens": () => [up(() => ({ create: says("create"), connection: connection({ port: 23 }) }))],
    "a login key with a password": () => [
        up(() => ({
            create: says("create"),
            connection: connection({ privateKey: keys.protectedLogin, privateKeyPassword: passwordOfKey }),
        })),
    ],
    "a jump host": () => [
        up(() => ({ create: says("create"), connection: connection({ host: "127.0.0.1", proxy: connection() }) })),
        up(() => ({
            create: says("again"),
            connection: connection({ host: "127.0.0.1", port: 23, proxy: connection() }),
        })),
        up(() => ({
            create: says("again"),
            connection: connection({ host: "127.0.0.1", proxy: connection({ hostKey: keys.strangerHostKey }) }),
        })),
    ],
    "another login key": () => [
        up(() => ({ create: says("create"), connection: connection({ privateKey: keys.strangerLogin }) })),
    ],
};

/** A pair of keys: the private one, and the public one without its comment. */
async function keyPair(directory: string, name: string, password = ""): Promise<[string, string]> {
    const file = join(directory, name);
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", password, "-f", file]);
    return [readFileSync(file, "utf8"), readFileSync(`${file}.pub`, "utf8").split(" ", 2).join(" ")];
}

describe("the emulator of the command plugin does what the real one does", () => {
    const directory = mkdtempSync(join(tmpdir(), "openbmp-contract-keys-"));
    const names: Record<string, string> = {};

    beforeAll(async () => {
        sandbox = await Sandbox.up("contract");
        const [strangerLogin, strangerHostKey] = await keyPair(directory, "stranger");
        const [protectedLogin, protectedPublic] = await keyPair(directory, "protected", passwordOfKey);
        // sshd would keep away for a while who failed to log in.
        await sandbox.root(`echo '${protectedPublic}' >> /home/admin/.ssh/authorized_keys
            echo 'PerSourcePenalties no' > /etc/ssh/sshd_config.d/contract.conf
            systemctl restart ssh`);
        keys = { login: sandbox.privateKey, strangerLogin, strangerHostKey, protectedLogin };
        Object.assign(names, {
            ...keys,
            address: sandbox.info.address,
            hostKey: sandbox.info.hostKey,
        });
    }, 5 * MINUTE);

    afterAll(async () => {
        await sandbox?.down();
        rmSync(directory, { recursive: true, force: true });
    }, MINUTE);

    /** A line of a key, as it would be in a file. */
    const bodyOf = (key: string) => key.split("\n")[1] ?? "";

    const resultsOf = (plugin: Plugin, steps: () => Step[]) =>
        new Contract(sandbox, plugin, names).run(steps(), [
            bodyOf(keys.login),
            bodyOf(keys.protectedLogin),
            passwordOfKey,
            JSON.stringify(secretStdin).slice(1, -1),
            "echo hidden",
        ]);

    const whereReal = realPlugin ? test : test.skip;
    const skipped = realPlugin ? "" : ": skipped, it is not installed here";

    describe.each(Object.entries(cases))("%s", (name, steps) => {
        whereReal(
            `the real plugin gives what is recorded of it${skipped}`,
            async () => {
                const results = await resultsOf(realPlugin as Plugin, steps);
                if (updates) {
                    record[name] = results;
                    writeFileSync(recordFile, JSON.stringify(record));
                    await run("npx", ["prettier", "--write", recordFile]);
                }
                // eslint-disable-next-line jest/no-standalone-expect -- whereReal is test
                expect(results).toEqual(record[name]);
            },
            2 * MINUTE,
        );

        test(
            "the emulator gives the same",
            async () => {
                const home = join(directory, "pulumi-home");
                expect(await resultsOf(emulator(home), steps)).toEqual(record[name]);
            },
            2 * MINUTE,
        );
    });
});
