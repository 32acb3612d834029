import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Status } from "../../scripts/programs/status/status";
import { dumpHost } from "../e2e/hostDump";
import { tryRun } from "../e2e/run";
import { stopKeepingRules } from "../e2e/sandbox";
import { MINUTE, story } from "../e2e/story";

describe("scripts/status", () => {
    const shared = story("status", { config: { environment: '{"TOKEN":"not-to-be-seen"}', adminId: "c1" } });

    /** The status, and the exit code of --check. */
    async function check(): Promise<{ code: number; status: Status }> {
        const { code, stdout } = await shared.deployment.status("--check", "--json");
        expect(stdout).not.toMatch(/not-to-be-seen|PRIVATE KEY/);
        return { code, status: JSON.parse(stdout) as Status };
    }

    const texts = ({ differences }: Status) => differences.map(({ what }) => what).join("\n");

    /** Deploys with a new `reapply`; after that everything is as deployed. */
    async function reapply(value: string): Promise<void> {
        await shared.deployment.configure({ reapply: value });
        await shared.deployment.up();
        const { code, status } = await check();
        expect(texts(status)).toBe("");
        expect(code).toBe(0);
    }

    test(
        "says what is deployed, over one connection, and changes nothing on the host",
        async () => {
            await shared.deployment.up();
            const address = await shared.sandbox.startRouter("edge-1", "101");
            await shared.sandbox.connectedRouter("edge-1");
            const [before, logins] = [await dumpHost(shared.sandbox), await shared.sandbox.acceptedLogins()];
            const { code, status } = await check();
            expect(await shared.sandbox.acceptedLogins()).toBe(logins + 1);
            expect(await dumpHost(shared.sandbox)).toBe(before);
            expect(texts(status)).toBe("");
            expect(code).toBe(0);
            const datapath = "dnat";
            expect(status).toMatchObject({
                host: shared.sandbox.info.address,
                container: { running: true, ipv6Address: await shared.sandbox.containerIpv6() },
                collector: { listenMode: "v4v6", patEnabled: false },
                ports: [
                    { name: "bmp", port: 5000, datapath },
                    { name: "rest", port: 8001, datapath },
                ],
                routers: [{ name: "edge-1", address, connected: true, lastTermination: null, mark: null }],
            });
            const dnat = status.rules.find(({ rule }) => rule.includes("--dport 5000 -j DNAT"));
            expect(dnat?.packets).toBeGreaterThan(0);
            const { stdout: forPeople } = await shared.deployment.status();
            expect(forPeople).toMatch(new RegExp(`^edge-1 +${address} +connected `, "m"));
            expect(forPeople).toMatch(/^as deployed$/m);
        },
        3 * MINUTE,
    );

    test(
        "writes the same as a page, and looks again and again until it is stopped",
        async () => {
            const folder = mkdtempSync(join(tmpdir(), "status-"));
            const file = join(folder, "page.html");
            expect(await shared.deployment.status("--check", "--html", file)).toMatchObject({ code: 0, stdout: "" });
            const page = readFileSync(file, "utf8");
            rmSync(folder, { recursive: true });
            expect(page).toContain("✓ as deployed");
            expect(page).toContain(`<td>${shared.sandbox.peerAddress("101")}</td>`);
            const { code, stdout } = await shared.deployment.watch(60);
            expect(code).toBe(0);
            expect(stdout.match(/^as deployed$/gm)?.length).toBeGreaterThan(1);
        },
        3 * MINUTE,
    );

    test(
        "a setting that is not deployed yet is no difference",
        async () => {
            await shared.deployment.configure({ listenMode: "v6" });
            expect((await check()).code).toBe(0);
            await shared.deployment.configure({ listenMode: "v4v6" });
        },
        MINUTE,
    );

    test(
        "names every file, rule, unit and setting that somebody changed, and a new reapply fixes all",
        async () => {
            await shared.sandbox.root(`
                sed -i 's/172:17:/172:99:/' /etc/docker/daemon.json
                sed -i 's/listen_mode: v4v6/listen_mode: v4/; s/admin_id: c1/admin_id: c2/' /var/openbmp/config/openbmpd.conf
                sed -i 's/^RESYNC_SECONDS=30/RESYNC_SECONDS=3000/' /usr/local/lib/openbmp-aio-ipv6/openbmp-dnat
                sed -i 's/^BMP_ALLOWED=(/&2001:db8:bad::\\/48 /' /etc/openbmp-aio-ipv6/dnat.conf
                echo '# by hand' >> /etc/systemd/system/openbmp-aio-ipv6-guard.service
                ${stopKeepingRules}
                ip6tables -D INPUT -j OPENBMP-INPUT
                docker update --restart no openbmp_aio`);
            const { code, status } = await check();
            expect(code).toBe(1);
            expect(texts(status).split("\n")).toEqual(
                expect.arrayContaining([
                    '/etc/docker/daemon.json: "fixed-cidr-v6" is "fc00:172:99::/64", not "fc00:172:17::/64"',
                    "/var/openbmp/config/openbmpd.conf was changed after the collector read it",
                    "openbmp_aio: it has no restart policy always or unless-stopped (docker update --restart unless-stopped)",
                    "/usr/local/lib/openbmp-aio-ipv6/openbmp-dnat is not as it was written",
                    "/etc/openbmp-aio-ipv6/dnat.conf is not as it was written",
                    "/etc/systemd/system/openbmp-aio-ipv6-guard.service is not as it was written",
                    "openbmp-aio-ipv6-dnat.service is not active",
                    "openbmp-aio-ipv6-filter.service is not active",
                    "ip6tables: a rule is missing: -A INPUT -j OPENBMP-INPUT",
                    'openbmpd.conf: base.listen_mode is "v4", not "v4v6"',
                    'openbmpd.conf: base.admin_id is "c2", not "c1"',
                ]),
            );
            expect(texts(status)).toMatch(/^ip6tables: a rule is missing: -A OPENBMP-DNAT .* --dport 5000 -j DNAT /m);
            expect((await shared.deployment.status()).stdout).toMatch(
                new RegExp(
                    `^to fix it: scripts/pulumi --stack ${shared.deployment.stack.name} config set reapply `,
                    "m",
                ),
            );
            await reapply("after edits");
        },
        3 * MINUTE,
    );

    test(
        "names everything that somebody took away, and a new reapply brings it back",
        async () => {
            await shared.sandbox.root(`
                echo '{}' > /etc/docker/daemon.json
                rm /var/openbmp/config/openbmpd.conf /usr/local/lib/openbmp-aio-ipv6/openbmp-dnat
                systemctl disable --now openbmp-aio-ipv6-guard
                docker rm --force openbmp_aio`);
            const { code, status } = await check();
            expect(code).toBe(1);
            expect(status.container).toBeNull();
            expect(status.routers).toBeNull();
            expect(texts(status)).toMatch(/daemon\.json: "ipv6" is null, not true/);
            expect(texts(status)).toContain("openbmpd.conf is not there");
            expect(texts(status)).toContain("there is no container openbmp_aio");
            expect(texts(status)).toContain("openbmp-aio-ipv6-guard.service is not enabled");
            await reapply("after losses");
        },
        3 * MINUTE,
    );

    test(
        "names a container that is off its network or stopped, and a new reapply fixes it",
        async () => {
            await shared.sandbox.root(`docker network disconnect bridge openbmp_aio
                docker stop openbmp_aio`);
            const { code, status } = await check();
            expect(code).toBe(1);
            expect(texts(status)).toContain("openbmp_aio: it is not connected to the network bridge");
            expect(texts(status)).toContain("openbmp_aio does not run");
            expect(status.ports.map(({ datapath }) => datapath)).toEqual(["closed", "closed"]);
            await reapply("after a disconnection");
        },
        3 * MINUTE,
    );

    test(
        "names a container that is not the deployed one; to replace it is the user's word",
        async () => {
            await shared.sandbox.root(`docker rm --force openbmp_aio
                docker run --detach --name openbmp_aio --env KAFKA_FQDN=x --publish 5000:5000 openbmp-aio-stand-in:latest`);
            const { code, status } = await check();
            expect(code).toBe(1);
            expect(texts(status)).toContain("openbmp_aio is not the container that was deployed");
            expect(status.differences).toContainEqual({
                what: "openbmp_aio: port 8001 is published as none, not 8001",
                cure: expect.stringContaining("replaceContainer") as string,
            });
            await shared.deployment.configure({ reapply: "after a replacement" });
            expect(await shared.deployment.failingUp()).toContain("set replaceContainer to true");
            await shared.deployment.configure({ replaceContainer: "true" });
            await reapply("with replaceContainer");
        },
        3 * MINUTE,
    );

    test(
        "marks a router whose session came in by docker-proxy",
        async () => {
            await shared.sandbox.root(`${stopKeepingRules}
                ip6tables -D INPUT -j OPENBMP-INPUT`);
            await shared.sandbox.startRouter("edge-2", "102");
            const { RouterIP } = await shared.sandbox.connectedRouter("edge-2");
            const { code, status } = await check();
            expect(code).toBe(1);
            expect(status.differences).toContainEqual({
                what: `the router edge-2 is connected as ${RouterIP}, which is the gateway on docker0`,
                cure: "it comes under its own address when its session begins anew",
            });
            expect(status.ports[0]?.datapath).toBe("proxy");
            expect(status.routers?.find(({ name }) => name === "edge-2")).toMatchObject({
                address: RouterIP,
                mark: "the gateway on docker0",
            });
            expect((await shared.deployment.status()).stdout).toContain(
                `(!) ${RouterIP} is the gateway on docker0: not the router's own`,
            );
            await shared.deployment.configure({ reapply: "after docker-proxy" });
            await shared.deployment.up();
            // The earlier session is docker-proxy's own, and counts until that notices its end, after minutes.
            await shared.sandbox.connectedRouter("edge-2");
            expect((await check()).status.routers).toContainEqual(
                expect.objectContaining({ name: "edge-2", address: shared.sandbox.peerAddress("102"), mark: null }),
            );
        },
        3 * MINUTE,
    );

    test(
        "says with exit code 2 that it could not inspect the host",
        async () => {
            const unknown = await tryRun("scripts/status", ["--stack", "no-such-stack", "--check"], undefined, {
                PULUMI_CONFIG_PASSPHRASE: "of a test",
            });
            expect(unknown).toMatchObject({ code: 2, stdout: "" });
            expect(unknown.stderr).toContain("the stack's state cannot be read");
            await shared.sandbox.root("systemctl stop docker.socket docker");
            const dead = await shared.deployment.status("--check");
            expect(dead).toMatchObject({ code: 2, stdout: "" });
            expect(dead.stderr).toContain("no Docker engine answers");
            await shared.sandbox.root(`rm /etc/ssh/ssh_host_ed25519_key
                ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
                systemctl restart ssh`);
            const other = await shared.deployment.status("--check");
            expect(other).toMatchObject({ code: 2, stdout: "" });
            expect(other.stderr).toContain("host key mismatch");
        },
        2 * MINUTE,
    );
});
