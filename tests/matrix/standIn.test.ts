import { publicLogin } from "../e2e/rest";
import { eventually, run, tryRun } from "../e2e/run";
import { standInImage } from "../e2e/sandbox";
import { StandInContainer } from "./standInContainer";
import { MINUTE } from "../e2e/story";

/** openbmpd.conf with what a test needs. */
const conf = (base: string, startup = "") => `base:\n${base}\n  startup:\n    initial_router_time: 60\n${startup}\n`;
const createTopic = (topic: string) =>
    `--create --if-not-exists --partitions 6 --replication-factor 1 --topic openbmp.parsed.${topic}`;

// The table of facts is in scripts/images/stand-in/README.md; a test here has the number of its fact.
describe("the stand-in for the AIO image", () => {
    beforeAll(() => run("scripts/stand-in", []), 5 * MINUTE);
    afterAll(() => StandInContainer.removeAll(), MINUTE);

    describe("that runs", () => {
        let shared: StandInContainer;
        beforeAll(async () => {
            shared = await StandInContainer.running();
        }, MINUTE);

        test("1: volumes and ports", async () => {
            const [image] = JSON.parse(await run("docker", ["image", "inspect", standInImage])) as [
                { Config: { Volumes: object; ExposedPorts: object } },
            ];
            expect(Object.keys(image.Config.Volumes).sort()).toEqual(["/config", "/data/mysql", "/var/mysqltmp"]);
            const { stdout } = await shared.sh(`for port in 5000 8001 3306 2181 9092 9999; do
                (exec 3<>/dev/tcp/127.0.0.1/$port) && echo $port; done`);
            expect(stdout.split("\n").slice(0, -1)).toEqual(["5000", "8001", "3306", "2181", "9092", "9999"]);
        });

        test(
            "2: a router has its row, by way of openbmpd, Kafka, a consumer and MariaDB",
            async () => {
                await shared.router("edge-1");
                expect(await shared.connectedRow("edge-1")).toMatchObject({ RouterIP: "127.0.0.1" });
                expect(await shared.sql("SELECT name, isConnected FROM routers")).toBe("edge-1\t1");
            },
            MINUTE,
        );

        test("3: the REST login is what the table says now", async () => {
            expect([
                await shared.status(),
                await shared.status("openbmp:other"),
                await shared.status("x:CiscoRA"),
            ]).toEqual([200, 401, 401]);
            await shared.sql("UPDATE users SET password = PASSWORD('other')");
            expect([await shared.status(), await shared.status("openbmp:other")]).toEqual([401, 200]);
            await shared.sql("UPDATE users SET password = PASSWORD('CiscoRA')");
            expect(await shared.sql("SELECT username, type, password = PASSWORD('CiscoRA') FROM users")).toBe(
                "openbmp\tadmin\t1",
            );
        });

        test("27: rows come with a header line that has a blank before its colon, a refusal without; curl takes both", async () => {
            const url = `http://${await shared.inspect("{{.NetworkSettings.IPAddress}}")}:8001/db_rest/v1/routers`;
            const ask = (...options: string[]) =>
                run("curl", ["--silent", "--show-error", "--include", ...options, url]);
            expect(await ask("--user", publicLogin)).toMatch(
                /^HTTP\/1\.1 200 OK\r\n.*\r\nAccess-Control-Allow-Credentials : true\r\n.*\r\n\r\n\{"routers"/s,
            );
            const refusal = await ask();
            expect(refusal).toMatch(/^HTTP\/1\.1 401 /);
            expect(refusal).not.toMatch(/ :/);
        });

        test("4: database users and settings", async () => {
            expect(await shared.sql("SELECT 1", "openbmp", "openbmp")).toBe("1");
            expect(await shared.sql("SELECT 1", "root", "")).toContain("Access denied");
            const address = await shared.inspect("{{.NetworkSettings.IPAddress}}");
            expect(await shared.sql("SELECT 1", "openbmp", "openbmp", `--host=${address}`)).toBe("1");
            expect(await shared.sql("SELECT 1", "root", "OpenBMP", `--host=${address}`)).toMatch(/denied|not allowed/);
            expect(await shared.sql("SELECT @@innodb_doublewrite, @@innodb_flush_log_at_trx_commit")).toMatch(
                /^(0|OFF)\t0$/,
            );
        });

        test("5: DeleteRouter removes a router's row", async () => {
            await shared.sql(
                "INSERT INTO routers (hash_id, name, ip_address, collector_hash_id) VALUES ('h', 'old', '::1', 'c')",
            );
            expect(await shared.row("old")).toBeDefined();
            await shared.sql("CALL DeleteRouter('old')");
            expect(await shared.row("old")).toBeUndefined();
        });

        test(
            "6: a connection that closes at once ends the row of a router with its address",
            async () => {
                await shared.sh("(exec 3<>/dev/tcp/127.0.0.1/5000); exit 0");
                await eventually("the row has ended", 5000, async () =>
                    (await shared.row("edge-1"))?.isConnected === 0 ? true : undefined,
                );
                await shared.sh("(exec 3<>/dev/tcp/127.0.0.1/5000 && echo GET >&3); exit 0");
                const address = await shared.inspect("{{.NetworkSettings.IPAddress}}");
                await shared.sh(`(exec 3<>/dev/tcp/${address}/5000); exit 0`);
                expect(await eventually("a row of nobody", 5000, () => shared.row(address))).toMatchObject({
                    isConnected: 0,
                });
            },
            MINUTE,
        );

        test(
            "7: topics by the tool, and a topic made late is attached only at the next look",
            async () => {
                const looks = async () => (await shared.sh("grep -c Metadata /var/log/mysql-consumer0.log")).stdout;
                await eventually("the subscriptions are done", 10_000, async () =>
                    Number(await looks()) >= 9 ? true : undefined,
                );
                const last = await looks();
                await eventually("a look", 10_000, async () => ((await looks()) === last ? undefined : true));
                const made = await shared.topics(createTopic("l3vpn"));
                expect([made.code, made.stdout]).toEqual([
                    0,
                    expect.stringMatching(/^WARNING: .*\nCreated topic "openbmp\.parsed\.l3vpn"\.\n$/),
                ]);
                expect((await shared.topics("--list")).stdout).toContain("openbmp.parsed.l3vpn\n");
                expect(
                    (await shared.sh("ls /data/mysql/kafka | grep -c l3vpn; stat -c %U /data/mysql/kafka")).stdout,
                ).toBe("6\nroot\n");
                expect((await shared.describeGroup()).stdout).not.toContain("l3vpn");
                await eventually("it is attached", 8000, async () =>
                    (await shared.describeGroup()).stdout.includes("l3vpn") ? true : undefined,
                );
                expect((await shared.topics(createTopic("l3vpn"))).stdout).not.toContain("Created");
                const two = await shared.topics(`${createTopic("evpn")} --topic openbmp.parsed.ls_node`);
                expect([two.code, two.stderr]).toEqual([1, expect.stringContaining("asked for only one")]);
            },
            MINUTE,
        );

        test("8: the consumer group, as Kafka 0.10.2 prints it, by both names of the program", async () => {
            const { stdout } = await shared.describeGroup();
            const lines = stdout.split("\n");
            expect(lines.find((line) => line.startsWith("TOPIC"))?.split(/ +/)).toEqual(
                "TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG CONSUMER-ID HOST CLIENT-ID".split(" "),
            );
            const routers = lines.filter((line) => line.startsWith("openbmp.parsed.router "));
            expect(routers).toHaveLength(6);
            expect(new Set(routers.map((line) => line.split(/ +/)[7])).size).toBe(6);
            for (const line of routers) {
                expect(line).toMatch(/^\S+ +[0-5] +\d+ +\d+ +\d+ +consumer-[1-6]-\S+ +\/127\.0\.0\.1 +consumer-[1-6]$/);
            }
            const other = await shared.sh(
                "/usr/local/kafka/bin/kafka-run-class.sh kafka.admin.ConsumerGroupCommand --bootstrap-server localhost:9092 --new-consumer --describe --group openbmp-mysql-consumer",
            );
            // The router goes on talking meanwhile.
            const withoutOffsets = (text: string) => text.replace(/^(\S+ +\d+ +)\d+ +\d+ +\d+/gm, "$1");
            expect(withoutOffsets(other.stdout)).toBe(withoutOffsets(stdout));
        });

        test("9: what it writes to /var/log grows", async () => {
            const size = async () => Number((await shared.sh("cat /var/log/* | wc -c")).stdout);
            const before = await size();
            await shared.status();
            expect(await size()).toBeGreaterThan(before);
        });

        test(
            "10: consumers that are dead are not started again; their group has no active members",
            async () => {
                await shared.sh("kill $(pgrep -f consumers.js); while pgrep -f consumers.js; do sleep 0.05; done");
                const { stdout, stderr } = await shared.describeGroup();
                expect(stderr).toContain("Consumer group 'openbmp-mysql-consumer' has no active members.");
                expect(stdout).toMatch(/^openbmp\.parsed\.router +0 +\d+ +\d+ +\d+ +- +- +-$/m);
                expect(await shared.inspect("{{.State.Running}}")).toBe("true");
            },
            MINUTE,
        );

        test("11: without the table of users nobody gets in", async () => {
            await shared.sql("DROP TABLE users");
            expect(await shared.status()).toBe(401);
        });
    });

    describe("that is stopped", () => {
        test(
            "12: ignores SIGTERM, and is killed with its database, which recovers at the next start",
            async () => {
                const container = await StandInContainer.running();
                await container.docker("kill", "--signal", "TERM");
                await container.router("edge-2");
                await container.connectedRow("edge-2");
                await container.docker("stop", "--time", "1");
                expect(await container.exitCode()).toBe("137");
                await container.docker("start");
                await container.untilRunning(2);
                expect((await container.sh("cat /var/log/mysqld.log")).stdout).toMatch(/crash recovery/i);

                // Asked first, it closes its files, and the container runs on.
                await container.sh("kill -TERM $(pidof mariadbd mysqld); while pidof mariadbd; do sleep 0.05; done");
                expect(await container.inspect("{{.State.Running}}")).toBe("true");
                await container.sh("cp /var/log/mysqld.log /var/log/before.log");
                expect((await container.sh("tail -n 1 /var/log/before.log")).stdout).toContain("Shutdown complete");
                await container.docker("stop", "--time", "1");
                await container.docker("start");
                await container.untilRunning(3);
                const { stdout } = await container.sh(
                    "tail -c +$(($(stat -c %s /var/log/before.log) + 1)) /var/log/mysqld.log",
                );
                expect(stdout).toContain("ready for connections");
                expect(stdout).not.toMatch(/crash recovery/i);
            },
            MINUTE,
        );

        test(
            "13: ends with 0 when openbmpd ends",
            async () => {
                const container = await StandInContainer.running();
                await container.sh("kill -TERM $(pidof openbmpd)");
                expect(await container.exitCode()).toBe("0");
            },
            MINUTE,
        );
    });

    describe("that starts", () => {
        test.each([
            [{ KAFKA_FQDN: "" }, "KAFKA_FQDN is not set"],
            [{ MEM: "2" }, "Found 2048 MB"],
            [{ MEM: "100000" }, "is less than requested memory (102400000) MB"],
        ])("14: refuses %j", async (env, line) => {
            const container = await StandInContainer.start({ env });
            expect(await container.exitCode()).toBe("1");
            expect(await container.logs()).toContain(line);
        });

        test(
            "15: takes what is in /config: hosts and variables at each start; a database's passwords only at the first",
            async () => {
                const container = await StandInContainer.running({
                    env: { MYSQL_ROOT_PASSWORD: "r'1", OPENBMP_DB_PASSWORD: "o" },
                    config: { hosts: "192.0.2.7 seen\n", openbmpd: "echo sourced\nADMIN_ID=from-file\n" },
                });
                expect(
                    (await container.sh("grep -c seen /etc/hosts; grep admin_id /usr/etc/openbmp/openbmpd.conf"))
                        .stdout,
                ).toContain("1\n  admin_id: from-file");
                expect(await container.logs()).toContain("sourced");
                expect(await container.sql("SELECT 1", "openbmp", "o")).toBe("1");
                await container.sh(`touch /data/mysql/other; chown root /data/mysql/other
                    printf 'OPENBMP_DB_PASSWORD=p\nMYSQL_ROOT_PASSWORD=r\nADMIN_ID=x\n' > /config/openbmpd
                    sed 's/admin_id: .*/admin_id: of-the-file/' /usr/etc/openbmp/openbmpd.conf > /config/openbmpd.conf`);
                await container.docker("restart", "--time", "1");
                await container.untilRunning(2);
                expect((await container.sh("grep -c seen /etc/hosts; stat -c %U /data/mysql/other")).stdout).toMatch(
                    /^[12]\nmysql\n$/,
                );
                expect(await container.sql("SELECT 1", "openbmp", "o")).toBe("1");
                expect((await container.sh("tail -n 1 /data/mysql/starts.jsonl")).stdout).toContain(
                    '"adminId":"of-the-file"',
                );
            },
            MINUTE,
        );

        test(
            "16: REINIT_DB=1 empties the database at every start, and every start empties Kafka",
            async () => {
                const kept = await StandInContainer.running();
                const emptied = await StandInContainer.running({ env: { REINIT_DB: "1" } });
                for (const container of [kept, emptied]) {
                    await container.router("edge-3");
                    await container.connectedRow("edge-3");
                    await container.topics(createTopic("evpn"));
                    await container.docker("restart", "--time", "1");
                }
                for (const container of [kept, emptied]) {
                    await container.untilRunning(2);
                    expect((await container.topics("--list")).stdout).not.toContain("evpn");
                }
                expect((await kept.rows()).map(({ RouterName }) => RouterName)).toEqual(["edge-3"]);
                expect(await emptied.rows()).toEqual([]);
            },
            MINUTE,
        );

        test(
            "17: a first start that is cut off leaves half a database for ever",
            async () => {
                const container = await StandInContainer.start({ env: { STAND_IN_SCHEMA_SECONDS: "30" } });
                await eventually("the folder is there", 10_000, async () =>
                    (await container.sh("test -d /data/mysql/openBMP")).code === 0 ? true : undefined,
                );
                await container.docker("kill");
                await container.docker("start");
                await container.untilRunning();
                expect(await container.status()).toBe(401);
                await container.docker("restart", "--time", "1");
                await container.untilRunning(2);
                expect(await container.status()).toBe(401);
            },
            MINUTE,
        );

        test(
            "29: a whole first start is marked at its end, and one that is cut off in the imports never is",
            async () => {
                const mark = "cat /data/mysql/schema-version; stat -c %U /data/mysql/schema-version";
                const [whole, container] = await Promise.all([
                    StandInContainer.running(),
                    StandInContainer.start({ env: { STAND_IN_IMPORT_SECONDS: "30" } }),
                ]);
                expect((await whole.sh(mark)).stdout).toBe("SCHEMA_VERSION=1.23\nmysql\n");
                await eventually("the login is there", 10_000, async () =>
                    (await container.sql("SELECT COUNT(*) FROM users")) === "1" ? true : undefined,
                );
                // MariaDB writes what it was told once a second.
                await new Promise((done) => setTimeout(done, 2000));
                await container.docker("kill");
                await container.docker("start");
                await container.untilRunning();
                expect([await container.status(), (await container.sh(mark)).stdout]).toEqual([200, ""]);
                expect(await container.logs()).toContain(
                    "Current schema version '1.23' doesn't match existing schema ''\n",
                );
                expect(await container.sql("CALL DeleteRouter('x')")).toContain("does not exist");
                await container.router("edge-9");
                await container.connectedRow("edge-9");
            },
            MINUTE,
        );
    });

    describe("with passwords of the database", () => {
        const consumersRun = async (container: StandInContainer) =>
            (await container.sh("pgrep -f consumers.js")).code === 0;
        const consumersEnd = (container: StandInContainer) =>
            eventually("the consumers end", 10_000, async () =>
                (await consumersRun(container)) ? undefined : container.logs(),
            );

        test(
            "26: consumers have the public one or that of their file, which takes the place of all that they have",
            async () => {
                const env = { OPENBMP_DB_PASSWORD: "own" };
                const withFile = (text: string) =>
                    StandInContainer.running({ env, config: { "obmp-mysql-consumer.yml": text } });
                const password = "mysql:\n  password: own\n";
                const patterns = "kafka:\n  subscribe_topic_patterns: ['openbmp[.]parsed[.](collector|router)']\n";
                const [without, other, unread, unsubscribed, right] = await Promise.all([
                    StandInContainer.running({ env }),
                    withFile(patterns),
                    withFile("mysql: ["),
                    withFile(password),
                    withFile(password + patterns),
                ]);
                const log = async (container: StandInContainer) =>
                    (await container.sh("cat /var/log/mysql-consumer5.log")).stdout;
                for (const container of [without, other]) {
                    const logs = await consumersEnd(container);
                    expect(logs).toContain("Access denied for user 'openbmp'@'localhost'");
                    expect(logs).toContain("-----| RUNNING |------");
                    await container.router("edge-10");
                    await container.topics(createTopic("router"));
                }
                await Promise.all([unread, unsubscribed].map(consumersEnd));
                expect(await log(unread)).toContain("Failed to load the configuration file, exiting");
                expect(await log(unsubscribed)).toContain("Consumer is not subscribed to any topics");
                await right.router("edge-10");
                await right.connectedRow("edge-10");
                expect((await log(right)).match(/Subscribed to topic: .*/g)).toEqual([
                    "Subscribed to topic: openbmp[.]parsed[.](collector|router)",
                ]);
                expect(await Promise.all([without, other].map((container) => container.rows()))).toEqual([[], []]);
                expect(await without.inspect("{{.State.Running}}")).toBe("true");
                expect(await without.status()).toBe(200);
            },
            2 * MINUTE,
        );

        test(
            "28: REST has the one of the environment: where it never got in it answers 500, and 401 where it did before",
            async () => {
                const container = await StandInContainer.running({ env: { OPENBMP_DB_PASSWORD: "o" } });
                await container.sh("echo OPENBMP_DB_PASSWORD=p > /config/openbmpd");
                await container.docker("restart", "--time", "1");
                await container.untilRunning(2);
                const databaseHas = (password: string) =>
                    container.sql(`SET PASSWORD FOR openbmp@localhost = PASSWORD('${password}')`);
                expect(await container.status()).toBe(500);
                await databaseHas("p");
                expect(await container.status()).toBe(200);
                await databaseHas("o");
                expect(await container.status()).toBe(401);
            },
            MINUTE,
        );
    });

    describe("with a Kafka at", () => {
        test(
            "18: a name that does not resolve: it becomes localhost, and rows appear",
            async () => {
                const container = await StandInContainer.running({ env: { KAFKA_FQDN: "nowhere.invalid" } });
                expect(await container.logs()).toMatch(/^NOTICE: nowhere\.invalid .*localhost/m);
                await container.router("edge-4");
                await container.connectedRow("edge-4");
            },
            MINUTE,
        );

        test(
            "19: a name that cannot be reached: all looks well, and no row appears",
            async () => {
                const container = await StandInContainer.running({
                    env: { KAFKA_FQDN: "kafka.example" },
                    flags: ["--add-host", "kafka.example:198.51.100.1"],
                });
                await container.router("edge-5");
                await container.topics(createTopic("router"));
                const { code, stdout } = await container.describeGroup();
                expect([code, stdout]).toEqual([
                    0,
                    expect.stringContaining(
                        "Error: Executing consumer group command failed due to Request GROUP_COORDINATOR failed on brokers List(kafka.example:9092",
                    ),
                ]);
                // Longer than until the consumers look for new topics.
                await new Promise((done) => setTimeout(done, 6000));
                expect([await container.status(), await container.rows()]).toEqual([200, []]);
                expect(await container.logs()).toBe("-----| RUNNING |------\n");
                const { stdout: log } = await container.sh("cat /var/log/mysql-consumer0.log");
                expect(log).toContain("Subscribed to topic: openbmp[.]parsed[.]router");
                expect(log).not.toContain("Assign partition");
            },
            MINUTE,
        );

        test(
            "20: a name that stands for the container itself: rows appear",
            async () => {
                const container = await StandInContainer.running({
                    env: { KAFKA_FQDN: "kafka.example" },
                    flags: ["--add-host", "kafka.example:127.0.0.1"],
                });
                await container.router("edge-6");
                await container.connectedRow("edge-6");
                expect(await container.logs()).not.toContain("NOTICE");
            },
            MINUTE,
        );
    });

    describe("with an openbmpd.conf of the user's", () => {
        test(
            "21: that openbmpd refuses: RUNNING, its words, and exit code 0",
            async () => {
                const container = await StandInContainer.start({
                    config: { "openbmpd.conf": conf("  listen_port: 99999") },
                });
                expect(await container.exitCode()).toBe("0");
                expect(await container.logs()).toMatch(
                    /-----\| RUNNING \|------\nERROR: Failed to load .*listen_port '99999'.*\ncollector stopped\n/,
                );
            },
            MINUTE,
        );

        test(
            "22: listen_port, listen_ipv4 and listen_mode are what it listens on",
            async () => {
                const container = await StandInContainer.running({
                    config: {
                        "openbmpd.conf": conf("  listen_port: 5555\n  listen_ipv4: 127.0.0.1\n  listen_mode: v4"),
                    },
                });
                const address = await container.inspect("{{.NetworkSettings.IPAddress}}");
                const open = async (host: string, port: number) =>
                    (await container.sh(`(exec 3<>/dev/tcp/${host}/${port})`)).code === 0;
                expect([
                    await open("127.0.0.1", 5555),
                    await open(address, 5555),
                    await open("127.0.0.1", 5000),
                ]).toEqual([true, false, false]);
            },
            MINUTE,
        );

        test(
            "23: two idle connections keep the next router waiting, unless there is no limit",
            async () => {
                const limited = await StandInContainer.running({
                    config: { "openbmpd.conf": conf("", "    initial_router_time: 8") },
                });
                const unlimited = await StandInContainer.running({
                    config: { "openbmpd.conf": conf("", "    max_concurrent_routers: 0") },
                });
                for (const container of [limited, unlimited]) {
                    await container.idleConnections(2);
                    await container.sh(
                        `until [ "$(cat /proc/net/tcp | grep -c ':1388 .* 01 ')" -ge 2 ]; do sleep 0.05; done`,
                    );
                    await container.router("edge-7");
                }
                await unlimited.connectedRow("edge-7");
                expect(await limited.row("edge-7")).toBeUndefined();
                await limited.connectedRow("edge-7", 15_000);
            },
            MINUTE,
        );
    });

    test(
        "25: the broker answers Kafka's own requests, as the host's scripts send them",
        async () => {
            const ask = async (container: StandInContainer, question: string) => {
                const address = await container.inspect("{{.NetworkSettings.IPAddress}}");
                const libraries = ". scripts/host/lib/kafka.sh";
                return tryRun("bash", ["-euo", "pipefail", "-c", `${libraries}; ${question} ${address}`]);
            };
            const [good, unreachable] = await Promise.all([
                StandInContainer.running(),
                StandInContainer.running({
                    env: { KAFKA_FQDN: "kafka.example" },
                    flags: ["--add-host", "kafka.example:198.51.100.1"],
                }),
            ]);
            await eventually("the topics", 5000, async () =>
                (await ask(good, "kafka_topics_exist")).code === 0 ? true : undefined,
            );
            await eventually("the consumers", 10_000, async () =>
                (await ask(good, "kafka_consumers_attached")).code === 0 ? true : undefined,
            );
            expect((await ask(good, "kafka_advertised")).stdout).toBe("localhost:9092\n");
            expect((await ask(unreachable, "kafka_advertised")).stdout).toBe("kafka.example:9092\n");
            for (const question of ["kafka_topics_exist", "kafka_consumers_attached"]) {
                await ask(unreachable, question);
                expect(await ask(unreachable, question)).toMatchObject({ code: 1 });
            }
        },
        MINUTE,
    );

    test(
        "24: with the real image's delays: REST after RUNNING, topics 10 s apart, and those made early are found",
        async () => {
            const container = await StandInContainer.start({ env: { STAND_IN_DELAYS: "real" } });
            await eventually("RUNNING", 30_000, async () =>
                (await container.logs()).includes("RUNNING") ? true : undefined,
            );
            expect(await container.status()).toBe(0);
            await container.topics(createTopic("router"));
            await container.untilRunning();
            await container.router("edge-8");
            await container.connectedRow("edge-8", 25_000);
            const { stdout } = await container.sh("grep -o 'T.*Subscribed to topic: .*' /var/log/mysql-consumer0.log");
            const [first = 0, second = 0] = stdout
                .split("\n")
                .map((line) => Date.parse(`2000-01-01${line.split(" ")[0] ?? ""}`) / 1000);
            expect(second - first).toBeGreaterThan(9.9);
            expect((await container.describeGroup()).stdout).not.toContain("evpn");
        },
        2 * MINUTE,
    );
});
