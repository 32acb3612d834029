import { dirname } from "node:path";
import { MINUTE, story } from "./story";

const CANARY = "/srv/canary/secret";
const SECRET = "the secret of the host";

/** What root in the container does to the names in /config, without an end. */
const attack = (pauseMs: number) => `
    const { existsSync, readFileSync, renameSync, rmSync, symlinkSync, linkSync, mkdirSync, writeFileSync } = require("node:fs");
    const text = readFileSync("/config/openbmpd.conf");
    const work = "/config/.openbmpd.conf.openbmp-aio-ipv6";
    const plants = [
        (name) => writeFileSync(name, text),
        (name) => symlinkSync("${CANARY}", name),
        (name) => writeFileSync(name, text),
        (name) => symlinkSync("/etc/cron.d/planted", name),
        (name) => linkSync("/config/another", name),
    ];
    writeFileSync("/config/another", text);
    let turn = 0;
    const swap = () => {
        for (const name of ["/config/openbmpd.conf", work, work + ".text"]) {
            try {
                rmSync("/config/.new", { force: true });
                plants[turn++ % plants.length]("/config/.new");
                renameSync("/config/.new", name);
            } catch {}
        }
    };
    while (!existsSync("/tmp/end")) {
        swap();
        if (${pauseMs} > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${pauseMs});
    }`;

describe("a container whose root plants links in its directories", () => {
    let before: string;
    const shared = story("files-directory", {
        prepare: async (sandbox) => {
            await sandbox.root(`mkdir -p ${dirname(CANARY)} /etc/cron.d
                mount -t tmpfs -o strictatime tmpfs ${dirname(CANARY)}
                echo '${SECRET}' > ${CANARY}
                chmod 600 ${CANARY}`);
        },
    });

    /** Files of the host that nobody may touch, with all their times, and cron's jobs. */
    const host = () =>
        shared.sandbox.root(`stat -c '%i %a %U %s %x %y %z' ${CANARY}
            ls -lA --time-style full-iso /etc/cron.d
            if [ -e /var/openbmp ]; then grep -rlF --devices=skip '${SECRET}' /var/openbmp || true; fi`);

    const inContainer = (script: string) =>
        shared.sandbox.root(`docker exec --interactive openbmp_aio sh -eu <<'END'\n${script}\nEND`);

    async function startAttack(pauseMs: number): Promise<void> {
        await inContainer(`cat >/tmp/attack.js <<'SCRIPT'\n${attack(pauseMs)}\nSCRIPT`);
        await shared.sandbox.root(
            "docker exec openbmp_aio rm -f /tmp/end; docker exec --detach openbmp_aio node /tmp/attack.js",
        );
    }

    /** The file is the container's own again. */
    const endAttack = () =>
        shared.sandbox.root(`docker exec openbmp_aio touch /tmp/end || true
            sleep 0.5
            cd /var/openbmp/config
            rm -rf .openbmpd* openbmpd.conf
            cp another openbmpd.conf
            docker start openbmp_aio`);

    /** An attempt to deploy, and what became of it; it may end either way. */
    async function attempt(config: Record<string, string>): Promise<string> {
        await shared.deployment.configure(config);
        const outcome = await shared.deployment.up().then(({ stdout }) => stdout, String);
        expect(outcome).not.toContain(SECRET);
        return outcome;
    }

    test(
        "is deployed, in directories that only root reaches",
        async () => {
            before = await host();
            await shared.deployment.up();
            expect(await shared.sandbox.root("stat -c '%a %U' /var/openbmp")).toBe("700 root\n");
        },
        MINUTE,
    );

    test(
        "gets nothing written by links under the names that a former version used",
        async () => {
            await inContainer(`cp /config/openbmpd.conf /config/another
                ln -s /etc/cron.d/planted /config/.openbmpd.conf.openbmp-aio-ipv6.text
                ln -s ${CANARY} /config/.openbmpd.conf.openbmp-aio-ipv6`);
            await shared.deployment.configure({ adminId: "c1" });
            await shared.deployment.up();
            expect(await inContainer("cat /config/openbmpd.conf")).toContain("admin_id: c1");
            expect(await host()).toBe(before);
        },
        MINUTE,
    );

    test.each([
        ["as fast as it can", 0],
        ["now and then", 70],
    ])(
        "swaps names %s while openbmpd.conf is changed, and status looks",
        async (_, pauseMs) => {
            await startAttack(pauseMs);
            await attempt({ adminId: `c2-${pauseMs}` });
            const { stdout, stderr } = await shared.deployment.status("--json");
            expect(stdout + stderr).not.toContain(SECRET);
            expect(await host()).toBe(before);
            await endAttack();
            await shared.deployment.up();
        },
        MINUTE,
    );

    test(
        "has its database set aside, and is destroyed, with links wherever a name is",
        async () => {
            await inContainer(
                `for name in pat_enabled fresh before ibdata1; do ln -sf ${CANARY} /data/mysql/$name; done`,
            );
            await startAttack(70);
            await shared.deployment.configure({ purgeStaleData: "true" });
            await attempt({ mode: "proxy" });
            await shared.sandbox.root("docker start openbmp_aio");
            await endAttack();
            await shared.deployment.up();
            expect(await shared.sandbox.root("ls /var/openbmp")).toContain("mysql.before-");
            expect(await host()).toBe(before);
            await startAttack(0);
            await shared.deployment.destroy();
            expect(await host()).toBe(before);
        },
        2 * MINUTE,
    );
});
