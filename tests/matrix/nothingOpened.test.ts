import { routedNeighbour } from "../e2e/connections";
import type { Sandbox } from "../e2e/sandbox";
import { eventually } from "../e2e/run";
import { MINUTE, story } from "../e2e/story";

/** Listens at a database's port, and says so. */
const DATABASE = `node -e 'require("net").createServer((s) => s.on("error", () => {}).end("database")).listen(3306, "::")'`;
/** A machine behind another bridge of the host. */
const BEHIND = "fd00:c::c";
/** A container on another Docker network. */
const ELSEWHERE = "fd00:b::b";

/** A machine behind a bridge that is not Docker's: it uses the host as its router, as a virtual machine would. */
async function machineBehind(sandbox: Sandbox): Promise<void> {
    await sandbox.root(`docker rm --force behind >/dev/null 2>&1 || true
        ip link del lan0 2>/dev/null || true
        docker run --detach --name behind --network none openbmp-aio-stand-in:latest ${DATABASE}
        pid=$(docker inspect --format '{{.State.Pid}}' behind)
        ip link add lan0 type bridge
        echo 0 >/proc/sys/net/ipv6/conf/lan0/disable_ipv6
        ip -6 addr add fd00:c::1/64 dev lan0 nodad
        ip link add lan0-port type veth peer name eth0 netns "$pid"
        ip link set lan0-port master lan0 up
        ip link set lan0 up
        in_machine() { nsenter --net --target "$pid" "$@"; }
        in_machine sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0
        in_machine ip -6 addr add ${BEHIND}/64 dev eth0 nodad
        in_machine ip link set eth0 up
        in_machine ip -6 route add default via fd00:c::1`);
    await answersOnHost(sandbox, BEHIND);
}

async function containerElsewhere(sandbox: Sandbox): Promise<void> {
    await sandbox.root(`docker network create --ipv6 --subnet fd00:b::/64 elsewhere
        docker run --detach --restart always --name elsewhere --network elsewhere --ip6 ${ELSEWHERE} openbmp-aio-stand-in:latest ${DATABASE}`);
    await answersOnHost(sandbox, ELSEWHERE);
}

/** The service is there: what does not reach it is kept from it. */
const answersOnHost = (sandbox: Sandbox, address: string) =>
    eventually(`${address} answers on the host itself`, 20_000, async () => {
        const { stdout } = await sandbox.tryRoot(`timeout 2 bash -c 'cat </dev/tcp/${address}/3306'`);
        return stdout === "database" || undefined;
    });

/** What a connection from another container of the default bridge comes to. */
const fromDefaultBridge = (sandbox: Sandbox, address: string) =>
    sandbox.root(`docker run --rm openbmp-aio-stand-in:latest node -e '
        require("net").connect({ host: "${address}", port: 3306, timeout: 2000 })
            .on("connect", () => done("connected")).on("timeout", () => done("no answer")).on("error", ({ code }) => done(code));
        function done(what) { console.log(what); process.exit(); }'`);

const forwarding = async (sandbox: Sandbox) =>
    (await sandbox.root("cat /proc/sys/net/ipv6/conf/all/forwarding")).trim();

/** Engines that leave what is forwarded to the policy of FORWARD, which is ACCEPT. */
const FORWARDING = [
    // One a line, as scripts/test reads them.
    { engine: "20.10" },
    { engine: "26.1" },
];

describe.each(FORWARDING)("a host that did not forward IPv6, on an engine $engine", ({ engine }) => {
    const shared = story("opened-behind", { engine });

    /** What a neighbour on the link gets from the machine behind the host. */
    async function fromLink(): Promise<string> {
        await answersOnHost(shared.sandbox, BEHIND);
        const neighbour = await routedNeighbour(shared.sandbox, "141", "fd00:c::/64");
        try {
            return await neighbour(BEHIND, 3306);
        } finally {
            await shared.sandbox.removePeers();
        }
    }

    test(
        "forwards for the collector, and for nobody else",
        async () => {
            await machineBehind(shared.sandbox);
            expect([await forwarding(shared.sandbox), await fromLink()]).toEqual(["0", "no answer"]);
            await shared.deployment.up();
            // Docker's restart has stopped and started the machine.
            await machineBehind(shared.sandbox);
            expect([await forwarding(shared.sandbox), await fromLink()]).toEqual(["1", "no answer"]);
            expect(await fromDefaultBridge(shared.sandbox, BEHIND)).toBe("no answer\n");
            const { stdout } = await shared.deployment.status("--check");
            expect(stdout).toMatch(/^[1-9]\d* +\d+ +ip6tables -t mangle -A OPENBMP-ISOLATE -j DROP$/m);
        },
        3 * MINUTE,
    );

    test(
        "nor after a reboot",
        async () => {
            await shared.sandbox.reboot();
            await machineBehind(shared.sandbox);
            expect([await forwarding(shared.sandbox), await fromLink()]).toEqual(["1", "no answer"]);
        },
        2 * MINUTE,
    );

    test(
        "but does where its own sysctl says so, without another deployment",
        async () => {
            await shared.sandbox.root(`echo net.ipv6.conf.all.forwarding=1 >/etc/sysctl.d/60-router.conf
                systemctl restart openbmp-aio-ipv6-guard`);
            expect(await fromLink()).toBe("connected");
            await shared.sandbox.root(`rm /etc/sysctl.d/60-router.conf
                systemctl restart openbmp-aio-ipv6-guard`);
            expect(await fromLink()).toBe("no answer");
        },
        2 * MINUTE,
    );

    test(
        "destroyed beside a Docker network that needs forwarding, it stays closed to the others until the reboot",
        async () => {
            await containerElsewhere(shared.sandbox);
            const stdout: string[] = [];
            await shared.deployment.stack.destroy({ onOutput: (text) => stdout.push(text) });
            expect(stdout.join("")).toContain("IPv6 forwarding stays on, other Docker networks need it (br-");
            await machineBehind(shared.sandbox);
            expect([await forwarding(shared.sandbox), await fromLink()]).toEqual(["1", "no answer"]);
            await shared.sandbox.root("docker rm --force elsewhere && docker network rm elsewhere");
            await shared.sandbox.reboot();
        },
        3 * MINUTE,
    );

    test(
        "deployed and destroyed alone, it forwards no more, without a reboot",
        async () => {
            await shared.sandbox.root("docker rm --force behind && rm -rf /var/openbmp");
            await shared.deployment.up();
            expect(await forwarding(shared.sandbox)).toBe("1");
            await shared.deployment.destroy();
            await machineBehind(shared.sandbox);
            expect([await forwarding(shared.sandbox), await fromLink()]).toEqual(["0", "no answer"]);
            expect(await shared.sandbox.root("ip6tables-save")).not.toContain("OPENBMP");
        },
        3 * MINUTE,
    );
});

describe("an engine that does IPv6 NAT, in the mode proxy", () => {
    const shared = story("opened-28-5", {
        engine: "28.5",
        config: { mode: "proxy" },
        prepare: containerElsewhere,
    });

    async function fromLink(): Promise<string> {
        await answersOnHost(shared.sandbox, ELSEWHERE);
        const neighbour = await routedNeighbour(shared.sandbox, "151", "fd00:b::/64");
        try {
            return await neighbour(ELSEWHERE, 3306);
        } finally {
            await shared.sandbox.removePeers();
        }
    }

    test(
        "keeps its firewall for other networks, while docker-proxy carries the routers",
        async () => {
            expect(await fromLink()).toBe("no answer");
            const { outputs } = await shared.deployment.up();
            expect(outputs.datapath?.value).toMatch(/^proxy: /);
            expect(await shared.sandbox.root("cat /etc/docker/daemon.json")).not.toContain("ip6tables");
            expect(await fromLink()).toBe("no answer");
            await shared.sandbox.startRouter("edge-1", "101");
            const { RouterIP } = await shared.sandbox.connectedRouter("edge-1");
            expect(shared.sandbox.addressesOfProxy).toContain(RouterIP);
            await shared.sandbox.removePeers();
        },
        3 * MINUTE,
    );

    test(
        "also after a reboot, and after destroy",
        async () => {
            await shared.sandbox.reboot();
            expect(await fromLink()).toBe("no answer");
            await shared.deployment.destroy();
            expect(await fromLink()).toBe("no answer");
            await shared.sandbox.root("ip6tables -F && ip6tables -P FORWARD ACCEPT && ip6tables -t raw -F");
            // What it would be without the engine's firewall.
            expect(await fromLink()).toBe("connected");
        },
        3 * MINUTE,
    );
});
