import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assignments } from "../../components/remote/hostScript";
import { publicLogin } from "../e2e/rest";
import { type RunResult, run, tryRun } from "../e2e/run";
import { StandInContainer } from "./standInContainer";
import { MINUTE } from "../e2e/story";

// What the steps of the host do with the login, in a collector with a real MariaDB.
describe("the login of the REST API", () => {
    const record = mkdtempSync(join(tmpdir(), "openbmp-rest-login-"));
    let collector: StandInContainer;

    beforeAll(async () => {
        await run("scripts/stand-in", []);
        collector = await StandInContainer.running();
    }, 5 * MINUTE);
    beforeEach(async () => {
        rmSync(record, { recursive: true });
        await run("mkdir", [record]);
        await collector.sql("DELETE FROM users; INSERT INTO users VALUES ('openbmp', PASSWORD('CiscoRA'), 'admin')");
    });
    afterAll(async () => {
        rmSync(record, { recursive: true });
        await StandInContainer.removeAll();
    }, MINUTE);

    /** Runs a function of scripts/host/lib/rest.sh with that login in the configuration. */
    function onHost(what: string, user: string, password: string): Promise<RunResult> {
        const places = {
            CONTAINER: collector.id,
            OUR_LOGIN: join(record, "ours"),
            ORIGINAL_LOGIN: join(record, "former"),
        };
        const input = assignments({ REST_USER: user, REST_PASSWORD: password, ...places });
        return tryRun("bash", ["-euo", "pipefail", "-s"], `. scripts/host/lib/rest.sh\n${input}${what}`);
    }
    const set = (user: string, password: string) => onHost("set_rest_login", user, password);

    /** What the API answers to each login. */
    const statuses = (...logins: string[]) => Promise.all(logins.map((login) => collector.status(login)));

    test(
        "takes the place of the image's own, once, and can be changed again",
        async () => {
            expect((await set("openbmp", "p'a%s$(id)`")).stderr).toContain("and the image's own no more");
            expect(await statuses(publicLogin, "openbmp:p'a%s$(id)`")).toEqual([401, 200]);
            expect(await set("openbmp", "p'a%s$(id)`")).toMatchObject({ code: 0, stderr: "" });
            expect((await set("reader", "second one")).stderr).toContain("has the new login reader now");
            expect(await statuses(publicLogin, "openbmp:p'a%s$(id)`", "reader:second one")).toEqual([401, 401, 200]);
            expect(await collector.sql("SELECT username, type FROM users")).toBe("reader\tadmin");
            expect(statSync(join(record, "ours")).mode & 0o077).toBe(0);
            // The container was the user's: it gets back what it had before the first of them.
            expect((await onHost("restore_rest_login", "reader", "second one")).stderr).toContain(
                "its original login again",
            );
            expect(await statuses(publicLogin, "reader:second one")).toEqual([200, 401]);
        },
        MINUTE,
    );

    test(
        "is left alone where it works already, and the image's own goes",
        async () => {
            await collector.sql("INSERT INTO users VALUES ('reader', PASSWORD('own one'), 'oper')");
            expect((await set("reader", "own one")).stderr).toContain("the image's own login of the REST API is gone");
            expect(await statuses(publicLogin, "reader:own one")).toEqual([401, 200]);
            expect(await collector.sql("SELECT username, type FROM users")).toBe("reader\toper");
            await onHost("restore_rest_login", "reader", "own one");
            expect(await statuses(publicLogin, "reader:own one")).toEqual([200, 200]);
        },
        MINUTE,
    );

    test(
        "that neither works nor can be set is refused, and nothing is changed",
        async () => {
            await collector.sql("UPDATE users SET password = PASSWORD('somebody else')");
            const unknown = await set("openbmp", "not that one");
            expect([unknown.code, unknown.stderr]).toEqual([
                1,
                expect.stringContaining("nothing was changed: set both keys"),
            ]);
            expect(await statuses("openbmp:somebody else", "openbmp:not that one")).toEqual([200, 401]);

            await collector.sql("UPDATE users SET password = PASSWORD('CiscoRA')");
            await collector.sql("INSERT INTO users VALUES ('reader', PASSWORD('own one'), 'oper')");
            const taken = await set("reader", "not that one");
            expect([taken.code, taken.stderr]).toEqual([
                1,
                expect.stringContaining("a login restUser (reader) with another password"),
            ]);
            expect(await statuses(publicLogin, "reader:own one", "reader:not that one")).toEqual([200, 200, 401]);
        },
        MINUTE,
    );

    test(
        "is not looked for without a password of one's own, and a database that does not answer is named",
        async () => {
            expect(await set("openbmp", "")).toMatchObject({ code: 0, stderr: "" });
            expect(await statuses(publicLogin)).toEqual([200]);
            await collector.sql("RENAME TABLE users TO elsewhere");
            const { code, stderr } = await set("openbmp", "first one");
            expect([code, stderr]).toEqual([1, expect.stringContaining("does not say which logins the REST API has")]);
            await collector.sql("RENAME TABLE elsewhere TO users");
        },
        MINUTE,
    );
});
