import { setTimeout as sleep } from "node:timers/promises";
import { publicLogin, readRestAnswer, restProgram } from "../e2e/rest";
import { eventually } from "../e2e/run";
import { MINUTE, story } from "../e2e/story";

/** After so long every consumer of the real image has subscribed to all it reads. */
const SUBSCRIBED_MS = 75_000;

describe("a collector with the real image's delays", () => {
    const shared = story("rows", { config: { environment: '{"STAND_IN_DELAYS":"real"}', restUser: "reader" } });
    const nowhere = story("nowhere", {
        prepare: async (sandbox) => {
            await sandbox.root(`echo '{"ipv6": true, "fixed-cidr-v6": "fc00:172:17::/64"}' > /etc/docker/daemon.json
                systemctl restart docker
                docker run --detach --name openbmp_aio --restart always --env KAFKA_FQDN=vm.example --add-host vm.example:192.0.2.9 \
                    --volume /var/openbmp/config:/config --volume /var/openbmp/mysql:/data/mysql \
                    --publish 5000:5000 --publish 8001:8001 openbmp-aio-stand-in:latest`);
        },
    });
    /** It takes as long as everything else here. */
    let failure: Promise<string>;
    let startedAt = 0;

    /** What the REST API answers to a login, from a prefix that may ask. */
    const statusFor = async (login: string) => {
        const asked = [shared.sandbox.info.address, "8001", login];
        return readRestAnswer((await shared.sandbox.runBeside("102", restProgram, asked)).stdout).status;
    };
    const row = (name: string) =>
        shared.sandbox.root(
            `docker exec --env MYSQL_PWD=openbmp openbmp_aio mysql --user=openbmp --skip-column-names --batch \
                --execute "SELECT ip_address FROM routers WHERE name = '${name}' AND isConnected" openBMP`,
        );
    const rowWithin = (name: string, limitMs: number) =>
        eventually(`${name} has its row`, limitMs, async () => (await row(name)).trim() || undefined);

    test(
        "that is deployed opened its REST API to its own login alone, and the output names what was proved",
        async () => {
            failure = nowhere.deployment.failingUp();
            // Awaited by the last test; a rejection before that is no accident.
            failure.catch(() => undefined);
            await shared.deployment.stack.setConfig("restPassword", { value: "p'a%s$(id)`x", secret: true });
            const { outputs, stdout } = await shared.deployment.up();
            startedAt = Date.now();
            expect(stdout).toContain("the REST API has the login reader now, and the image's own no more");
            expect(stdout).toContain("opened the port of rest");
            expect(outputs.verification?.value).toMatchObject({
                restStatus: "HTTP/1.1 200 OK",
                consumers: "attached",
            });
            expect(await statusFor("reader:p'a%s$(id)`x")).toBe(200);
            expect(await statusFor(publicLogin)).toBe(401);
        },
        4 * MINUTE,
    );

    test(
        "gives a row to a router that connects long after its start, and has its topics after one by hand",
        async () => {
            await sleep(Math.max(0, startedAt + SUBSCRIBED_MS - Date.now()));
            const late = await shared.sandbox.startRouter("late", "103");
            expect(await rowWithin("late", 30_000)).toBe(late);
            await shared.sandbox.root("docker restart --time 1 openbmp_aio");
            // Topics are there before the first consumer looks for its own.
            await eventually("the topics", 40_000, async () => {
                const { stdout } = await shared.sandbox.tryRoot(
                    "docker exec openbmp_aio /usr/local/kafka/bin/kafka-topics.sh --zookeeper localhost:2181 --list",
                );
                return stdout.includes("openbmp.parsed.router") ? true : undefined;
            });
        },
        4 * MINUTE,
    );

    test(
        "is as deployed, and not when its login or its consumers are gone",
        async () => {
            const check = async () =>
                JSON.parse((await shared.deployment.status("--check", "--json")).stdout) as object;
            await eventually("the consumers are back", MINUTE, async () => {
                const { kafka } = (await check()) as { kafka: { consumersAttached: boolean | null } };
                return kafka.consumersAttached || undefined;
            });
            expect(await check()).toMatchObject({
                differences: [],
                login: { accepted: true, publicAccepted: false },
                kafka: { advertised: "localhost:9092" },
            });
            await shared.sandbox.root(`docker exec --env MYSQL_PWD=openbmp openbmp_aio mysql --user=openbmp \
                --execute "INSERT INTO users VALUES ('openbmp', PASSWORD('CiscoRA'), 'admin'); DELETE FROM users WHERE username = 'reader'" openBMP`);
            expect(await check()).toMatchObject({
                differences: [{ what: "the REST API does not accept the login of restUser and restPassword" }],
                login: { accepted: false, publicAccepted: true },
            });
        },
        3 * MINUTE,
    );

    test(
        "whose broker sends its clients to where nobody answers is no green deployment, though all else looks well",
        async () => {
            expect(await failure).toMatch(
                /verification failed: nobody in openbmp_aio reads what routers send, so none gets a row\. The broker sends its clients to vm\.example:9092/,
            );
        },
        5 * MINUTE,
    );
});

describe("a first start that is cut off", () => {
    const shared = story("cut-off", { config: { environment: '{"STAND_IN_SCHEMA_SECONDS":"15"}' } });

    test(
        "is recognised by the next up, backed up, and begun again",
        async () => {
            const first = shared.deployment.failingUp();
            await eventually("the database is being made", MINUTE, async () =>
                (await shared.sandbox.tryRoot("test -d /var/openbmp/mysql/openBMP")).code === 0 ? true : undefined,
            );
            await shared.sandbox.root("docker kill openbmp_aio");
            expect(await first).toContain("the container stopped");
            // As after a power cut, it runs on the half of a database.
            await shared.sandbox.root("docker start openbmp_aio");
            const { stdout, outputs } = await shared.deployment.up();
            expect(stdout).toContain("the first start of the database was cut off");
            expect(outputs.verification?.value).toMatchObject({ restStatus: "HTTP/1.1 200 OK" });
            expect(await shared.sandbox.root("ls -d /var/openbmp/mysql*")).toBe(
                "/var/openbmp/mysql\n/var/openbmp/mysql.cut-off\n/var/openbmp/mysql.pat_enabled\n",
            );
            const address = await shared.sandbox.startRouter("edge-1", "101");
            expect((await shared.sandbox.connectedRouter("edge-1")).RouterIP).toBe(address);
        },
        4 * MINUTE,
    );
});
