import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as pulumi from "@pulumi/pulumi";
import { isShown } from "../../components/settings/keyFacts";
import { fieldsByKey } from "../../components/settings/schema";
import { CollectorConfig } from "../../components/steps/collectorConfig";
import { digest, secretText, valueOf } from "./mocks";
import { answerWith, commandInputs, CreatedMachine, hostKey, type Registration, unmarked } from "./registrations";
import { readOutput, stepCases } from "./stepCases";

/** The machine's, with the defaults of the provider. */
const connection = { host: "2001:db8::20", user: "root", hostKey, dialErrorLimit: 10, perDialTimeout: 15, port: 22 };

// Everything is told to the engine before the test environment goes.
afterAll(() => pulumi.runtime.disconnect());

describe.each(stepCases)("%s", (_, { type, build, scripts, stdout, outputs }) => {
    let registrations: Registration[];
    let built: Readonly<Record<string, pulumi.Output<unknown>>>;
    const roles = Object.keys(scripts);
    const commands = () => registrations.slice(-roles.length);

    beforeAll(async () => {
        registrations = await answerWith(stdout);
        const machine = new CreatedMachine("machine");
        built = build({ machine, reapply: "again", secretKeys: new Set() }, { dependsOn: machine });
        await Promise.all(Object.values(built).map(valueOf));
        // Also of a step that gives nothing out, all is registered. Not in the SDK's types.
        await (pulumi.runtime as unknown as { waitForRPCs: () => Promise<void> }).waitForRPCs();
    });

    test("registers itself and its commands, and nothing else", () => {
        const found = registrations.map((each) => [each.type, each.name, each.parent]);
        expect(found.slice(0, 2).sort()).toEqual([
            [type, "step", ""],
            ["test:machine:Machine", "machine", ""],
        ]);
        expect(found.slice(2)).toEqual(roles.map((role) => ["command:remote:Command", `step-${role}`, "step"]));
    });

    test("sends its script with exactly its input, over a pinned connection, and undoes nothing", () => {
        expect(commands().map(({ inputs }) => unmarked(inputs))).toEqual(
            Object.values(scripts).map((script) =>
                commandInputs(connection, script, {
                    create: `bash -euo pipefail -s -- ${script[1]}`,
                }),
            ),
        );
    });

    test("waits for what it is told to, and goes with the machine", () => {
        const [first, ...others] = commands();
        expect(first?.dependsOn).toEqual(["machine"]);
        expect(others.map(({ dependsOn }) => dependsOn)).toEqual(others.map(() => [`step-${roles[0] ?? ""}`]));
        expect(commands().map(({ deletedWith }) => deletedWith)).toEqual(roles.map(() => "machine"));
    });

    test("gives out what the command printed, not marked as a secret", async () => {
        const values = Object.entries(built).map(async ([name, output]) => [name, await valueOf(output)] as const);
        expect(Object.fromEntries(await Promise.all(values))).toEqual(outputs);
        expect(await Promise.all(Object.values(built).map(pulumi.isSecret))).toEqual(
            Object.keys(built).map(() => false),
        );
    });

    test("keeps settings of its arguments in its own state, none that may hold a secret, and nothing else", () => {
        const kept = Object.keys(registrations.find(({ name }) => name === "step")?.inputs ?? {});
        const isSetting = (key: string) => {
            const field = fieldsByKey.get(key);
            return field !== undefined && isShown(field);
        };
        expect(kept).toContain("reapply");
        expect(kept.filter((key) => !isSetting(key))).toEqual([]);
    });
});

/** Builds the component on a file that the host reads out. */
async function configure(text: string) {
    const registrations = await answerWith({
        "config-read": `${digest("d")}\n${gzipSync(text).toString("base64")}`,
        "config-write": `{"configSha256":"${digest("f")}"}`,
    });
    const args = {
        listenMode: "v4v6" as const,
        patEnabled: true,
        adminId: undefined,
        containerId: "c1",
        reapply: "",
        secretKeys: new Set<string>(),
    };
    const config = new CollectorConfig("config", { machine: new CreatedMachine("machine"), ...args }, {});
    await valueOf(config.configSha256);
    return { config, registrations };
}

test("keys of PAT that the collector does not read get a warning, and stay", async () => {
    const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
    const { config, registrations } = await configure("base: {pat_enabled: false, listen_mode: v4v6}\n");
    const warning =
        "base.pat_enabled has no effect, the collector reads base.startup.pat_enabled: take it out of openbmpd.conf";
    expect(warn.mock.calls).toEqual([[warning, config]]);
    warn.mockClear();
    await configure("base: {startup: {pat_enabled: false}, listen_mode: v4v6}\n");
    expect(warn.mock.calls).toEqual([]);
    warn.mockRestore();
    const write = registrations.find(({ name }) => name === "config-write");
    const text = Buffer.from("startup: {pat_enabled: true}, ").toString("base64");
    expect(secretText(write?.inputs.stdin)).toContain(`EDITS=('7 0 ${text}')\n`);
    expect(secretText(write?.inputs.stdin)).toContain("CURRENT_PAT=''\n");
});

test("the text of openbmpd.conf is kept from logs and plain state", async () => {
    const registrations = await answerWith({
        "config-read": readOutput,
        "config-write": `{"configSha256":"${digest("f")}"}`,
    });
    const machine = new CreatedMachine("machine");
    const args = {
        machine,
        listenMode: "v4v6" as const,
        patEnabled: false,
        adminId: "lab",
        containerId: "c1",
        reapply: "",
        secretKeys: new Set<string>(),
    };
    await valueOf(new CollectorConfig("config", args, {}).configSha256);
    const secretOutputs = Object.fromEntries(registrations.map((found) => [found.name, found.secretOutputs]));
    expect(secretOutputs["config-read"]).toEqual(expect.arrayContaining(["stdout", "connection"]));
    expect(secretOutputs["config-write"]).toEqual(["connection"]);
});

test("stepCases.ts has a case for each component of components/steps that runs a command", () => {
    const files = readdirSync(join(__dirname, "../../components/steps"));
    const tokens = files.flatMap((file) => {
        const text = readFileSync(join(__dirname, "../../components/steps", file), "utf8");
        const [, token] = /super\(\s*"([^"]+)"/.exec(text) ?? [];
        return token !== undefined && text.includes("remoteStep(") ? [token] : [];
    });
    expect(tokens.length).toBeGreaterThan(5);
    expect([...new Set(stepCases.map(([, { type }]) => type))].sort()).toEqual(tokens.sort());
});
