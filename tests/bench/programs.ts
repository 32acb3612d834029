/** Pulumi programs that the deployment is compared with. */
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { hostCommands } from "../components/stepCases";
import { root } from "../e2e/run";
import type { Sandbox } from "../e2e/sandbox";

/** What our program loads for an existing host, without a resource. */
const modules = readdirSync(join(root, "components"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.includes("/") && !file.startsWith("aws/") && file.endsWith(".ts"))
    .map((file) => `import ${JSON.stringify(join(root, "components", file.replace(/\.ts$/, "")))};`)
    .join("\n");

/**
 * Programs between the one without resources and ours: each adds one thing to the one before.
 *
 * @param where - host and port of the commands' connection
 */
export function programsFor(sandbox: Sandbox, where: object = { host: sandbox.info.address }) {
    const { user, hostKey } = sandbox.info;
    const connection = { ...where, user, hostKey, privateKey: sandbox.privateKey };
    const trivial = { create: "true", logging: "stderr", addPreviousOutputInEnv: false, connection };
    const inputs = JSON.stringify(trivial);
    return {
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
    };
}

/** A stack of that program, not deployed yet, whose state is where that of another one is. */
export function programStack(directory: string, name: string, program: string, like: Stack): Promise<Stack> {
    const workDir = join(directory, name);
    mkdirSync(workDir);
    symlinkSync(join(root, "node_modules"), join(workDir, "node_modules"));
    cpSync(join(root, "tsconfig.json"), join(workDir, "tsconfig.json"));
    writeFileSync(
        join(workDir, "Pulumi.yaml"),
        `name: bench-${name}\nruntime:\n  name: nodejs\n  options:\n    typescript: true\nmain: index.ts\n`,
    );
    writeFileSync(join(workDir, "index.ts"), `${program}\n`);
    return LocalWorkspace.createStack({ stackName: `bench-${name}`, workDir }, { envVars: like.workspace.envVars });
}
