import { expectAsDeployed, expectOwnAddresses, expectRestored } from "../e2e/expectations";
import { dumpHost } from "../e2e/hostDump";
import { MINUTE, story } from "../e2e/story";
import { expectRightSourcesThrough } from "./reloads";

/** What their packages, timers and operators do to them. */
const reloads: Readonly<Record<string, readonly string[]>> = {
    firewalld: ["firewall-cmd --reload", "systemctl restart firewalld", "firewall-cmd --complete-reload"],
    // Its unit cannot be reloaded.
    ufw: [
        "ufw reload",
        "systemctl restart ufw",
        "ufw disable; ufw --force enable",
        "ufw default reject routed",
        "ufw default deny routed",
    ],
    // Its rules are from before the deployment: Docker's are not among them. Docker's NAT stays, so it must not be
    // flushed here: ours would stand in for all of it from then on.
    "netfilter-persistent": ["systemctl restart netfilter-persistent", "netfilter-persistent reload"],
};
const ROUNDS = 3;

// A line each: scripts/test reads them.
describe.each([
    { engine: "26.1", firewall: "firewalld" },
    { engine: "28.5", firewall: "firewalld" },
    { engine: "26.1", firewall: "ufw" },
    { engine: "28.5", firewall: "ufw" },
    { engine: "26.1", firewall: "netfilter-persistent" },
    { engine: "28.5", firewall: "netfilter-persistent" },
])("a host with $firewall, on an engine $engine", ({ engine, firewall }) => {
    const commands = reloads[firewall] ?? [];
    let before: string;
    const shared = story(`${firewall.split("-")[0]}-${engine}`.replace(".", "-"), {
        engine,
        firewall,
        prepare: async (sandbox) => {
            // ufw writes some of its files when it first runs.
            await sandbox.root(commands.join("\n"));
            await sandbox.reboot();
            before = await dumpHost(sandbox);
        },
    });

    test(
        "the first up brings routers of both families in under their own addresses",
        async () => {
            await shared.sandbox.root(`systemctl is-active ${firewall}`);
            const allowed = shared.sandbox.prefixesOfBothFamilies;
            await shared.deployment.configure({ bmpAllowedCidrs: allowed, restAllowedCidrs: allowed });
            await shared.deployment.up();
            await expectOwnAddresses(shared.sandbox, 1);
        },
        5 * MINUTE,
    );

    test(
        "reloaded and restarted at random moments, it lets no router in under a wrong address, and the datapath is open again",
        () => expectRightSourcesThrough(shared.sandbox, commands, ROUNDS),
        5 * MINUTE,
    );

    test(
        "routers come in after a reboot as well, and status finds everything as deployed",
        async () => {
            await shared.sandbox.reboot();
            await expectOwnAddresses(shared.sandbox, 2);
            await expectAsDeployed(shared.deployment);
        },
        2 * MINUTE,
    );

    test("destroy leaves the host as it was found", () => expectRestored(shared, before), 2 * MINUTE);
});

// By docker-proxy routers come to the host itself, which a firewall guards.
describe.each([
    { engine: "26.1", firewall: "firewalld", opens: /firewall-cmd --permanent( --add-port=\d+\/tcp){2}/ },
    { engine: "26.1", firewall: "ufw", opens: /ufw allow \d+,\d+\/tcp/ },
])("a host with $firewall, in the mode proxy", ({ engine, firewall, opens }) => {
    const shared = story(`${firewall}-proxy`, { engine, firewall, config: { mode: "proxy" } });

    test(
        "is named with what opens the ports, and with that routers come in by docker-proxy",
        async () => {
            const { sandbox, deployment } = shared;
            const failure = await deployment.failingUp();
            expect(failure).toMatch(/docker-proxy does not answer at \[[0-9a-f:]+\], port 5000 8001; /);
            await sandbox.root(`${opens.exec(failure)?.[0] ?? "false"}\n${reloads[firewall]?.[0] ?? "false"}`);
            await deployment.up();
            await sandbox.startRouter("edge-1", "101");
            expect(sandbox.addressesOfProxy).toContain((await sandbox.connectedRouter("edge-1")).RouterIP);
        },
        5 * MINUTE,
    );

    test(
        "routers come in after reloads and a reboot as well, and status finds everything as deployed",
        async () => {
            const { sandbox, deployment } = shared;
            await sandbox.root((reloads[firewall] ?? []).join("\n"));
            await sandbox.startRouter("edge-2", "102");
            await sandbox.connectedRouter("edge-2");
            await sandbox.reboot();
            await sandbox.connectedRouter("edge-2");
            await expectAsDeployed(deployment);
        },
        3 * MINUTE,
    );
});

describe("firewalld that is closed to containers", () => {
    const strict = (value: string) =>
        `sed -i 's/^StrictForwardPorts=.*/StrictForwardPorts=${value}/' /etc/firewalld/firewalld.conf; firewall-cmd --reload`;
    const named = /firewalld runs with StrictForwardPorts=yes, which drops what is forwarded to containers/;
    const shared = story("firewalld-strict", { engine: "26.1", firewall: "firewalld" });

    test(
        "is named before anything is touched, and by status where it was closed later",
        async () => {
            const { sandbox, deployment } = shared;
            await sandbox.root(strict("yes"));
            const before = await dumpHost(sandbox);
            expect(await deployment.failingUp()).toMatch(named);
            expect(await dumpHost(sandbox)).toBe(before);
            await sandbox.root(strict("no"));
            await deployment.up();
            await sandbox.root(strict("yes"));
            const { code, stdout } = await deployment.status("--check");
            expect(stdout).toMatch(named);
            expect(code).toBe(1);
        },
        5 * MINUTE,
    );
});
