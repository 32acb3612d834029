import { Reader } from "./reader";
import { Sandbox } from "../e2e/sandbox";
import { MINUTE } from "../e2e/story";

describe("who follows the documentation with a host of their own", () => {
    const reader = new Reader("Host");
    let sandbox: Sandbox;
    /** daemon.json as it was before the first deployment. */
    let found: string;

    beforeAll(async () => {
        sandbox = await Sandbox.up("docs-host");
        reader.useSandbox(sandbox);
        await reader.start();
        found = await daemonJson();
    }, 10 * MINUTE);
    afterAll(async () => {
        await sandbox?.down();
        reader.remove();
    }, MINUTE);

    const daemonJson = () => sandbox.root("cat /etc/docker/daemon.json 2>/dev/null || echo none");
    const containers = () => sandbox.root("docker ps --all --format '{{.Names}}'");

    test(
        "gets a key for it, and is told what to fill in",
        async () => {
            const printed = await reader.follow(["docs/existing-host.md: What the host needs"]);
            expect(printed).toContain("in Pulumi.site.yaml: hostAddress, hostUser, hostKey and bmpAllowedCidrs");
            expect(printed).toContain("- scripts/pulumi up --stack dev");
        },
        MINUTE,
    );

    test(
        "deploys, and sees that it is so",
        async () => {
            const printed = await reader.follow([
                "README.md: An existing host",
                "docs/from-the-manual-page.md: Taking over what you have",
            ]);
            expect(await reader.follow(["README.md: Outputs"])).toContain("bmp targets openbmp");
            expect(printed).toMatch(/^dnat: the engine does no IPv6 NAT, our rules carry IPv6 to the container$/m);
            expect(printed).toMatch(/^as deployed$/m);
        },
        3 * MINUTE,
    );

    test(
        "inspects it, and runs every step again",
        async () => {
            const printed = await reader.follow(["README.md: What is there now", "README.md: What is there now 2"]);
            expect(printed).toContain('"differences": []');
        },
        3 * MINUTE,
    );

    test(
        "backs the database up, loses it, and has the same routers again",
        async () => {
            await reader.follow(["docs/restore.md: Backups on the host"]);
            const address = await sandbox.startRouter("edge-1", "101");
            expect((await sandbox.connectedRouter("edge-1")).RouterIP).toBe(address);
            await sandbox.removePeers();
            await sandbox.root("systemctl start openbmp-aio-ipv6-backup");
            await sandbox.root("docker stop --time 1 openbmp_aio; mv /var/openbmp/mysql /var/openbmp/mysql.damaged");
            await reader.follow(["docs/restore.md: Restoring one"]);
            expect(await sandbox.routers()).toEqual([]);
            Object.assign(reader.examples, {
                "2026-01-31T030000Z": (await sandbox.root("ls /var/openbmp/backup | tail -n 1")).trim(),
                "stack output sshCommand)": `stack output sshCommand) -F /dev/null -i ${sandbox.info.privateKeyFile} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR`,
            });
            await reader.follow(["docs/restore.md: Restoring one 2"]);
            expect((await sandbox.routers()).map(({ RouterIP }) => RouterIP)).toEqual([address]);
        },
        6 * MINUTE,
    );

    test(
        "has metrics for a node_exporter",
        async () => {
            await sandbox.root("mkdir -p /var/lib/prometheus/node-exporter");
            await reader.follow(["docs/monitoring.md: Monitoring"]);
            expect(await sandbox.root("cat /var/lib/prometheus/node-exporter/*.prom")).toContain("openbmp_engine_up 1");
        },
        3 * MINUTE,
    );

    test(
        "changes the mode, with an empty database",
        async () => {
            await reader.follow(["docs/dnat-or-pat.md: What a change costs"]);
            const data = await sandbox.root("cat /var/openbmp/mysql.pat_enabled; ls -d /var/openbmp/mysql.before-*");
            expect(data).toMatch(/^true\n\/var\/openbmp\/mysql\.before-\S+\n$/);
        },
        2 * MINUTE,
    );

    test(
        "moves to a network of the collector's own",
        async () => {
            await reader.follow(["docs/docker-network.md: Docker's bridge or a network of its own"]);
            expect(await daemonJson()).toBe(found);
            expect(await sandbox.root("docker network ls --format '{{.Name}}'")).toContain("openbmp_aio");
        },
        2 * MINUTE,
    );

    test(
        "permits a replacement, goes through a jump host, and changes the key",
        async () => {
            const printed = await reader.follow([
                "docs/existing-host.md: A container that is there",
                "docs/existing-host.md: Through a jump host",
                "docs/existing-host.md: Another login key",
            ]);
            expect(printed).toMatch(/sshCommand +: "ssh -J /);
            expect(await containers()).toBe("openbmp_aio\n");
        },
        4 * MINUTE,
    );

    test(
        "moves to another machine, and destroys",
        async () => {
            await reader.follow(["docs/existing-host.md: Moving to another machine"]);
            expect(await containers()).toBe("openbmp_aio\n");
            await reader.follow(["README.md: What destroy leaves"]);
            expect(await containers()).toBe("");
            await reader.follow(["docs/existing-host.md: Moving to another machine 2"]);
            expect(await reader.run("scripts/pulumi stack ls")).not.toMatch(/^lab/m);
            expect(await sandbox.root("ls /var/openbmp; ls /var/lib | grep openbmp || true")).toMatch(
                /^backup\nconfig\nmysql\nmysql\.before-\S+\nmysql\.damaged\nmysql\.pat_enabled\n$/,
            );
        },
        4 * MINUTE,
    );

    test("has then run every command", () => {
        expect(reader.unread).toEqual([]);
    });
});
