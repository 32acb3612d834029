import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { changedPaths } from "../../scripts/plugin/protocol/diff";
import { withSecretLogin } from "../../scripts/plugin/command/inputs";
import { refusals, type Sandboxes, sandboxesIn } from "../../scripts/plugin/command/refusals";
import { type Properties, secret, unknown, withoutSecrets } from "../../scripts/plugin/protocol/values";

const sandboxKey = "AAAAC3NzaC1lZDI1NTE5AAAAIsandbox";
const sandboxes: Sandboxes = { addresses: new Set(["fd1f:e18::10"]), hostKeys: new Set([sandboxKey]) };
const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nsecret";
const login = { host: "192.0.2.1", hostKey: `ssh-ed25519 ${sandboxKey} a comment`, privateKey };
const foreign = { ...login, hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIforeign" };

const inputs = (connection: Properties | string, others: Properties = {}): Properties => ({
    connection,
    create: "true",
    logging: "stderr",
    addPreviousOutputInEnv: false,
    ...others,
});

/** The reasons, without the words around them. */
const reasons = (properties: Properties, known = sandboxes, cloudIsEmulated = false) =>
    refusals(properties, known, cloudIsEmulated).map((text) => /refuses: (.*?); install/.exec(text)?.[1]);

describe("the emulator of the command plugin", () => {
    test.each(["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])("serves the loopback address %s", (host) => {
        expect(reasons(inputs({ ...foreign, host }))).toEqual([]);
    });

    test("serves a sandbox, told by its pinned key at any address", () => {
        expect(reasons(inputs(login))).toEqual([]);
    });

    test.each(["fd1f:e18::10", "fd1f:0e18:0:0::10"])("serves a sandbox, told by its address %s", (host) => {
        expect(reasons(inputs({ ...foreign, host }))).toEqual([]);
    });

    test.each(["192.0.2.1", "128.0.0.1", "2001:db8::1", "::", "0.0.0.0", "localhost", "127.0.0.1.example", ""])(
        "refuses the host %p, by its name",
        (host) => {
            expect(reasons(inputs({ ...foreign, host }))).toEqual([
                `${host} is neither a loopback address nor a sandbox made on this machine`,
            ]);
        },
    );

    test("says what to do instead", () => {
        expect(refusals(inputs(foreign), sandboxes, true)).toEqual([
            "the emulator of the command plugin refuses: 192.0.2.1 is neither a loopback address nor a sandbox made on this machine; " +
                "install the real plugin (pulumi plugin install resource command 1.2.1), " +
                "or name a folder with its archive pulumi-resource-command-v1.2.1-….tar.gz in OPENBMP_PULUMI_PLUGINS",
        ]);
    });

    test("refuses a foreign host behind a sandbox, and a sandbox behind a foreign host", () => {
        const refused = ["192.0.2.1 is neither a loopback address nor a sandbox made on this machine"];
        expect(reasons(inputs({ ...foreign, proxy: login }))).toEqual(refused);
        expect(reasons(inputs({ ...login, proxy: foreign }))).toEqual(refused);
        expect(reasons(inputs({ ...foreign, host: "127.0.0.1", proxy: foreign }))).toEqual(refused);
    });

    test("refuses a connection without a host key", () => {
        expect(reasons(inputs({ host: "::1", privateKey }))).toEqual(["connection.hostKey is missing"]);
        expect(reasons(inputs({ ...login, proxy: { host: "::1", privateKey } }))).toEqual([
            "connection.proxy.hostKey is missing",
        ]);
    });

    test.each([
        [{ environment: { A: "b" } }, "environment is not supported"],
        [{ addPreviousOutputInEnv: true }, "addPreviousOutputInEnv is not supported with this value"],
        [{ create: 5 }, "create is not supported with this value"],
        [{ logging: "stdout" }, "logging is not supported with this value"],
        [{ update: "true" }, "update is not supported"],
        [{ connection: { ...login, agentSocketPath: "/a" } }, "connection.agentSocketPath is not supported"],
        [{ connection: { ...login, password: "p" } }, "connection.password is not supported"],
    ])("refuses what it cannot do, by its name: %j", (others: Properties, reason) => {
        expect(reasons({ ...inputs(login), ...others })).toEqual([reason]);
    });

    test.each(["addPreviousOutputInEnv", "logging"])("refuses the real plugin's default of %s", (name) => {
        const { [name]: given, ...others } = inputs(login);
        expect(given).toBeDefined();
        expect(reasons(others)).toEqual([`${name} is missing`]);
    });

    test("names no secret in a reason", () => {
        const said = refusals(inputs({ ...foreign, password: "p4ss", privateKeyPassword: 7 }), sandboxes, false).join();
        expect(said).not.toMatch(/PRIVATE KEY|secret|p4ss/);
    });

    test("takes a machine that is still to be made only where the cloud is emulated", () => {
        for (const toCome of [inputs(unknown), inputs({ ...foreign, host: unknown })]) {
            expect(reasons(toCome, sandboxes, true)).toEqual([]);
            expect(reasons(toCome)).toEqual(["the machine is still to be made, in a cloud that is not emulated"]);
        }
    });

    test("judges what is known beside what is not", () => {
        expect(reasons(inputs({ ...foreign, hostKey: unknown, port: unknown, dialErrorLimit: unknown }))).toEqual([]);
        expect(reasons(inputs(unknown, { environment: {} }), sandboxes, true)).toEqual([
            "environment is not supported",
        ]);
    });

    test("sees through secrets at any depth", () => {
        const marked = inputs({ ...foreign, privateKey: secret(privateKey), host: secret("192.0.2.7") });
        expect(
            reasons(withoutSecrets({ ...marked, connection: secret(marked.connection ?? null) }) as Properties),
        ).toEqual(["192.0.2.7 is neither a loopback address nor a sandbox made on this machine"]);
    });

    test("marks the keys of the login and of the jump host as secrets, once", () => {
        const marked = { ...login, privateKey: secret(privateKey) };
        const connection = secret({ ...login, privateKeyPassword: unknown, proxy: marked });
        expect(withSecretLogin(inputs(connection as Properties)).connection).toEqual(
            secret({ ...marked, privateKeyPassword: unknown, proxy: marked }),
        );
    });

    test("tells changed paths, and does not look into secrets", () => {
        const before = { a: "1", b: secret({ c: 1 }), list: [1, { d: 1 }], gone: 1 };
        const after = { a: "1", b: secret({ c: 2 }), list: [1, { d: 2 }, 3], added: 1 };
        expect(Object.fromEntries(changedPaths(before, after))).toEqual({
            b: "update",
            "list[1].d": "update",
            "list[2]": "add",
            gone: "delete",
            added: "add",
        });
        expect(changedPaths(before, before).size).toBe(0);
    });
});

describe("the sandboxes that the emulator knows", () => {
    const directory = mkdtempSync(join(tmpdir(), "openbmp-sandboxes-"));

    afterAll(() => {
        rmSync(directory, { recursive: true });
    });

    test("are those that the state directory has, none where it is not there", () => {
        expect(sandboxesIn(join(directory, "none"))).toEqual({ addresses: new Set(), hostKeys: new Set() });
        for (const [name, line] of Object.entries({
            one: `fd1f:0e18::10 ssh-ed25519 ${sandboxKey}\n`,
            two: "",
            three: "x\n",
        })) {
            mkdirSync(join(directory, "sandbox", name), { recursive: true });
            writeFileSync(join(directory, "sandbox", name, "known_hosts"), line);
        }
        mkdirSync(join(directory, "sandbox", "being-made"));
        expect(sandboxesIn(directory)).toEqual(sandboxes);
    });

    test("do not make an empty key known", () => {
        expect(reasons(inputs({ ...foreign, hostKey: "ssh-ed25519" }), sandboxesIn(directory))).toHaveLength(1);
    });
});
