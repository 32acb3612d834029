import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GlobalOpts } from "@pulumi/pulumi/automation";
import { blocksOf } from "../documentation";
import { HostExecs, tracedRun } from "./execs";
import { PrivateRegistry, registryProblem } from "./registry";
import { root, run, tryRun } from "../e2e/run";
import { standInImage } from "../e2e/sandbox";
import { shownIn } from "./secretForms";
import { MINUTE, story } from "../e2e/story";

/** All that Pulumi can say: its own words, the language host's and the plugin's. */
const verbose: GlobalOpts = { logVerbosity: 9, logToStdErr: true, logFlow: true };

const planted = {
    keyPassword: `the "key's" $password \\ <of>\nseveral lines & more`,
    registryPassword: `the "registry's" $password \\ <&> \`id\``,
    single: "it's one 'quote' after another",
    double: 'say "no" to \\"these\\" and \\n',
    spaced: "  $HOME is  where ${this} is  ",
    plain: "correct-horse-battery-staple",
    digits: "90210733114",
    rest: "the-REST-APIs-$own",
    database: "own-one-of-the-database",
    root: "own-one-of-its-root",
};
const variables = ["single", "double", "spaced", "plain", "digits"] as const;
/** The image's own login of the REST API: known to all, and treated as one that is not. */
const restLogin = "openbmp:CiscoRA";
/** The container that was there has one, too. */
const foundContainer = `their "own" one's $secret`;

describe("the forms of a secret", () => {
    const secret = `a "secret's" \\ $form\nof a line that is long enough`;
    test.each([
        ["as it is", secret],
        ["a line of it", "of a line that is long enough"],
        ["quoted for the shell", `X='a "secret'"'"'s" \\ $form\nof a line that is long enough'`],
        ["quoted by bash", `X=$'a "secret\\'s" \\\\ $form\\nof a line that is long enough'`],
        ["as JSON", JSON.stringify({ value: secret })],
        ["as JSON in JSON", JSON.stringify(JSON.stringify(secret))],
        ["in base64", Buffer.from(`user:${secret}`).toString("base64")],
        ["in base64, further on", Buffer.from(`user1:${secret};`).toString("base64")],
        ["in base64, yet further", Buffer.from(`user12:${secret};`).toString("base64")],
    ])("are found: %s", (_, text) => {
        expect(shownIn(`before ${text} after`, { secret })).toEqual(["secret"]);
        expect(shownIn(`before ${text.slice(0, 12)}`, { secret })).toEqual([]);
    });
});

const problem = registryProblem();
const describeWithRegistry = problem === undefined ? describe : describe.skip;

describeWithRegistry(`secrets${problem === undefined ? "" : ` (skipped: ${problem})`}`, () => {
    const directory = mkdtempSync(join(tmpdir(), "openbmp-secrets-"));
    const keyFile = join(directory, "key");
    const secrets: Record<string, string> = { ...planted };
    const sessions = { ofSsh: undefined as HostExecs | undefined, ofUnits: undefined as HostExecs | undefined };
    const logs: string[] = [];
    let registry: PrivateRegistry;

    const shared = story("secrets", {
        prepare: async (sandbox) => {
            await sandbox.root("apt-get update; apt-get install --yes --no-install-recommends strace");
            await sandbox.root("mkdir -p /var/lib/prometheus/node-exporter");
            const [file] = blocksOf("docs/outside-consumers.md", "yaml");
            await sandbox.root(`umask 077; mkdir -p /var/openbmp/config
                cat >/var/openbmp/config/obmp-mysql-consumer.yml <<'END'
${file?.text.replace("…", planted.database)}END`);
            await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", planted.keyPassword, "-C", "", "-f", keyFile]);
            await sandbox.root(`echo '${readFileSync(`${keyFile}.pub`, "utf8")}' >>/home/admin/.ssh/authorized_keys`);
            secrets.key = readFileSync(keyFile, "utf8");
            registry = await PrivateRegistry.start(sandbox, planted.registryPassword);
            await registry.push(sandbox, `${registry.address}/team/aio:1`, standInImage, "private");
            // One that does not fit: what is compared, saved and backed up has secrets, too.
            await sandbox.root(`docker create --name openbmp_aio --env-file /dev/stdin ${standInImage} <<'END'
OWN=${foundContainer}
END`);
        },
    });

    const setSecret = (key: string, value: string, path = false) =>
        shared.deployment.stack.setConfig(key, { value, secret: true }, path);

    beforeAll(async () => {
        await shared.deployment.configure({
            image: `${registry.address}/team/aio:1`,
            pinImage: "false",
            registryUser: registry.user,
            replaceContainer: "true",
            metrics: "true",
            backupKeep: "1",
        });
        await setSecret("sshPrivateKey", secrets.key ?? "");
        await setSecret("sshPrivateKeyPassword", planted.keyPassword);
        await setSecret("registryPassword", planted.registryPassword);
        await setSecret("restPassword", planted.rest);
        await setSecret("environment.OPENBMP_DB_PASSWORD", planted.database, true);
        await setSecret("environment.MYSQL_ROOT_PASSWORD", planted.root, true);
        for (const name of variables) {
            await setSecret(`environment.${name.toUpperCase()}`, planted[name], true);
        }
        sessions.ofSsh = await HostExecs.follow(shared.sandbox, "ssh", "systemctl show --property MainPID --value ssh");
    }, 2 * MINUTE);
    afterAll(() => {
        (registry as PrivateRegistry | undefined)?.stop();
        rmSync(directory, { recursive: true, force: true });
        for (const file of readdirSync(root).filter((name) => /^Pulumi\..*secrets-.*\.yaml$/.test(name))) {
            rmSync(join(root, file));
        }
    });

    test(
        "reach the container as they are",
        async () => {
            const { stdout, stderr } = await shared.deployment.up(verbose);
            logs.push(stdout + stderr);
            const found = await shared.sandbox.root("docker inspect --format '{{json .Config.Env}}' openbmp_aio");
            expect(JSON.parse(found)).toEqual(
                expect.arrayContaining(variables.map((name) => `${name.toUpperCase()}=${planted[name]}`)),
            );
            expect(await shared.sandbox.root("docker inspect --format '{{.Config.Image}}' openbmp_aio")).toBe(
                `${registry.address}/team/aio:1\n`,
            );
        },
        3 * MINUTE,
    );

    test(
        "change, are compared and go",
        async () => {
            // From here on Docker starts no container of ours anew, whose own variables are no finding.
            sessions.ofUnits = await HostExecs.follow(shared.sandbox, "units", "echo 1");
            secrets.changed = `another "plain" one's \\ $text`;
            await setSecret("environment.PLAIN", secrets.changed, true);
            const bmpAllowedCidrs = JSON.stringify([`${shared.sandbox.peerAddress("100")}/120`, "2001:db8::/64"]);
            await shared.deployment.configure({ bmpAllowedCidrs });
            const preview = (await shared.deployment.previewedChanges()).join("\n");
            expect(preview).toContain("2001:db8::/64");
            expect(shownIn(preview, { ...secrets, restLogin, foundContainer })).toEqual([]);
            const changed = await shared.deployment.up(verbose);
            logs.push(changed.stdout + changed.stderr);

            const status = await tracedRun(
                join(root, "scripts/status"),
                ["--stack", shared.deployment.stack.name, "--check"],
                shared.deployment.stack.workspace.envVars,
            );
            expect(status).toMatchObject({ code: 0, stderr: "" });
            expect(status.starts.some((start) => start.includes("stack export --show-secrets"))).toBe(true);
            expect(shownIn(status.starts.join("\n") + status.stdout, secrets)).toEqual([]);

            const page = join(directory, "page.html");
            const html = await tracedRun(
                join(root, "scripts/status"),
                ["--stack", shared.deployment.stack.name, "--html", page],
                shared.deployment.stack.workspace.envVars,
            );
            expect(html).toMatchObject({ code: 0, stdout: "", stderr: "" });
            expect(shownIn(html.starts.join("\n") + readFileSync(page, "utf8"), secrets)).toEqual([]);

            const takeOver = await tracedRun(
                join(root, "scripts/stack"),
                ["take-over", shared.deployment.stack.name],
                shared.deployment.stack.workspace.envVars,
            );
            expect(takeOver.stdout).toContain("nothing to take over, the host is this stack's");
            expect(shownIn(takeOver.starts.join("\n") + takeOver.stdout + takeOver.stderr, secrets)).toEqual([]);

            await shared.sandbox.root("systemctl start openbmp-aio-ipv6-metrics openbmp-aio-ipv6-backup");
            expect(shownIn(await shared.sandbox.root("cat /var/lib/prometheus/node-exporter/*.prom"), secrets)).toEqual(
                [],
            );
            const restored = await onHost(
                shared.sandbox.name,
                'sudo sh -c "/usr/local/lib/openbmp-aio-ipv6/openbmp-backup restore /var/openbmp/backup/*Z"',
            );
            expect(restored.stderr).toContain("restored");
            expect(shownIn(restored.stdout + restored.stderr, secrets)).toEqual([]);

            const { stdout, stderr } = await shared.deployment.stack.destroy(verbose);
            logs.push(stdout + stderr);
        },
        4 * MINUTE,
    );

    test(
        "are no argument and no variable of any program on the host",
        async () => {
            const control = `a "control's" \\ $secret`;
            await onHost(shared.sandbox.name, `/bin/true ${quoted(control)}`);
            const ofSsh = (await sessions.ofSsh?.stop()) ?? [];
            const ofUnits = (await sessions.ofUnits?.stop()) ?? [];
            expect(ofSsh.length).toBeGreaterThan(1000);
            expect(ofSsh.some((start) => start.includes("--password-stdin"))).toBe(true);
            expect(ofSsh.some((start) => start.includes("docker create"))).toBe(true);
            expect(ofSsh.some((start) => start.includes("docker rename openbmp_aio"))).toBe(true);
            expect(ofSsh.some((start) => start.includes("openbmp-backup restore"))).toBe(true);
            for (const program of ["openbmp-dnat follow", "openbmp-metrics write", "openbmp-backup run"]) {
                expect(ofUnits.some((start) => start.includes(program))).toBe(true);
            }
            const found = shownIn([...ofSsh, ...ofUnits].join("\n"), {
                ...secrets,
                restLogin,
                foundContainer,
                control,
            });
            expect(found).toEqual(["control"]);
        },
        2 * MINUTE,
    );

    test("are in no line of what Pulumi says, however much it says", () => {
        expect(logs.map((log) => log.split("\n").length > 5000)).toEqual([true, true, true]);
        expect(logs.map((log) => log.includes("read_secret REGISTRY_PASSWORD 1\n[secret]\n"))).toEqual([
            true,
            true,
            true,
        ]);
        const [created = "", changed = "", destroyed = ""] = logs;
        const all = { ...secrets, foundContainer };
        expect(shownIn(created, all)).toEqual([]);
        expect(shownIn(destroyed, all)).toEqual([]);
        // It looks for what the configuration has: not for what the state has of the one before.
        expect(shownIn(changed, all)).toEqual(["plain"]);
    });

    describe("are no argument of any program here, when", () => {
        const environment = {
            PULUMI_BACKEND_URL: `file://${directory}`,
            PULUMI_CONFIG_PASSPHRASE: "of a test",
            XDG_STATE_HOME: directory,
        };

        test(
            "scripts/stack makes keys",
            async () => {
                const made = await tracedRun(join(root, "scripts/stack"), ["init", "secrets-init"], environment);
                expect(made.code).toBe(0);
                const shown = await tracedRun(
                    join(root, "scripts/pulumi"),
                    ["config", "--stack", "secrets-init", "--show-secrets", "--json"],
                    environment,
                );
                const config = JSON.parse(shown.stdout) as Record<string, { value: string }>;
                const keys = {
                    login: config["openbmp-aio-ipv6:sshPrivateKey"]?.value ?? "",
                    host: config["openbmp-aio-ipv6:hostPrivateKey"]?.value ?? "",
                };
                expect(Object.values(keys).map((key) => /PRIVATE KEY/.test(key))).toEqual([true, true]);
                expect(made.starts.filter((start) => start.includes("config set")).length).toBeGreaterThan(1);
                expect(shownIn(made.starts.join("\n"), keys)).toEqual([]);
            },
            2 * MINUTE,
        );

        test(
            "scripts/demo makes its stack",
            async () => {
                // The demo's own function, told of another host and another name.
                const program = `
                    eval "$(sed -e 's/^NAME=demo$/NAME=secrets-demo/' -e '/^main "\\$@"$/d' scripts/demo)"
                    fact() { case $1 in address) echo fd00::10 ;; privateKeyFile) echo '${keyFile}' ;; *) echo "$1" ;; esac; }
                    prepare_stack
                    pulumi config --show-secrets`;
                const made = await tracedRun("bash", ["-c", program, "scripts/demo"], environment);
                expect(made.code).toBe(0);
                expect(shownIn(made.stdout, secrets)).toEqual(["key"]);
                expect(made.starts.some((start) => start.includes("config set --secret sshPrivateKey"))).toBe(true);
                expect(shownIn(made.starts.join("\n"), secrets)).toEqual([]);
            },
            2 * MINUTE,
        );

        test(
            "scripts/ephemeral sets them",
            async () => {
                const made = await tracedRun(
                    join(root, "scripts/ephemeral"),
                    [
                        "up",
                        "--branch",
                        "secrets-branch",
                        "--config",
                        "target=host",
                        "--secret",
                        `sshPrivateKey=${keyFile}`,
                    ],
                    environment,
                );
                // There is no host: what is of interest comes before.
                expect(made.stderr).toContain("hostAddress is missing");
                expect(made.starts.some((start) => /config set --secret .*sshPrivateKey/.test(start))).toBe(true);
                expect(shownIn(made.starts.join("\n"), secrets)).toEqual([]);
            },
            2 * MINUTE,
        );
    });
});

/** Runs a command as a login does, by the sshd that is followed. */
const onHost = (sandbox: string, command: string) =>
    tryRun("scripts/sandbox", ["ssh", "--name", sandbox, "--", command]);

/** For a command that the login shell of the host reads. */
function quoted(text: string): string {
    return `'${text.replaceAll("'", `'\\''`)}'`;
}
