import { dumpHost } from "../e2e/hostDump";
import { MINUTE, story } from "../e2e/story";

const runsAs = "docker inspect openbmp_aio --format '{{.Id}} {{.State.StartedAt}} {{.State.Running}}'";
/** Of a container with its data in a volume. */
const startsInside = "docker exec openbmp_aio cat /data/mysql/starts.jsonl";
/** As the manual page says, up to the first start. */
const byHand = `
    echo '{"ipv6": true, "fixed-cidr-v6": "fc00:172:17::/64"}' > /etc/docker/daemon.json
    systemctl restart docker
    mkdir -p /var/openbmp/config /var/openbmp/mysql
    docker create --name source openbmp-aio-stand-in:latest
    docker cp source:/usr/etc/openbmp/openbmpd.conf /var/openbmp/config/openbmpd.conf
    docker rm source`;

describe("a container that was there before", () => {
    let before: string;
    const shared = story("adoption", {
        prepare: async (sandbox) => {
            await sandbox.root(`${byHand}
                sed -i 's/^  listen_mode: v4$/  listen_mode: v4v6/' /var/openbmp/config/openbmpd.conf`);
        },
    });

    test(
        "and fits in every respect is adopted without a restart, and stays at destroy",
        async () => {
            await shared.sandbox.root(`docker run --detach --name openbmp_aio --restart always \\
                --env KAFKA_FQDN=$(hostname) --volume /var/openbmp/config:/config --volume /var/openbmp/mysql:/data/mysql \\
                --publish 5000:5000 --publish 8001:8001 openbmp-aio-stand-in:latest`);
            await shared.sandbox.reboot();
            before = await dumpHost(shared.sandbox);
            const running = await shared.sandbox.root(runsAs);
            const { outputs } = await shared.deployment.up();
            expect(outputs.datapath?.value).toMatch(/^dnat: /);
            expect(await shared.sandbox.root(runsAs)).toBe(running);
            const address = await shared.sandbox.startRouter("edge-1", "101");
            expect((await shared.sandbox.connectedRouter("edge-1")).RouterIP).toBe(address);
            await shared.deployment.destroy();
            expect(await shared.sandbox.root(runsAs)).toBe(running);
            await shared.sandbox.reboot();
            expect(await dumpHost(shared.sandbox)).toBe(before);
        },
        3 * MINUTE,
    );

    test(
        "without the config volume is refused, and nothing is touched",
        async () => {
            await shared.sandbox.removePeers();
            await shared.sandbox.root(`docker rm --force openbmp_aio
                docker run --detach --name openbmp_aio --restart always --env KAFKA_FQDN=$(hostname) --env TOKEN=token-of-a-test \\
                    --volume /data/mysql --publish 5000:5000 --publish 8001:8001 --publish 9092:9092 openbmp-aio-stand-in:latest`);
            expect(await shared.sandbox.starts(startsInside)).toHaveLength(1);
            const running = await shared.sandbox.root(runsAs);
            expect(await shared.deployment.failingUp()).toMatch(
                /does not fit \(\/config is [^,]*, not \/var\/openbmp\/config; \/data\/mysql is [^,]*, not \/var\/openbmp\/mysql\): set replaceContainer to true/,
            );
            expect(await shared.sandbox.root(runsAs)).toBe(running);
        },
        MINUTE,
    );

    test(
        "with replaceContainer makes room, keeps its data, and is back at destroy",
        async () => {
            const id = (await shared.sandbox.root("docker inspect openbmp_aio --format '{{.Id}}'")).trim();
            await shared.deployment.configure({ replaceContainer: "true" });
            const { stdout } = await shared.deployment.up();
            // Docker gives the volumes in no certain order.
            expect(stdout).toMatch(
                /which the new one does not get: port 9092\/tcp published as 9092; the variable TOKEN; .*its own data at \/data\/mysql, in the volume [0-9a-f]{64}/,
            );
            expect(stdout).not.toContain("token-of-a-test");
            expect(await shared.sandbox.root("docker inspect openbmp_aio --format '{{.Id}}'")).not.toContain(id);
            const saved = await shared.sandbox.root(
                "jq -r '.Id, .Config.Env[]' /var/openbmp/openbmp_aio.before-*.json",
            );
            expect(saved).toContain(id);
            expect(saved).toContain("TOKEN=token-of-a-test");
            await shared.deployment.destroy();
            expect(await shared.sandbox.root("docker inspect openbmp_aio --format '{{.Id}} {{.State.Running}}'")).toBe(
                `${id} true\n`,
            );
            expect(await shared.sandbox.starts(startsInside)).toHaveLength(2);
        },
        2 * MINUTE,
    );
});
