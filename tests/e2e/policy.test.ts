import { mkdtempSync, appendFileSync, copyFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyCheckout, linkPackages } from "./checkout";
import { ed25519KeyPair } from "../sshKeys";
import { run, tryRun } from "./run";
import { MINUTE } from "./story";

describe("a later edit of the program that makes something unsafe", () => {
    const directory = mkdtempSync(join(tmpdir(), "openbmp-policy-"));
    const project = join(directory, "project");
    const environment = [`PULUMI_BACKEND_URL=file://${directory}`, "PULUMI_CONFIG_PASSPHRASE=of a test"];
    const pulumi = ["-C", project, ...environment, "pulumi", "--non-interactive"];
    const { private: privateKey, public: hostKey } = ed25519KeyPair();

    beforeAll(async () => {
        await copyCheckout(project);
        linkPackages(project);
        copyFileSync(join(project, "index.ts"), join(directory, "index.ts"));
        await run("env", [...pulumi, "stack", "init", "policy"]);
        const config = { target: "host", hostAddress: "127.0.0.1", hostPort: "9", hostUser: "root", hostKey };
        for (const [key, value] of Object.entries(config)) {
            await run("env", [...pulumi, "config", "set", key, value]);
        }
        await run("env", [...pulumi, "config", "set", "--secret", "sshPrivateKey"], privateKey);
    }, MINUTE);
    afterAll(() => {
        rmSync(directory, { recursive: true });
    });

    test.each([
        [
            'import * as command from "@pulumi/command";\nnew command.remote.Command("later", { create: "true", connection: { host: "127.0.0.1", port: 9 } });',
            "error: later (command:remote:Command): connection.hostKey must be the machine's public SSH host key, got nothing",
        ],
        [
            'import * as ebs from "@pulumi/aws/ebs";\nnew ebs.Volume("later", { availabilityZone: "a", encrypted: pulumi.output(Promise.resolve(false)) });',
            "error: later (aws:ebs/volume:Volume): encrypted must be true, got false",
        ],
    ])(
        "is refused before any resource is made: %s",
        async (edit, error) => {
            copyFileSync(join(directory, "index.ts"), join(project, "index.ts"));
            appendFileSync(join(project, "index.ts"), `\n${edit}\n`);
            const up = await tryRun("env", [...pulumi, "up", "--yes", "--skip-preview"]);
            expect(up.code).not.toBe(0);
            expect(up.stdout).toContain(error);
            // The steps of the program are components: nothing behind them, no command.
            const made = await run("env", [...pulumi, "stack", "export"]);
            expect(made).not.toContain("command:remote:Command");
        },
        MINUTE,
    );
});
