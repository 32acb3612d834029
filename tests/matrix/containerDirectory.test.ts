import { dirname } from "node:path";
import { MINUTE, story } from "../e2e/story";

const CANARY = "/srv/canary/secret";
const SECRET = "the secret of the host";

const FILE = ["/config/openbmpd.conf"];
/** What a former version made beside it, and this one moves there. */
const BESIDE = ["/config/.openbmpd.conf.openbmp-aio-ipv6", "/config/.openbmpd.conf.openbmp-aio-ipv6.text"];

/** What root in the container does to names in /config, without an end. */
const attack = (names: readonly string[], pauseMs: number) => `
    const { existsSync, readFileSync, renameSync, rmSync, symlinkSync, linkSync, mkdirSync, writeFileSync } = require("node:fs");
    const text = readFileSync("/config/openbmpd.conf");
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
        for (const name of ${JSON.stringify(names)}) {
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
    let recoveries = 0;
    const shared = story("container-directory", {
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

    async function startAttack(names: readonly string[], pauseMs: number): Promise<void> {
        await inContainer(`cat >/tmp/attack.js <<'SCRIPT'\n${attack(names, pauseMs)}\nSCRIPT`);
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

    /** The attack is over: a deployment succeeds again. */
    async function recover(): Promise<void> {
        await endAttack();
        recoveries += 1;
        await shared.deployment.configure({ reapply: String(recoveries) });
        await shared.deployment.up();
    }

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

    test.each([
        ["beside openbmpd.conf, as fast as it can", BESIDE, 0, "v6"],
        ["beside openbmpd.conf, now and then", BESIDE, 3, "v4v6"],
        ["of all kinds, as fast as it can", [...FILE, ...BESIDE], 0, "v6"],
        ["of all kinds, now and then", [...FILE, ...BESIDE], 70, "v4v6"],
    ])(
        "swaps names %s, while openbmpd.conf is changed, and status inspects",
        async (_, names, pauseMs, listenMode) => {
            await startAttack(names, pauseMs);
            await attempt({ listenMode });
            const { stdout, stderr } = await shared.deployment.status("--json");
            expect(stdout + stderr).not.toContain(SECRET);
            expect(await host()).toBe(before);
            await recover();
        },
        MINUTE,
    );

    test(
        "has its database backed up, and is destroyed, with links wherever a name is",
        async () => {
            await inContainer(
                `for name in pat_enabled fresh before ibdata1; do ln -sf ${CANARY} /data/mysql/$name; done`,
            );
            await startAttack([...FILE, ...BESIDE], 70);
            await shared.deployment.configure({ purgeStaleData: "true" });
            await attempt({ mode: "proxy" });
            await recover();
            expect(await shared.sandbox.root("ls /var/openbmp")).toContain("mysql.before-");
            expect(await host()).toBe(before);
            await startAttack([...FILE, ...BESIDE], 0);
            await shared.deployment.destroy();
            expect(await host()).toBe(before);
        },
        2 * MINUTE,
    );
});
