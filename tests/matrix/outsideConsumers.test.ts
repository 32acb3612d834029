import { blocksOf } from "../documentation";
import { connectionsFrom } from "../e2e/connections";
import { Deployment } from "../e2e/deployment";
import { eventually, tryRun } from "../e2e/run";
import { Sandbox } from "../e2e/sandbox";

const MINUTE = 60_000;
const NAME = "collector.example.net";
const CLOSED = "no answer";
const CONSUMERS_FILE = "/var/openbmp/config/obmp-mysql-consumer.yml";

describe("consumers outside", () => {
    let sandbox: Sandbox;
    let deployment: Deployment;

    beforeAll(async () => {
        sandbox = await Sandbox.up("outside");
        const kafkaAllowedCidrs = JSON.stringify([`${sandbox.peerAddress("100")}/120`, `${here()}/32`]);
        const environment = JSON.stringify({ OPENBMP_DB_PASSWORD: "own-database", MYSQL_ROOT_PASSWORD: "own-root" });
        deployment = await Deployment.create(sandbox, { kafkaFqdn: NAME, kafkaAllowedCidrs, environment });
    }, 5 * MINUTE);

    afterAll(async () => {
        await sandbox?.down();
        deployment?.remove();
    }, MINUTE);

    /** This machine's own IPv4 address on the sandbox's network, which is its first. */
    const here = () => sandbox.info.addressV4.replace(/\d+$/, "1");

    /** What a connection over IPv4 from this machine comes to. */
    const overIpv4FromHere = async (port: number) => {
        const connect = `exec 3<>/dev/tcp/${sandbox.info.addressV4}/${port}`;
        const { code } = await tryRun("timeout", ["2", "bash", "-c", connect]);
        return code === 0 ? "connected" : CLOSED;
    };

    /** The file that docs/outside-consumers.md tells to write, as it stands there. */
    const writeConsumersFile = async () => {
        const [file] = blocksOf("docs/outside-consumers.md", "yaml");
        expect(file?.text.match(/"…"/g)).toHaveLength(1);
        const text = file?.text.replace('"…"', '"own-database"') ?? "";
        await sandbox.root(`umask 077\ncat >${CONSUMERS_FILE} <<'END'\n${text}END`);
    };

    /** As the database's root, who has that password. */
    const sql = (password: string, text: string) =>
        sandbox.root(`docker exec -i openbmp_aio mysql --user=root --password=${password} <<'END'\n${text}\nEND`);

    /** Of the database's two users, by its root, who has the first of these. */
    const setPasswords = (before: string, database: string, root: string) =>
        sql(
            before,
            `SET PASSWORD FOR openbmp@localhost = PASSWORD('${database}');
            SET PASSWORD FOR openbmp@'%' = PASSWORD('${database}');
            SET PASSWORD FOR root@localhost = PASSWORD('${root}');`,
        );

    const fromPeers = async (port: number) => [
        ...(await connectionsFrom(sandbox, "101", sandbox.info.address, [port])),
        ...(await connectionsFrom(sandbox, "211", sandbox.info.address, [port])),
        // From an IPv4 address that no list has.
        ...(await connectionsFrom(sandbox, "101", sandbox.info.addressV4, [port])),
    ];

    test(
        "inside are refused by a new database with a password of one's own, until they have the file of the documentation",
        async () => {
            const failure = await deployment.failingUp();
            expect(failure).toContain(
                `verification failed: nobody in openbmp_aio reads what routers send, so none gets a row. Its consumers do not read OPENBMP_DB_PASSWORD: without ${CONSUMERS_FILE} they have the image's own password, and the database refuses it.`,
            );
            expect(failure).not.toContain("own-");
            // All else looks well.
            expect(await sandbox.routers()).toEqual([]);

            await writeConsumersFile();
            const { outputs, stdout } = await deployment.up();
            expect(stdout).toContain("stopping openbmp_aio: its configuration changed");
            expect(outputs.verification?.value).toMatchObject({ consumers: "attached" });
            const address = await sandbox.startRouter("edge-1", "102");
            expect((await sandbox.connectedRouter("edge-1")).RouterIP).toBe(address);
        },
        4 * MINUTE,
    );

    test(
        "of Kafka get in from the allowed prefixes, over IPv6 and IPv4, and nobody else does",
        async () => {
            expect(await fromPeers(9092)).toEqual(["connected", CLOSED, CLOSED]);
            expect(await overIpv4FromHere(9092)).toBe("connected");
            expect(await overIpv4FromHere(5000)).toBe(CLOSED);
            // Nothing else was published besides.
            expect(await connectionsFrom(sandbox, "101", sandbox.info.address, [3306, 2181])).toEqual([
                "ECONNREFUSED",
                "ECONNREFUSED",
            ]);
        },
        MINUTE,
    );

    test(
        "and those inside find the broker at its name in the container itself, whatever /config/hosts says of it",
        async () => {
            const inside = (command: string) => sandbox.root(`docker exec -i openbmp_aio bash -c '${command}'`);
            const first = `getent ahosts ${NAME} | head -n 1 | cut -d " " -f 1`;
            expect((await inside(first)).trim()).toBe("127.0.0.1");
            await inside(`exec 3<>/dev/tcp/${NAME}/9092`);
            // What the image does with that file when it starts.
            await inside(`echo "192.0.2.99 ${NAME}" >>/etc/hosts`);
            expect((await inside(first)).trim()).toBe("127.0.0.1");
        },
        MINUTE,
    );

    test(
        "of the database wait until both of its passwords are proven to be the user's own",
        async () => {
            // As in a database that was made before they were set.
            await setPasswords("own-root", "openbmp", "OpenBMP");
            await sandbox.root(`rm ${CONSUMERS_FILE}`);
            await deployment.configure({ mysqlAllowedCidrs: JSON.stringify([`${sandbox.peerAddress("100")}/120`]) });
            const failure = await deployment.failingUp();
            expect(failure).toContain(
                "the port of the database stays closed: it refuses the user openbmp with the OPENBMP_DB_PASSWORD of environment; it refuses the user root with the MYSQL_ROOT_PASSWORD of environment; it still takes the image's public password of the user openbmp; it still takes the image's public password of the user root.",
            );
            expect(failure).not.toContain("own-");
            expect(await fromPeers(3306)).toEqual([CLOSED, CLOSED, CLOSED]);
            const status = await deployment.status();
            expect(status.stdout).toMatch(/mysql 3306 +closed: held, nobody gets in until both passwords/);
            expect(status.stdout).toMatch(/kafka 9092 +dnat: /);

            await setPasswords("OpenBMP", "own-database", "own-root");
            await writeConsumersFile();
            await deployment.up();
            expect(await fromPeers(3306)).toEqual(["connected", CLOSED, CLOSED]);
            expect((await deployment.status("--check")).code).toBe(0);
        },
        3 * MINUTE,
    );

    test(
        "get in after a reboot as before, and no more when the check fails",
        async () => {
            await sandbox.reboot();
            await eventually("the database's port is open again", MINUTE, async () =>
                (await fromPeers(3306)).join() === ["connected", CLOSED, CLOSED].join() ? true : undefined,
            );
            await eventually("what routers send becomes rows again", MINUTE, async () =>
                (await deployment.status("--check")).code === 0 ? true : undefined,
            );
            await sql("own-root", "SET PASSWORD FOR openbmp@'%' = PASSWORD('openbmp');");
            await deployment.configure({ reapply: "again" });
            expect(await deployment.failingUp()).toContain(
                "stays closed: it still takes the image's public password of the user openbmp. ",
            );
            expect(await fromPeers(3306)).toEqual([CLOSED, CLOSED, CLOSED]);
            expect(await fromPeers(9092)).toEqual(["connected", CLOSED, CLOSED]);
        },
        3 * MINUTE,
    );
});
