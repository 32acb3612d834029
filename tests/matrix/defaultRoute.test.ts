import { Deployment } from "../e2e/deployment";
import { eventually, run } from "../e2e/run";
import { Sandbox } from "../e2e/sandbox";

const MINUTE = 60_000;

/**
 * The host learns its default route from router advertisements, as the kernel
 * does it: also after a reboot, where the sandbox's network sets a static one.
 */
const learnRoute = `
    cat > /etc/systemd/system/learn-route.service <<'END'
[Unit]
DefaultDependencies=no
After=systemd-sysctl.service
Before=docker.service
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'ip -6 route del default || true; echo 0 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6; [ "$(cat /proc/sys/net/ipv6/conf/eth0/accept_ra)" = 2 ] || echo 1 > /proc/sys/net/ipv6/conf/eth0/accept_ra'
[Install]
WantedBy=multi-user.target
END
    systemctl daemon-reload
    systemctl enable --now learn-route.service`;

describe("a host that learns its IPv6 default route from router advertisements", () => {
    let sandbox: Sandbox;
    let deployment: Deployment;

    beforeAll(async () => {
        sandbox = await Sandbox.up("default-route");
        // radvd, on a router of its own beside the host.
        const image = (await run("docker", ["inspect", "--format", "{{.Config.Image}}", sandbox.container])).trim();
        const script = `sysctl -qw net.ipv6.conf.all.forwarding=1
            printf 'interface eth0 { AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; AdvDefaultLifetime 1800; };' > /etc/radvd.conf
            mkdir -p /run/radvd; exec radvd --nodaemon --logmethod stderr`;
        await run("docker", [
            ...["run", "--detach", "--name", `${sandbox.container}-radvd`, "--network", sandbox.info.network],
            ...["--ip6", sandbox.peerAddress("2"), "--cap-add", "NET_ADMIN", "--cap-add", "NET_RAW"],
            ...["--security-opt", "systempaths=unconfined", image, "bash", "-c", script],
        ]);
        await sandbox.root(learnRoute);
        await advertisedRoute();
        deployment = await Deployment.create(sandbox);
    }, 5 * MINUTE);

    afterAll(async () => {
        await run("docker", ["rm", "--force", `${sandbox?.container}-radvd`]);
        await sandbox?.down();
        deployment?.remove();
    }, MINUTE);

    function advertisedRoute(): Promise<string> {
        return eventually("a default route from an advertisement", 20_000, async () => {
            const route = (await sandbox.root("ip -6 route show default proto ra")).trim();
            return route === "" ? undefined : route;
        });
    }

    const acceptRa = async () => (await sandbox.root("cat /proc/sys/net/ipv6/conf/eth0/accept_ra")).trim();

    test(
        "is put back to how it was, with a clear error, when the route is lost all the same",
        async () => {
            await sandbox.root(`echo '{"log-driver":"json-file"}' > /etc/docker/daemon.json
            mkdir -p /etc/systemd/system/docker.service.d
            printf '[Service]\\nExecStartPost=/bin/sh -c "grep -q fixed-cidr /etc/docker/daemon.json && echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_ra && ip -6 route del default || true"\\n' > /etc/systemd/system/docker.service.d/lose.conf
            systemctl daemon-reload`);
            const error = await deployment.failingUp();
            expect(error).toMatch(
                /the host lost its IPv6 default route \(default via fe80::.*\) when Docker switched on forwarding: configure it statically, or let systemd-networkd handle router advertisements\. \/etc\/docker\/daemon\.json is as before, and so is Docker/,
            );
            expect(await sandbox.root("cat /etc/docker/daemon.json")).toBe('{"log-driver":"json-file"}\n');
            expect(await sandbox.root("docker network inspect bridge --format '{{.EnableIPv6}}'")).toBe("false\n");
            expect(await sandbox.root("ip -6 route show default")).toMatch(/^default via fe80::/);
            await sandbox.root(`rm -r /etc/systemd/system/docker.service.d; systemctl daemon-reload
            ip -6 route del default; echo 0 > /proc/sys/net/ipv6/conf/all/forwarding
            echo 1 > /proc/sys/net/ipv6/conf/eth0/accept_ra`);
            await advertisedRoute();
        },
        3 * MINUTE,
    );

    test(
        "keeps the route when Docker switches on forwarding",
        async () => {
            await deployment.up();
            expect(await sandbox.root("cat /proc/sys/net/ipv6/conf/all/forwarding")).toBe("1\n");
            expect(await sandbox.root("ip -6 route show default proto ra")).toMatch(/^default via fe80::/);
            expect(await acceptRa()).toBe("2");
        },
        3 * MINUTE,
    );

    test(
        "keeps it after a reboot",
        async () => {
            await sandbox.reboot();
            expect(await sandbox.root("cat /proc/sys/net/ipv6/conf/all/forwarding")).toBe("1\n");
            expect(await acceptRa()).toBe("2");
            expect(await advertisedRoute()).toMatch(/^default via fe80::/);
        },
        2 * MINUTE,
    );

    test(
        "has it, and the kernel's own way of learning it, after destroy and a reboot",
        async () => {
            await deployment.destroy();
            expect(await sandbox.root("ip -6 route show default proto ra")).toMatch(/^default via fe80::/);
            await sandbox.reboot();
            expect(await acceptRa()).toBe("1");
            expect(await advertisedRoute()).toMatch(/^default via fe80::/);
        },
        2 * MINUTE,
    );

    test(
        "is left alone where a network manager handles advertisements",
        async () => {
            // systemd-networkd keeps accept_ra at 0 and sets the route itself.
            await sandbox.root(`echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_ra
            ip -6 route flush default; ip -6 route add default via ${sandbox.peerAddress("2")} dev eth0 proto ra`);
            await deployment.up();
            expect(await acceptRa()).toBe("0");
            expect(await sandbox.root("ls /etc/sysctl.d")).not.toContain("openbmp");
            expect(await sandbox.root("ip -6 route show default proto ra")).toMatch(/^default via/);
        },
        3 * MINUTE,
    );
});
