import { connectionsFrom } from "./connections";
import { Deployment } from "./deployment";
import { eventually, tryRun } from "./run";
import { Sandbox } from "./sandbox";

const MINUTE = 60_000;
const NAME = "collector.example.net";
const CLOSED = "no answer";

describe("consumers outside", () => {
    let sandbox: Sandbox;
    let deployment: Deployment;

    beforeAll(async () => {
        sandbox = await Sandbox.up("outside");
        const kafkaAllowedCidrs = JSON.stringify([`${sandbox.peerAddress("100")}/120`, `${here()}/32`]);
        deployment = await Deployment.create(sandbox, { kafkaFqdn: NAME, kafkaAllowedCidrs });
        await deployment.up();
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

    /** As the database's root, who has that password. */
    const sql = (password: string, text: string) =>
        sandbox.root(`docker exec -i openbmp_aio mysql --user=root --password=${password} <<'END'\n${text}\nEND`);

    const fromPeers = async (port: number) => [
        ...(await connectionsFrom(sandbox, "101", sandbox.info.address, [port])),
        ...(await connectionsFrom(sandbox, "211", sandbox.info.address, [port])),
        // From an IPv4 address that no list has.
        ...(await connectionsFrom(sandbox, "101", sandbox.info.addressV4, [port])),
    ];

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
            await deployment.configure({
                mysqlAllowedCidrs: JSON.stringify([`${sandbox.peerAddress("100")}/120`]),
                environment: JSON.stringify({
                    OPENBMP_DB_PASSWORD: "own-database",
                    MYSQL_ROOT_PASSWORD: "own-root",
                }),
            });
            const failure = await deployment.failingUp();
            expect(failure).toContain(
                "the port of the database stays closed: it refuses the user openbmp with the OPENBMP_DB_PASSWORD of environment; it refuses the user root with the MYSQL_ROOT_PASSWORD of environment; it still takes the image's public password of the user openbmp; it still takes the image's public password of the user root.",
            );
            expect(failure).not.toContain("own-");
            expect(await fromPeers(3306)).toEqual([CLOSED, CLOSED, CLOSED]);
            const status = await deployment.status();
            expect(status.stdout).toMatch(/mysql 3306 +closed: held, nobody gets in until both passwords/);
            expect(status.stdout).toMatch(/kafka 9092 +dnat: /);

            await sql(
                "OpenBMP",
                `SET PASSWORD FOR openbmp@localhost = PASSWORD('own-database');
                SET PASSWORD FOR openbmp@'%' = PASSWORD('own-database');
                SET PASSWORD FOR root@localhost = PASSWORD('own-root');`,
            );
            await deployment.up();
            expect(await fromPeers(3306)).toEqual(["connected", CLOSED, CLOSED]);
            expect((await deployment.status("--check")).code).toBe(0);
        },
        3 * MINUTE,
    );

    test(
        "get in after a reboot as before, and no more when the proof fails",
        async () => {
            await sandbox.reboot();
            await eventually("the database's port is open again", MINUTE, async () =>
                (await fromPeers(3306)).join() === ["connected", CLOSED, CLOSED].join() ? true : undefined,
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
