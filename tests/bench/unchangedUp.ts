import { hostCommands } from "../components/stepCases";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { Deployment } from "../e2e/deployment";
import { root } from "../e2e/run";
import { Sandbox } from "../e2e/sandbox";
import { pulumi } from "./commands";
import { timeInTurns } from "./hyperfine";
import { compare, type Measurement, sampleOf } from "./measurement";
import { say } from "./say";

const LIMITS = { empty: 2.0, allCommands: 1.15 };

/** What our program loads for an existing host, without a resource. */
const modules = readdirSync(join(root, "components"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.includes("/") && !file.startsWith("aws/") && file.endsWith(".ts"))
    .map((file) => `import ${JSON.stringify(join(root, "components", file.replace(/\.ts$/, "")))};`)
    .join("\n");

/** Programs between the one without resources and ours: each adds one thing to the one before. */
const programsFor = (inputs: string) => ({
    empty: `export const nothing = true;`,
    sdk: `import * as pulumi from "@pulumi/pulumi";
        export const project = pulumi.getProject();`,
    modules: `${modules}
        export const nothing = true;`,
    oneCommand: `${modules}
        import * as command from "@pulumi/command";
        new command.remote.Command("step", ${inputs});`,
    allCommands: `${modules}
        import * as command from "@pulumi/command";
        import * as pulumi from "@pulumi/pulumi";
        let before: pulumi.Resource[] = [];
        for (let step = 0; step < ${hostCommands.length}; step += 1) {
            const parent = new pulumi.ComponentResource("bench:index:Step", "step-" + step, {}, { dependsOn: before });
            before = [new command.remote.Command("command-" + step, ${inputs}, { parent, dependsOn: before })];
        }`,
});

/** What each program adds to the one before, in the order of the report. */
const parts = [
    ["empty", "the CLI, the language host and an empty program"],
    ["sdk", "loading Pulumi's SDK, which every program with a resource does"],
    ["modules", "loading the program's own modules and the libraries that they use"],
    ["oneCommand", "the command plugin's start and one command"],
    ["allCommands", "as many commands as steps have, each in a component, one after the other"],
    ["ours", "the program's own: configuration, secrets, scripts as input"],
] as const;

async function programStack(directory: string, name: string, program: string, like: Stack): Promise<Stack> {
    const workDir = join(directory, name);
    mkdirSync(workDir);
    symlinkSync(join(root, "node_modules"), join(workDir, "node_modules"));
    cpSync(join(root, "tsconfig.json"), join(workDir, "tsconfig.json"));
    writeFileSync(
        join(workDir, "Pulumi.yaml"),
        `name: bench-${name}\nruntime:\n  name: nodejs\n  options:\n    typescript: true\nmain: index.ts\n`,
    );
    writeFileSync(join(workDir, "index.ts"), `${program}\n`);
    const stack = await LocalWorkspace.createStack(
        { stackName: `bench-${name}`, workDir },
        { envVars: like.workspace.envVars },
    );
    await stack.up();
    return stack;
}

/** An unchanged `up` against that of a program without resources, and what the rest is spent on. */
export async function unchangedUp(rounds: number): Promise<Measurement[]> {
    const sandbox = await Sandbox.up("bench-unchanged");
    const directory = mkdtempSync(join(tmpdir(), "openbmp-bench-"));
    let deployment: Deployment | undefined;
    try {
        deployment = await Deployment.create(sandbox);
        await deployment.up();
        const stacks: Record<string, Stack> = { ours: deployment.stack };
        const { address: host, user, hostKey } = sandbox.info;
        const connection = { host, user, hostKey, privateKey: sandbox.privateKey };
        const trivial = { create: "true", logging: "stderr", addPreviousOutputInEnv: false, connection };
        const programs = programsFor(JSON.stringify(trivial));
        for (const [name, program] of Object.entries(programs)) {
            stacks[name] = await programStack(directory, name, program, deployment.stack);
        }
        say(`unchanged up: ${rounds} rounds`);
        const commands = Object.fromEntries(
            Object.entries(stacks).map(([name, stack]) => [name, `${pulumi(stack)} up --yes --skip-preview`]),
        );
        const times = await timeInTurns(commands, rounds);
        const beside = (name: string, other: keyof typeof LIMITS) =>
            compare("unchanged `up`", "s", times.ours ?? [], { name, values: times[other] ?? [] }, LIMITS[other]);
        return [
            { ...(await beside("a program without resources", "empty")), note: await breakdown(times) },
            await beside("a program of as many trivial commands", "allCommands"),
        ];
    } finally {
        rmSync(directory, { recursive: true, force: true });
        deployment?.remove();
        await sandbox.down();
    }
}

async function breakdown(times: Readonly<Record<string, readonly number[]>>): Promise<string> {
    let before = 0;
    const words: string[] = [];
    for (const [name, what] of parts) {
        const { median } = await sampleOf(times[name] ?? []);
        words.push(`${what}: ${(median - before).toFixed(2)} s`);
        before = median;
    }
    return `differences of medians: ${words.join("; ")}`;
}
