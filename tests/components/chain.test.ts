import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { HOST_STEPS, OPTIONAL_STEPS } from "../../components/remote/hostScript";
import { configure, runInStack, secretText, valueOf } from "./mocks";
import { hostCommands, optionalCommands } from "./stepCases";
import { answerWith, hostConfig, hostKey, type Registration } from "./registrations";

const config = {
    ...hostConfig,
    hostAddress: "192.0.2.10",
    hostUser: "root",
    bastionAddress: "bastion.example",
    bastionHostKey: hostKey,
    sshPrivateKeyPassword: "SECRETPASSWORD",
    environment: '{"MYSQL_ROOT_PASSWORD":"SECRETVARIABLE"}',
    metrics: "true",
    backupKeep: "7",
};

/** The mark of the engine's protocol for a secret (pulumi/sdk, rpc.ts). */
const MARK = "4dabf18193072939515e22adb298388d";

/** The texts in it that are not below a secret. */
function clearTexts(value: unknown): string[] {
    if (typeof value !== "object" || value === null) {
        return [String(value)];
    }
    return MARK in value ? [] : Object.entries(value).flatMap(([key, part]) => [key, ...clearTexts(part)]);
}

/** The steps of the table "What it does on the host". */
function stepsOfReadme(): string[] {
    const readme = readFileSync(join(__dirname, "../../README.md"), "utf8");
    const [table = ""] = /\n## What it does on the host\n[\s\S]*?\n#/.exec(readme) ?? [];
    return [...table.matchAll(/^\| `([a-z0-9-]+)`/gm)].map(([, step = ""]) => step);
}

describe("the chain of the program's steps", () => {
    let registrations: Registration[];
    let outputs: Record<string, pulumi.Output<unknown>>;

    beforeAll(async () => {
        registrations = await answerWith();
        configure(config);
        outputs = await runInStack(() => jest.requireActual<typeof outputs>("../../index"));
        await Promise.all(Object.values(outputs).map(valueOf));
        // No output waits for the steps behind the collector's start: until everything is told to the engine.
        await pulumi.runtime.disconnect();
    });

    /** The commands, in their order, with the step of scripts/host that each runs. */
    const commands = () =>
        registrations
            .filter(({ type }) => type === "command:remote:Command")
            .map(({ name, parent, dependsOn, inputs }) => {
                const [, script] = /\nrun_step (\S+) "\$@"/.exec(secretText(inputs.stdin) ?? "") ?? [];
                return { name, parent, dependsOn, script };
            });

    test("components/remote/hostScript.ts has the steps of the chain, in their order, and those behind it", () => {
        expect([...new Set(commands().map(({ script }) => script))]).toEqual([...HOST_STEPS, ...OPTIONAL_STEPS]);
    });

    test('README.md, "What it does on the host", has a row for each step, in their order', () => {
        expect(stepsOfReadme()).toEqual([...new Set(commands().map(({ parent }) => parent))]);
    });

    test("every command waits for the one before, of its own step or the step before, and for none after", () => {
        const names = commands().map(({ name }) => name);
        expect(names).toEqual([...hostCommands, ...optionalCommands]);
        const stepOf = Object.fromEntries(commands().map(({ name, parent }) => [name, parent]));
        const chain = commands().slice(0, hostCommands.length);
        for (const { dependsOn } of commands().slice(hostCommands.length)) {
            expect(dependsOn.map((each) => stepOf[each])).toContain(chain.at(-1)?.parent);
        }
        chain.forEach(({ name, dependsOn }, index, all) => {
            expect(names.slice(0, index)).toEqual(expect.arrayContaining(dependsOn));
            const before = all[index - 1]?.parent;
            expect([name, ...(before === undefined ? [] : dependsOn.map((each) => stepOf[each]))]).toEqual(
                expect.arrayContaining([name, ...(before === undefined ? [] : [before])]),
            );
        });
    });

    test("steps stand beside each other, none below another", () => {
        const steps = registrations.filter(({ type }) => type.startsWith("openbmp-aio-ipv6:"));
        expect(steps.map(({ parent }) => parent)).toEqual(steps.map(() => "openbmp-aio-ipv6-test"));
    });

    test("no secret of the configuration goes to the engine in clear", () => {
        const clear = registrations.flatMap(({ inputs }) => clearTexts(inputs)).join("\n");
        expect(clear).toContain("bash -euo pipefail -s -- apply");
        expect(clear).not.toMatch(/SECRET(LOGINKEY|PASSWORD|VARIABLE)/);
        // The walk would find them: below the marks they are there.
        expect(JSON.stringify(registrations)).toMatch(/SECRETLOGINKEY.*SECRETPASSWORD.*SECRETVARIABLE/s);
    });

    test("no output but the settings for the next preview is marked as secret, and none holds one", async () => {
        const values = Object.values(outputs).map((each) => pulumi.output(each));
        const secret = await Promise.all(values.map(pulumi.isSecret));
        const marked = Object.keys(outputs).filter((_, index) => secret[index]);
        expect(marked).toEqual(["deployedSettings"]);
        expect(JSON.stringify(await Promise.all(values.map(valueOf)))).not.toContain("SECRET");
    });

    test("a host that is reached over IPv4 and a bastion still gives out its IPv6 endpoints", async () => {
        const [bmpEndpoint, sshCommand] = await Promise.all(
            ["bmpEndpoint", "sshCommand"].map((name) => valueOf(pulumi.output(outputs[name]))),
        );
        expect(bmpEndpoint).toBe("[2001:db8::77]:5000");
        expect(sshCommand).toBe("ssh -J root@bastion.example -p 22 root@192.0.2.10");
    });
});
