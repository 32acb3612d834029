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

const branchStacks = ["Test stacks per branch", "gc", "When a run was cut off"].map(
    (at) => `docs/branch-stacks.md: ${at}`,
);
const followed: string[] = [];

describe("every command of the documentation runs, in a fresh checkout:", () => {
    const reader = new Reader(Object.keys(notRun));
    let sandbox: Sandbox;
    let examples: Record<string, string>;
    /** daemon.json as it was before the first deployment. */
    let found: string;

    beforeAll(async () => {
        sandbox = await Sandbox.up("docs");
        await reader.start("feature/docs");
        await copyCheckout(join(reader.directory, "template"));
        examples = examplesOf(sandbox, `file://${reader.directory}`);
        found = await daemonJson();
    }, 10 * MINUTE);
    afterAll(async () => {
        await sandbox?.down();
        reader.remove();
    }, MINUTE);

    /** A test that runs blocks one after the other, and looks at what they printed. */
    function follows(
        blocks: readonly string[],
        minutes: number,
        look: (printed: string) => unknown,
        prepare = () => ({}),
    ) {
        followed.push(...blocks);
        // eslint-disable-next-line jest/valid-title
        test(
            blocks.join("; "),
            async () => {
                const variables = await prepare();
                await look(await reader.follow(blocks, examples, variables));
            },
            minutes * MINUTE,
        );
    }

    const daemonJson = () => sandbox.root("cat /etc/docker/daemon.json 2>/dev/null || echo none");
    const containers = () => sandbox.root("docker ps --all --format '{{.Names}}'");

    follows(
        ["README.md: Two commands"],
        5,
        async (printed) => {
            expect(printed).toMatch(/by DNAT, port 5000.*"RouterName":"edge-router-1.example"/);
            await run("scripts/demo", ["--down"]);
        },
        () => ({ PULUMI_CONFIG_PASSPHRASE: undefined }),
    );

    follows(["docs/existing-host.md: What the host needs"], 1, (printed) => {
        expect(printed).toContain("in Pulumi.site.yaml: hostAddress, hostUser, hostKey and bmpAllowedCidrs");
    });

    follows(
        ["README.md: An existing host", "docs/from-the-manual-page.md: Taking over what you have"],
        2,
        (printed) => {
            expect(printed).toContain("dnat: the engine does no IPv6 NAT, our rules carry IPv6 to the container");
            expect(printed).toMatch(/^as deployed$/m);
        },
    );

    follows(["README.md: What is there now", "README.md: What is there now 2"], 2, (printed) => {
        expect(printed).toMatch(/"differences": \[\]/);
    });

    follows(["docs/dnat-or-pat.md: What a change costs"], 2, async () => {
        expect(await sandbox.root("cat /var/openbmp/mysql.pat_enabled; ls -d /var/openbmp/mysql.before-*")).toMatch(
            /^true\n\/var\/openbmp\/mysql\.before-\S+\n$/,
        );
    });

    follows(["docs/docker-network.md: Docker's bridge or a network of its own"], 2, async () => {
        expect(await daemonJson()).toBe(found);
        expect(await sandbox.root("docker network inspect --format '{{.Name}}' openbmp_aio")).toBe("openbmp_aio\n");
    });

    follows(["docs/existing-host.md: A container that is there"], 2, async () => {
        expect(await containers()).toBe("openbmp_aio\n");
    });

    follows(
        ["docs/existing-host.md: Through a jump host", "docs/existing-host.md: Another login key"],
        3,
        (printed) => {
            expect(printed).toMatch(/sshCommand +: "ssh -J /);
        },
    );

    follows(["docs/existing-host.md: Moving to another machine"], 3, async () => {
        expect(await containers()).toBe("openbmp_aio\n");
    });

    follows(["README.md: What destroy leaves"], 2, async () => {
        expect(await containers()).toBe("");
        expect(await sandbox.root("ls /var/openbmp; ls /var/lib/openbmp-aio-ipv6 2>&1 || true")).toMatch(
            /^config\nmysql\n[^]*No such file or directory\n$/,
        );
    });

    follows(
        branchStacks,
        4,
        async (printed) => {
            expect(printed.match(/^br-feature-docs-\w+ is (up|gone)/gm)?.map((line) => line.split(" ").at(-1))).toEqual(
                [...["up", "up", "gone"], ...["up", "gone"]],
            );
            expect(printed).toMatch(/^feature\/docs +\S+ +in 2d +host +br-feature-docs-/m);
            expect((await reader.stacks.names()).filter((name) => name.startsWith("br-"))).toEqual([]);
        },
        () => {
            const [settings] = blocksOf("docs/branch-stacks.md", "yaml");
            const image = `  openbmp-aio-ipv6:image: ${standInImage}\n`;
            reader.write("Pulumi.ephemeral.yaml", replaced(settings?.text ?? "", examples) + image);
            return {};
        },
    );

    follows(["docs/gitops.md: The stack's file"], 1, async () => {
        const staged = await run("git", ["-C", reader.checkout, "diff", "--cached", "--name-only"]);
        expect(staged).toBe("Pulumi.production.yaml\n");
    });

    follows(["README.md: Three ways to use it"], 1, () => {
        expect(readdirSync(join(reader.directory, "my-collector"))).toContain("index.ts");
    });

    follows(["README.md: Sandbox"], 4, (printed) => {
        expect(printed).toMatch(/"engine": "26.1"[^]*Server:/);
    });
});

test("no command of the documentation is left out", () => {
    expect([...followed].sort()).toEqual([...commands.keys()].sort());
});

test.each(Object.keys(notRun))("the documentation has the command that is not run: %s", (command) => {
    expect([...commands.values()].join("\n").split("\n").map(withoutComment)).toContain(command);
});
