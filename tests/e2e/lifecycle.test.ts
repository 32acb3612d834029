import { hostCommands } from "../components/stepCases";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connectionFrom, routedNeighbour } from "./connections";
import { deniedTo, exposureOf } from "./confinement";
import { proofOf } from "./deployment";
import { expectRestored } from "./expectations";
import { dumpHost } from "./hostDump";
import { eventually, root } from "./run";
import { keepRules, stopKeepingRules } from "./sandbox";
import { MINUTE, story } from "./story";

/** What a user may have in daemon.json: odd spacing, other keys. */
const usersDaemonJson = '{ "log-opts": {"max-size":"10m"},\n\t"log-driver":   "json-file" }\n';

describe("a deployment's life on a host with an engine without IPv6 NAT", () => {
    let before: string;
    const shared = story("lifecycle", {
        config: { adminId: "collector-1" },
        prepare: async (sandbox) => {
            await sandbox.root(`cat > /etc/docker/daemon.json <<'END'\n${usersDaemonJson}END\n
            docker run --detach --name bystander openbmp-aio-stand-in:latest sleep infinity
            docker create --name idle --restart always openbmp-aio-stand-in:latest sleep infinity`);
            await sandbox.reboot();
            before = await dumpHost(sandbox);
            await sandbox.root("docker start bystander");
        },
    });

    test(
        "the first up starts the collector once, with one login a command and one more at most, and proves the source address",
        async () => {
            const logins = await shared.sandbox.acceptedLogins();
            const { outputs } = await shared.deployment.up();
            expect((await shared.sandbox.acceptedLogins()) - logins).toBeLessThanOrEqual(hostCommands.length + 1);
            expect(await shared.sandbox.collectorStarts()).toBe(1);
            expect(proofOf(outputs)).toEqual({ sentTo: shared.sandbox.info.address, seenAsSent: true });
            expect(outputs.bmpEndpoint?.value).toBe(`[${shared.sandbox.info.address}]:5000`);
            expect(outputs.ipv4Address?.value).toBe(shared.sandbox.info.addressV4);
            expect(outputs.containerIpv6?.value).toBe(await shared.sandbox.containerIpv6());
            expect(outputs.datapath?.value).toMatch(/^dnat: /);
        },
        3 * MINUTE,
    );

    test("the verification leaves no phantom router", async () => {
        expect(await shared.sandbox.routers()).toEqual([]);
    });

    test("containers that ran run again after the restart of Docker, stopped ones stay stopped", async () => {
        const states = await shared.sandbox.root("docker ps --all --format '{{.Names}} {{.State}}' | sort");
        expect(states).toBe("bystander running\nidle created\nopenbmp_aio running\n");
        expect(await shared.sandbox.root("docker inspect --format '{{.HostConfig.RestartPolicy.Name}}' idle")).toBe(
            "always\n",
        );
    });

    test("openbmpd.conf differs from the image's file in exactly the values set", async () => {
        const original = readFileSync(join(root, "scripts/images/stand-in/openbmpd.conf"), "utf8");
        const expected = original
            .replace("\n  listen_mode: v4\n", "\n  listen_mode: v4v6\n")
            .replace("\n  admin_id: hostname\n", "\n  admin_id: collector-1\n");
        const deployed = await shared.sandbox.root("cat /var/openbmp/config/openbmpd.conf");
        expect(deployed).toBe(expected);
        expect(createHash("sha256").update(deployed).digest("hex")).not.toBe(
            createHash("sha256").update(original).digest("hex"),
        );
    });

    test(
        "an allowed router is recorded under its own IPv6 address",
        async () => {
            const address = await shared.sandbox.startRouter("edge-1", "111");
            expect((await shared.sandbox.connectedRouter("edge-1")).RouterIP).toBe(address);
        },
        MINUTE,
    );

    test(
        "what is not on a list gets no answer, over IPv6 and IPv4",
        async () => {
            const { address, addressV4 } = shared.sandbox.info;
            const to = (suffix: string, host: string, port: number) =>
                connectionFrom(shared.sandbox, suffix, host, port);
            expect(await to("211", address, 5000)).toBe("no answer");
            expect(await to("211", address, 8001)).toBe("no answer");
            expect(await to("111a", addressV4, 5000)).toBe("no answer");
            expect(await to("112", address, 8001)).toBe("connected");
        },
        MINUTE,
    );

    test(
        "a neighbour with a route to the container's prefix reaches no port of it",
        async () => {
            const inside = await shared.sandbox.containerIpv6();
            const neighbour = await routedNeighbour(shared.sandbox, "113", "fc00:172:17::/64");
            for (const port of [3306, 2181, 9092, 5000]) {
                expect(await neighbour(inside, port)).toBe("no answer");
            }
            // Without the rule it does: the route is right and the port is open.
            await shared.sandbox.root(`${stopKeepingRules}
                ip6tables -t mangle -D FORWARD -j OPENBMP-FORWARD`);
            expect(await neighbour(inside, 3306)).toBe("connected");
            await shared.sandbox.root(keepRules);
            expect(await neighbour(inside, 3306)).toBe("no answer");
        },
        MINUTE,
    );

    test(
        "its units may do little besides (systemd-analyze security), and have what they need",
        async () => {
            for (const name of ["guard", "dnat", "filter", "topics"]) {
                const unit = `openbmp-aio-ipv6-${name}`;
                // With every capability and all files it would be 9.6.
                expect(await exposureOf(shared.sandbox, unit)).toBeLessThan(3);
                expect(await deniedTo(shared.sandbox, unit)).toBe("");
            }
        },
        MINUTE,
    );

    test(
        "an up without a change changes nothing and opens no SSH connection",
        async () => {
            const logins = await shared.sandbox.acceptedLogins();
            const { summary } = await shared.deployment.up();
            expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
            expect(await shared.sandbox.acceptedLogins()).toBe(logins);
        },
        MINUTE,
    );

    test(
        "a network that the container leaves takes the DNAT with it at once, and gives it back",
        async () => {
            const rules = () => shared.sandbox.root("ip6tables -t nat -S OPENBMP-DNAT");
            expect(await rules()).toContain(`[${await shared.sandbox.containerIpv6()}]:5000`);
            await shared.sandbox.root("docker network disconnect bridge openbmp_aio");
            await eventually("no DNAT", 3000, async () =>
                (await rules()).includes("--to-destination") ? undefined : true,
            );
            await shared.sandbox.root("docker network connect bridge openbmp_aio");
            const address = await shared.sandbox.containerIpv6();
            await eventually("the DNAT", 3000, async () => (await rules()).includes(`[${address}]:5000`) || undefined);
        },
        MINUTE,
    );

    test(
        "a prefix that leaves the list ends its sessions, in the collector and in status, within 30 s",
        async () => {
            const connectedRow = async (name: string) =>
                (await shared.sandbox.routers()).find((row) => row.RouterName === name)?.isConnected;
            await shared.sandbox.startRouter("edge-6", "11e");
            await shared.sandbox.startRouter("edge-7", "107");
            await shared.sandbox.connectedRouter("edge-6");
            await shared.sandbox.connectedRouter("edge-7");
            const starts = await shared.sandbox.collectorStarts();
            await shared.deployment.configure({ bmpAllowedCidrs: `["${shared.sandbox.peerAddress("100")}/124"]` });
            await shared.deployment.up();
            await eventually(
                "the collector knows",
                30_000,
                async () => (await connectedRow("edge-6")) === 0 || undefined,
            );
            expect((await shared.deployment.status()).stdout).toMatch(/^edge-6 .* gone /m);
            expect([await connectedRow("edge-7"), await shared.sandbox.collectorStarts()]).toEqual([1, starts]);
            await shared.deployment.configure({ bmpAllowedCidrs: `["${shared.sandbox.peerAddress("100")}/120"]` });
            await shared.deployment.up();
            await shared.sandbox.connectedRouter("edge-6");
        },
        2 * MINUTE,
    );

    test(
        "the rules follow a container that comes back with another address",
        async () => {
            const former = await shared.sandbox.containerIpv6();
            await shared.sandbox.root(`docker stop openbmp_aio
            docker run --detach --name squatter --env KAFKA_FQDN=squatter openbmp-aio-stand-in:latest
            docker start openbmp_aio`);
            expect(await shared.sandbox.containerIpv6()).not.toBe(former);
            const address = await shared.sandbox.startRouter("edge-2", "112");
            expect((await shared.sandbox.connectedRouter("edge-2")).RouterIP).toBe(address);
            await shared.sandbox.root("docker rm --force --volumes squatter");
        },
        MINUTE,
    );

    test(
        "routers come back with their own address after a restart of Docker",
        async () => {
            await shared.sandbox.root("systemctl restart docker");
            const address = await shared.sandbox.startRouter("edge-3", "114");
            expect((await shared.sandbox.connectedRouter("edge-3")).RouterIP).toBe(address);
        },
        MINUTE,
    );

    test(
        "routers come back with their own address after a reboot",
        async () => {
            await shared.sandbox.reboot();
            const address = await shared.sandbox.startRouter("edge-4", "115");
            expect((await shared.sandbox.connectedRouter("edge-4")).RouterIP).toBe(address);
        },
        MINUTE,
    );

    test(
        "a stopped unit takes its DNAT with it, and routers are refused rather than recorded wrongly",
        async () => {
            await shared.sandbox.root("systemctl stop openbmp-aio-ipv6-dnat");
            expect(await connectionFrom(shared.sandbox, "116", shared.sandbox.info.address, 5000)).toBe("ECONNREFUSED");
            await shared.sandbox.root("systemctl start openbmp-aio-ipv6-dnat");
        },
        MINUTE,
    );

    test(
        "a changed list touches the rules and the verification, and does not restart the collector",
        async () => {
            const starts = await shared.sandbox.collectorStarts();
            await shared.deployment.configure({
                bmpAllowedCidrs: JSON.stringify([`${shared.sandbox.peerAddress("200")}/120`]),
            });
            const changes = await shared.deployment.previewedChanges();
            expect(changes).toContain(
                `~ [0]: "${shared.sandbox.peerAddress("100")}/120" => "${shared.sandbox.peerAddress("200")}/120"`,
            );
            expect(changes.length).toBeLessThanOrEqual(20);
            const logins = await shared.sandbox.acceptedLogins();
            const { summary } = await shared.deployment.up();
            // The component of the rules, its command, and that of the verification.
            expect(summary.resourceChanges).toEqual({ same: expect.any(Number) as number, update: 3 });
            expect((await shared.sandbox.acceptedLogins()) - logins).toBe(2);
            expect(await shared.sandbox.collectorStarts()).toBe(starts);
            const address = await shared.sandbox.startRouter("edge-5", "211");
            expect((await shared.sandbox.connectedRouter("edge-5")).RouterIP).toBe(address);
        },
        MINUTE,
    );

    test(
        "a changed adminId starts the collector once more, on the new name",
        async () => {
            const starts = await shared.sandbox.collectorStarts();
            await shared.deployment.configure({ adminId: "collector-2" });
            await shared.deployment.up();
            expect(await shared.sandbox.collectorStarts()).toBe(starts + 1);
            expect((await shared.sandbox.starts()).at(-1)?.adminId).toBe("collector-2");
        },
        MINUTE,
    );

    test(
        "destroy restores the host",
        async () => {
            await expectRestored(shared, before);
            expect(await shared.sandbox.root("cat /etc/docker/daemon.json")).toBe(usersDaemonJson);
            expect(await shared.sandbox.root("ls /var/openbmp/mysql /var/openbmp/config")).toContain("openbmpd.conf");
        },
        2 * MINUTE,
    );
});
