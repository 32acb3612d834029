import { readdirSync } from "node:fs";
import { join } from "node:path";
import { blocksOf } from "../documentation";
import { copyCheckout } from "./checkout";
import { commands, examplesOf, Reader, replaced, withoutComment } from "./reader";
import { run } from "./run";
import { Sandbox, standInImage } from "./sandbox";
import { MINUTE } from "./story";

/** Commands that are not run, and why; all others are. */
const notRun: Readonly<Record<string, string>> = {
    "scripts/test": "runs this very test",
};

describe("every command of the documentation runs, in a fresh checkout:", () => {
    const reader = new Reader(Object.keys(notRun));
    let sandbox: Sandbox;
    let examples: Record<string, string>;
    /** daemon.json as it was before the first deployment. */
    let found: string;

    beforeAll(async () => {
        sandbox = await Sandbox.up("commands");
        await reader.start("feature/docs");
        await copyCheckout(join(reader.directory, "template"));
        examples = examplesOf(sandbox, `file://${reader.directory}`);
        found = await daemonJson();
    }, 10 * MINUTE);
    afterAll(async () => {
        await sandbox?.down();
        reader.remove();
    }, MINUTE);

    const follow = (...blocks: string[]) => reader.follow(blocks, examples);
    const daemonJson = () => sandbox.root("cat /etc/docker/daemon.json 2>/dev/null || echo none");
    const containers = () => sandbox.root("docker ps --all --format '{{.Names}}'");

    test(
        "the demo",
        async () => {
            const demo = await reader.follow(["README.md: Two commands"], {}, { PULUMI_CONFIG_PASSPHRASE: undefined });
            expect(demo).toMatch(/by DNAT, port 5000.*"RouterName":"edge-router-1.example"/);
            await run("scripts/demo", ["--down"]);
        },
        5 * MINUTE,
    );

    test(
        "a key for a host, and what to fill in",
        async () => {
            const printed = await follow("docs/existing-host.md: What the host needs");
            expect(printed).toContain("in Pulumi.site.yaml: hostAddress, hostUser, hostKey and bmpAllowedCidrs");
        },
        MINUTE,
    );

    test(
        "the first deployment to a host, and a look at it",
        async () => {
            const printed = await follow(
                "README.md: An existing host",
                "docs/from-the-manual-page.md: Taking over what you have",
            );
            expect(printed).toMatch(/^dnat: the engine does no IPv6 NAT, our rules carry IPv6 to the container$/m);
            expect(printed).toMatch(/^as deployed$/m);
        },
        2 * MINUTE,
    );

    test(
        "a look for machines, and a new value of reapply",
        async () => {
            const printed = await follow("README.md: What is there now", "README.md: What is there now 2");
            expect(printed).toContain('"differences": []');
        },
        2 * MINUTE,
    );

    test(
        "another mode, with an empty database",
        async () => {
            await follow("docs/dnat-or-pat.md: What a change costs");
            const data = await sandbox.root("cat /var/openbmp/mysql.pat_enabled; ls -d /var/openbmp/mysql.before-*");
            expect(data).toMatch(/^true\n\/var\/openbmp\/mysql\.before-\S+\n$/);
        },
        2 * MINUTE,
    );

    test(
        "a network of the collector's own",
        async () => {
            await follow("docs/docker-network.md: Docker's bridge or a network of its own");
            expect(await daemonJson()).toBe(found);
            expect(await sandbox.root("docker network ls --format '{{.Name}}'")).toContain("openbmp_aio");
        },
        2 * MINUTE,
    );

    test(
        "replaceContainer, a jump host, another key",
        async () => {
            const printed = await follow(
                "docs/existing-host.md: A container that is there",
                "docs/existing-host.md: Through a jump host",
                "docs/existing-host.md: Another login key",
            );
            expect(printed).toMatch(/sshCommand +: "ssh -J /);
            expect(await containers()).toBe("openbmp_aio\n");
        },
        3 * MINUTE,
    );

    test(
        "moving to another machine, and the end",
        async () => {
            await follow("docs/existing-host.md: Moving to another machine");
            expect(await containers()).toBe("openbmp_aio\n");
            await follow("README.md: What destroy leaves");
            expect(await containers()).toBe("");
            expect(await sandbox.root("ls /var/openbmp; ls /var/lib | grep openbmp || true")).toMatch(
                /^config\nmysql\nmysql\.before-\S+\nmysql\.pat_enabled\n$/,
            );
        },
        4 * MINUTE,
    );

    test(
        "a stack for a branch",
        async () => {
            const [settings] = blocksOf("docs/branch-stacks.md", "yaml");
            const image = `  openbmp-aio-ipv6:image: ${standInImage}\n`;
            reader.write("Pulumi.ephemeral.yaml", replaced(settings?.text ?? "", examples) + image);
            const sections = ["Test stacks per branch", "gc", "When a run was cut off"];
            const printed = await follow(...sections.map((section) => `docs/branch-stacks.md: ${section}`));
            expect(printed.match(/^br-feature-docs-\w+ is (up|gone)/gm)?.map((line) => line.split(" ").at(-1))).toEqual(
                [...["up", "up", "gone"], ...["up", "gone"]],
            );
            expect(printed).toMatch(/^feature\/docs +\S+ +in 2d +host +br-feature-docs-/m);
            expect((await reader.stacks.names()).filter((name) => name.startsWith("br-"))).toEqual([]);
        },
        4 * MINUTE,
    );

    test(
        "the pipelines' stack file",
        async () => {
            await follow("docs/gitops.md: The stack's file");
            const staged = await run("git", ["-C", reader.checkout, "diff", "--cached", "--name-only"]);
            expect(staged).toBe("Pulumi.production.yaml\n");
        },
        MINUTE,
    );

    test(
        "a project of one's own",
        async () => {
            await follow("README.md: Three ways to use it");
            expect(readdirSync(join(reader.directory, "my-collector"))).toContain("index.ts");
        },
        MINUTE,
    );

    test(
        "a sandbox",
        async () => {
            expect(await follow("README.md: Sandbox")).toMatch(/"engine": "26.1"[^]*Server:/);
        },
        4 * MINUTE,
    );

    test("none is left out", () => {
        expect([...reader.followed].sort()).toEqual([...commands.keys()].sort());
    });
});

test.each(Object.keys(notRun))("the documentation has the command that is not run: %s", (command) => {
    expect([...commands.values()].join("\n").split("\n").map(withoutComment)).toContain(command);
});
