import { eventually } from "../e2e/run";
import { standInImage } from "../e2e/sandbox";
import { MINUTE, story } from "../e2e/story";

describe("the collector's database", () => {
    const shared = story("clean-stop");
    let rows = 0;

    const sql = (statement: string) =>
        shared.sandbox.root(`docker exec --env MYSQL_PWD=OpenBMP openbmp_aio mysql --user=root --skip-column-names \
            --execute ${JSON.stringify(statement)} openBMP`);

    /** What MariaDB said since the container was made. */
    const log = () => shared.sandbox.root("docker exec openbmp_aio cat /var/log/mysqld.log");
    const closings = async () => (await log()).match(/ Shutdown complete$/gm)?.length ?? 0;

    /** Something that a killed database would have to recover, as nothing writes it to the disk at once. */
    async function write(): Promise<void> {
        await sql("CREATE TABLE IF NOT EXISTS mine (number int) ENGINE=InnoDB; INSERT INTO mine VALUES (1)");
        rows += 1;
    }

    /** The database answers again, has every row, and found its files as a clean shutdown leaves them. */
    async function isComplete(): Promise<void> {
        const found = await eventually("the database answers", 30_000, () =>
            sql("SELECT count(*) FROM mine").catch(() => undefined),
        );
        expect(Number(found)).toBe(rows);
        expect(await log()).not.toMatch(/crash/i);
    }

    beforeAll(() => shared.deployment.up(), 3 * MINUTE);
    beforeEach(write, MINUTE);

    test.each<[string, () => Promise<unknown>]>([
        [
            "a changed key of openbmpd.conf",
            async () => {
                await shared.deployment.configure({ listenMode: "v6" });
                await shared.deployment.up();
            },
        ],
        ["a restart of Docker", () => shared.sandbox.root("systemctl reset-failed docker; systemctl restart docker")],
        ["a reboot of the host", () => shared.sandbox.reboot()],
        [
            "Docker that is stopped, and started later",
            () => shared.sandbox.root("systemctl reset-failed docker; systemctl stop docker; systemctl start docker"),
        ],
    ])(
        "is closed before %s",
        async (_, change) => {
            const before = await closings();
            const started = Date.now();
            await change();
            await isComplete();
            expect(await closings()).toBe(before + 1);
            // Docker alone would have waited for two minutes.
            expect(Date.now() - started).toBeLessThan(MINUTE);
        },
        3 * MINUTE,
    );

    test(
        "is closed before another container takes its place, of which nothing is left",
        async () => {
            await shared.deployment.configure({ adminId: "another" });
            await shared.deployment.up();
            await isComplete();
            expect(await shared.sandbox.root("docker volume ls --quiet --filter dangling=true")).toBe("");
        },
        3 * MINUTE,
    );

    test(
        "stays open while Docker restarts with live-restore, and is closed when that host goes down",
        async () => {
            await shared.sandbox.root(`jq '."live-restore" = true' /etc/docker/daemon.json >/tmp/daemon.json
                cp /tmp/daemon.json /etc/docker/daemon.json; systemctl reset-failed docker; systemctl restart docker`);
            await isComplete();
            const before = await closings();
            await shared.sandbox.root("systemctl reset-failed docker; systemctl restart docker");
            await isComplete();
            expect(await closings()).toBe(before);
            await shared.sandbox.reboot();
            await isComplete();
            expect(await closings()).toBe(before + 1);
        },
        3 * MINUTE,
    );

    test(
        "is closed before destroy, which leaves Docker and its unit as they were",
        async () => {
            await shared.deployment.destroy();
            await shared.sandbox.root(`docker run --detach --name openbmp_aio --env KAFKA_FQDN=localhost \
                --volume /var/openbmp/mysql:/data/mysql ${standInImage}`);
            await isComplete();
            await shared.sandbox.root("docker rm --force --volumes openbmp_aio");
            expect(await shared.sandbox.root("docker volume ls --quiet")).toBe("");
            expect(await shared.sandbox.root("systemctl show --property DropInPaths --value docker")).toBe("\n");
        },
        3 * MINUTE,
    );
});
