import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { copyCheckout, linkPackages } from "./checkout";
import { run, tryRun } from "./run";
import { MINUTE } from "./story";

describe("pulumi new from this repository", () => {
    const directory = mkdtempSync(join(tmpdir(), "openbmp-template-"));
    const template = join(directory, "template");
    const project = join(directory, "my-collector");
    const environment = [`PULUMI_BACKEND_URL=file://${directory}`, "PULUMI_CONFIG_PASSPHRASE=of a test"];
    let files: string[];

    beforeAll(async () => {
        files = await copyCheckout(template);
        await run("env", [
            ...environment,
            ...["pulumi", "new", template, "--dir", project, "--name", "my-collector", "--yes", "--generate-only"],
        ]);
        linkPackages(project);
    }, MINUTE);
    afterAll(() => {
        rmSync(directory, { recursive: true });
    });

    test("copies every file as it is, programs as programs", () => {
        const differing = files.filter((file) => {
            const [from, to] = [join(template, file), join(project, file)];
            return !readFileSync(from).equals(readFileSync(to)) || statSync(from).mode !== statSync(to).mode;
        });
        expect(differing).toEqual(["Pulumi.yaml"]);
    });

    test("keeps the project's configuration, under its new name and without the template", () => {
        const { template: section, ...before } = parse(readFileSync(join(template, "Pulumi.yaml"), "utf8")) as Project;
        const { config, ...after } = parse(readFileSync(join(project, "Pulumi.yaml"), "utf8")) as Project;
        expect(section).toBeDefined();
        expect(after).toEqual({ ...before, name: "my-collector", config: undefined });
        expect(config).toMatchObject(before.config);
    });

    test(
        "makes a project whose program runs, and asks for what only its user knows",
        async () => {
            const pulumi = (...args: string[]) =>
                tryRun("env", ["-C", project, ...environment, "pulumi", "--non-interactive", ...args]);
            await pulumi("stack", "init", "lab");
            await pulumi("config", "set", "target", "host");
            await pulumi("config", "set", "--secret", "sshPrivateKey", "none");
            const preview = await pulumi("preview");
            expect(preview.code).not.toBe(0);
            expect(preview.stdout).toContain("The configuration of the stack is not valid:");
            expect(preview.stdout).toContain("- hostAddress is missing:");
        },
        MINUTE,
    );

    test(
        "makes stacks with keys of its own name",
        async () => {
            for (const stack of ["site", "dev"]) {
                await run("env", ["-C", project, ...environment, "scripts/stack", "init", stack]);
                const { config } = parse(readFileSync(join(project, `Pulumi.${stack}.yaml`), "utf8")) as Project;
                const foreign = Object.keys(config).filter((key) => !/^(my-collector|aws):/.test(key));
                expect(foreign).toEqual([]);
                expect(config).toHaveProperty(["my-collector:target"], stack === "dev" ? "host" : "aws");
            }
        },
        MINUTE,
    );
});

interface Project {
    readonly template?: unknown;
    readonly config: Record<string, unknown>;
}
