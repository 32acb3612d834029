import { Deployment } from "../e2e/deployment";
import { eventually, run } from "../e2e/run";
import { routerImage, type RouterRow, Sandbox } from "../e2e/sandbox";
import { MINUTE } from "../e2e/story";
import { seen } from "./seen";

const SESSIONS = 1000;
/** Beside the link: a machine behind the sandbox's network has all of it. */
const PREFIX = "2001:db8:1000::/112";

/**
 * Keeps a BMP session from each of so many addresses, each with a router's name of its own (RFC 7854, section 4.3), and
 * connects again half a second after a session is lost.
 */
const program = `
    const [host, count] = process.argv.slice(1);
    const net = require("node:net");
    const tlv = (type, text) => {
        const head = Buffer.alloc(4);
        head.writeUInt16BE(type, 0);
        head.writeUInt16BE(text.length, 2);
        return Buffer.concat([head, Buffer.from(text)]);
    };
    const initiation = (name) => {
        const body = Buffer.concat([tlv(1, "of a test"), tlv(2, name)]);
        const head = Buffer.from([3, 0, 0, 0, 0, 4]);
        head.writeUInt32BE(6 + body.length, 1);
        return Buffer.concat([head, body]);
    };
    const connect = (index) => {
        const socket = net.connect({ host, port: 5000, localAddress: "2001:db8:1000::" + index.toString(16) });
        socket.on("connect", () => socket.write(initiation("router-" + index)));
        socket.on("error", () => undefined).on("close", () => setTimeout(connect, 500, index)).resume();
    };
    for (let index = 1; index <= Number(count); index += 1) connect(index);
`;

/** router-26 comes from 2001:db8:1000::1a. */
const addressOf = (routerName: string) => `2001:db8:1000::${Number(routerName.replace("router-", "")).toString(16)}`;

describe.each([
    { mode: "dnat", hasOwnAddress: true },
    // The same sessions by docker-proxy, for the time; its routers are told apart by PAT only.
    { mode: "proxy", hasOwnAddress: false },
])(`${SESSIONS} sessions at once, mode $mode`, ({ mode, hasOwnAddress }) => {
    let sandbox: Sandbox;
    let deployment: Deployment;

    beforeAll(async () => {
        sandbox = await Sandbox.up(`sessions-${mode}`);
        deployment = await Deployment.create(sandbox, {
            mode,
            // One openbmpd takes 201: what is looked at is the way to it.
            environment: JSON.stringify({ STAND_IN_SESSIONS: String(SESSIONS) }),
            bmpAllowedCidrs: JSON.stringify([PREFIX, `${sandbox.peerAddress("100")}/120`]),
        });
        await deployment.up();
        // The image takes two new routers at a time, unless there is no limit.
        await sandbox.root(`sed -i 's/max_concurrent_routers: 2/max_concurrent_routers: 0/' /var/openbmp/config/openbmpd.conf
            docker restart --time 1 openbmp_aio`);
        const gateway = sandbox.peerAddress("150");
        await sandbox.root(`ip -6 route add ${PREFIX} via ${gateway}`);
        const peer = await sandbox.startPeer("thousand", gateway, [
            ...["node", "-e", program, sandbox.info.address, String(SESSIONS)],
        ]);
        const addresses = `for index in $(seq ${SESSIONS}); do
            printf 'address add 2001:db8:1000::%x/128 dev lo\\n' $index; done | ip -6 -batch -`;
        await run("docker", [
            ...["run", "--rm", "--cap-add", "NET_ADMIN", "--network", `container:${peer}`, "--entrypoint", "sh"],
            ...[routerImage, "-c", addresses],
        ]);
    }, 10 * MINUTE);

    afterAll(async () => {
        await (sandbox as Sandbox | undefined)?.down();
        (deployment as Deployment | undefined)?.remove();
    }, MINUTE);

    /** How many sessions the container has: rows of the database may be those of sessions that have ended. */
    async function liveSessions(): Promise<number> {
        const { stdout } = await sandbox.tryRoot(`
            pid=$(docker inspect --format '{{.State.Pid}}' openbmp_aio)
            nsenter --target "$pid" --net ss -Htn state established 'sport = :5000' | wc -l`);
        return Number(stdout);
    }

    /** The rows of the connected routers, once all of them have a session and a row, and after how many seconds. */
    async function rowsOfAll(): Promise<{ rows: readonly RouterRow[]; seconds: number }> {
        const began = Date.now();
        const rows = await eventually(`${SESSIONS} routers are connected`, 3 * MINUTE, async () => {
            if ((await liveSessions()) < SESSIONS) {
                return undefined;
            }
            const connected = (await sandbox.routers().catch(() => [])).filter(({ isConnected }) => isConnected === 1);
            return new Set(connected.map(({ RouterName }) => RouterName)).size === SESSIONS ? connected : undefined;
        });
        return { rows, seconds: Math.round((Date.now() - began) / 1000) };
    }

    test.each([
        ["come in", "true"],
        ["are back after a restart of the container", "docker restart --time 1 openbmp_aio"],
        ["are back after a restart of Docker", "systemctl restart docker"],
    ])(
        "all %s, each under the address that its path promises",
        async (_, action) => {
            await sandbox.root(action);
            const { rows, seconds } = await rowsOfAll();
            const wrong = rows.filter(({ RouterName, RouterIP }) => RouterIP !== addressOf(RouterName));
            expect(wrong).toHaveLength(hasOwnAddress ? 0 : SESSIONS);
            seen(`the last of ${SESSIONS} after ${seconds} s`);
        },
        5 * MINUTE,
    );
});
