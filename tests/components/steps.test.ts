import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { isShown } from "../../components/settings/keyFacts";
import { fieldsByKey } from "../../components/settings/schema";
import { CollectorConfig } from "../../components/steps/collectorConfig";
import { outputsOf, secretText, valueOf } from "./mocks";
import { answerWith, CreatedMachine, hostKey, type Registration, unmarked, watchScripts } from "./registrations";
import { optionalCommands, printed, printedFile, stepCases } from "./stepCases";

/** The machine's, with the defaults of the provider. */
const connection = { host: "2001:db8::20", user: "root", hostKey, dialErrorLimit: 10, perDialTimeout: 15, port: 22 };

// Everything is told to the engine before the test environment goes.
afterAll(() => pulumi.runtime.disconnect());

const scriptOf = watchScripts();

describe.each(stepCases)("%s", (_, { commands: names, build, printed: answers }) => {
    let registrations: Registration[];
    let outputs: [name: string, output: pulumi.Output<unknown>][];
    const component = () => registrations.find(({ type }) => type.startsWith("openbmp-aio-ipv6:"));
    const commands = () => registrations.filter(({ type }) => type === "command:remote:Command");

    beforeAll(async () => {
        registrations = await answerWith(answers);
        const machine = new CreatedMachine("machine");
        const built = build({ machine, reapply: "again", secretKeys: new Set() }, { dependsOn: machine });
        outputs = outputsOf(built);
        await Promise.all(outputs.map(([, output]) => valueOf(output)));
        // Also of a step that gives nothing out, all is registered. Not in the SDK's types.
        await (pulumi.runtime as unknown as { waitForRPCs: () => Promise<void> }).waitForRPCs();
    });

    test("sends each command its script and its input, and gives out what they printed", async () => {
        const sent = commands().map(({ name, inputs }) => `${name}: ${scriptOf(unmarked(inputs).stdin)}`);
        const given = outputs.map(async ([name, output]) => `output ${name} ${JSON.stringify(await valueOf(output))}`);
        expect([component()?.type, ...sent, ...(await Promise.all(given))].join("\n")).toMatchSnapshot();
    });

    test("registers itself and its commands, and nothing else", () => {
        expect(commands().map(({ name, parent }) => [name, parent])).toEqual(
            names.map((name) => [name, component()?.name]),
        );
        expect(registrations.map(({ name }) => name).sort()).toEqual(["machine", component()?.name, ...names].sort());
    });

    test("runs its commands over a pinned connection, with what they are told as secrets; a step of the chain undoes nothing", () => {
        for (const { name, inputs } of commands()) {
            const { stdin, ...others } = unmarked(inputs);
            const [, verb] = scriptOf(stdin).split(/\s/);
            const shell = "bash -euo pipefail -s --";
            const undo = optionalCommands.includes(name) ? { delete: `${shell} remove` } : {};
            const common = { connection, logging: "stderr", addPreviousOutputInEnv: false };
            expect(others).toEqual({ ...common, create: `${shell} ${verb}`, ...undo });
        }
    });

    test("waits for what it is told to, and goes with the machine", () => {
        const [first, ...others] = commands();
        expect(first?.dependsOn).toEqual(["machine"]);
        expect(others.map(({ dependsOn }) => dependsOn)).toEqual(others.map(() => [first?.name]));
        expect(commands().map(({ deletedWith }) => deletedWith)).toEqual(commands().map(() => "machine"));
    });

    test("gives out nothing that is marked as a secret", async () => {
        expect(await Promise.all(outputs.map(([, output]) => pulumi.isSecret(output)))).toEqual(
            outputs.map(() => false),
        );
    });

    test("keeps settings of its arguments in its own state, none that may hold a secret, and nothing else", () => {
        const kept = Object.keys(component()?.inputs ?? {});
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
    const registrations = await answerWith({ ...printed, "collector-config-read": printedFile(text) });
    const args = {
        machine: new CreatedMachine("machine"),
        listenMode: "v4v6" as const,
        patEnabled: true,
        adminId: undefined,
        containerId: "c1",
        reapply: "",
        secretKeys: new Set<string>(),
    };
    const config = new CollectorConfig("collector-config", args, {});
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
    const write = registrations.find(({ name }) => name === "collector-config-write");
    const text = Buffer.from("startup: {pat_enabled: true}, ").toString("base64");
    expect(secretText(write?.inputs.stdin)).toContain(`EDITS=('7 0 ${text}')\n`);
    expect(secretText(write?.inputs.stdin)).toContain("CURRENT_PAT=''\n");
});

test("the text of openbmpd.conf is kept from logs and plain state", async () => {
    const { registrations } = await configure("base: {listen_mode: v4v6}\n");
    const secretOutputs = Object.fromEntries(registrations.map((found) => [found.name, found.secretOutputs]));
    expect(secretOutputs["collector-config-read"]).toEqual(expect.arrayContaining(["stdout", "connection"]));
    expect(secretOutputs["collector-config-write"]).toEqual(["connection"]);
});

test("stepCases.ts has a case for each component of components/steps that runs a command", () => {
    const directory = join(__dirname, "../../components/steps");
    const components = readdirSync(directory)
        .map((file) => readFileSync(join(directory, file), "utf8"))
        .filter((text) => text.includes("remoteStep("))
        .flatMap((text) => /^export class (\w+)/m.exec(text)?.[1] ?? []);
    expect(components.length).toBeGreaterThan(5);
    expect([...new Set(stepCases.map(([, { component }]) => component))].sort()).toEqual(components.sort());
});
