import { Deployment } from "../e2e/deployment";
import { expectAsDeployed, expectOwnAddresses } from "../e2e/expectations";
import { dumpHost } from "../e2e/hostDump";
import { Sandbox } from "../e2e/sandbox";
import { MINUTE } from "../e2e/story";

const daemonJson = "/etc/docker/daemon.json";
const load = (text: string) => `mkdir -p /etc/docker; echo '${text}' >${daemonJson}`;
const loaded = (text: string) => `${load(text)}; systemctl restart docker`;

/** A host that somebody prepared, for the time of one test. */
async function onHost(
    name: string,
    prepare: string,
    test: (sandbox: Sandbox, deployment: Deployment) => Promise<void>,
    config: Record<string, string> = {},
    engine?: string,
): Promise<void> {
    const sandbox = await Sandbox.up(name, engine);
    let deployment: Deployment | undefined;
    try {
        await sandbox.root(prepare);
        const allowed = sandbox.prefixesOfBothFamilies;
        deployment = await Deployment.create(sandbox, {
            bmpAllowedCidrs: allowed,
            restAllowedCidrs: allowed,
            ...config,
        });
        await test(sandbox, deployment);
    } finally {
        await sandbox.down();
        deployment?.remove();
    }
}

describe("hosts with settings of their own", () => {
    test.each([
        ["iptables-false", 'daemon.json {"iptables": false}', loaded('{"iptables": false}')],
        ["ip-local", 'daemon.json {"ip": "127.0.0.1"}', loaded('{"ip": "127.0.0.1"}')],
        // Where the engine does IPv6 NAT, its chains come back at a boot, after the guard's.
        [
            "ip-local-28",
            'Docker 28.5 and daemon.json {"ip": "127.0.0.1"}',
            loaded('{"ip": "127.0.0.1"}'),
            { engine: "28.5", reboots: true },
        ],
        ["no-userland", 'daemon.json {"userland-proxy": false}', loaded('{"userland-proxy": false}')],
        [
            "same-prefix",
            "daemon.json with our prefix in another spelling",
            loaded('{"ipv6": true, "fixed-cidr-v6": "FC00:172:17:0:0::/64"}'),
        ],
        [
            "nft-accepts",
            "a chain of nftables with policy drop that accepts what goes to docker0",
            `nft add table inet filter
            nft add chain inet filter forward '{ type filter hook forward priority 0; policy drop; }'
            nft add rule inet filter forward oifname docker0 accept
            nft add rule inet filter forward iifname docker0 accept`,
        ],
    ])(
        "%s: on a host with %s routers of both families have their own addresses, also after a restart of Docker",
        (name, _, prepare, { engine, reboots }: { engine?: string; reboots?: boolean } = {}) =>
            onHost(
                name,
                prepare,
                async (sandbox, deployment) => {
                    const text = await sandbox.root(`cat ${daemonJson} 2>/dev/null || true`);
                    await deployment.up();
                    await expectOwnAddresses(sandbox, 1);
                    await sandbox.root("systemctl restart docker");
                    await expectOwnAddresses(sandbox, 2);
                    if (reboots) {
                        await sandbox.reboot();
                        await expectOwnAddresses(sandbox, 3);
                    }
                    await expectAsDeployed(deployment);
                    await deployment.destroy();
                    expect(await sandbox.root(`cat ${daemonJson} 2>/dev/null || true`)).toBe(text);
                },
                {},
                engine,
            ),
        5 * MINUTE,
    );

    test(
        "what the engine would not start with, or would start with elsewhere, is refused before anything is touched",
        () =>
            onHost(
                "refused",
                "docker run --detach --name web --restart always openbmp-aio-stand-in:latest sleep 9999",
                async (sandbox, deployment) => {
                    for (const [text, reason] of [
                        [
                            '{"hosts": ["unix:///var/run/docker.sock", "tcp://127.0.0.1:2375"]}',
                            /sets "hosts", and dockerd runs with --host on its command line: Docker would not start again/,
                        ],
                        [
                            '{"data-root": "/srv/docker"}',
                            /Docker keeps its containers in \/var\/lib\/docker, and .* has it begin in \/srv\/docker/,
                        ],
                        [
                            '{"userns-remap": "default"}',
                            /sets "userns-remap" to "default": root in the container would be nobody/,
                        ],
                        ['{"no-such-key": 1}', /dockerd would not start with the merged .*no-such-key/],
                    ] as const) {
                        await sandbox.root(load(text));
                        const before = await dumpHost(sandbox);
                        expect(await deployment.failingUp()).toMatch(reason);
                        expect(await dumpHost(sandbox)).toBe(before);
                    }
                    await sandbox.root(`rm ${daemonJson}; docker rm --force --volumes web`);
                    await deployment.up();
                },
            ),
        5 * MINUTE,
    );

    test(
        "a chain of nftables that drops what is forwarded is named, by the preflight and by the verification",
        () =>
            onHost(
                "nft-drops",
                `nft add table inet mine
                nft add chain inet mine forward '{ type filter hook forward priority 0; policy drop; }'`,
                async (_, deployment) => {
                    const error = await deployment.failingUp();
                    expect(error).toContain("the chain inet mine forward (policy drop) of nftables drops what no rule");
                    expect(error).toMatch(
                        /verification failed: forwarding dropped: .*beginning with inet mine forward/,
                    );
                },
            ),
        5 * MINUTE,
    );

    test(
        "an image for another architecture is named, and no container is made of it",
        () =>
            onHost(
                "arm",
                "tar -c --files-from /dev/null | docker import --platform linux/arm64 - example/aio:arm",
                async (sandbox, deployment) => {
                    expect(await deployment.failingUp()).toMatch(
                        /the image example\/aio:arm is for arm64, and the host's engine runs on amd64: set image to one for amd64/,
                    );
                    expect(await sandbox.root("docker ps --all --quiet")).toBe("");
                    await deployment.configure({ image: "openbmp-aio-stand-in:latest" });
                    await deployment.up();
                },
                { image: "example/aio:arm" },
            ),
        5 * MINUTE,
    );

    test(
        "the address that was chosen is the one that routers are given, and that is verified",
        () =>
            onHost("chosen", "ip -6 addr add 2001:db8:77::5/128 dev eth0 nodad", async (_, deployment) => {
                await deployment.configure({ routerFacingAddress: "2001:db8:77::5" });
                const { outputs } = await deployment.up();
                expect(outputs.ipv6Address?.value).toBe("2001:db8:77::5");
                expect(outputs.verification?.value).toMatchObject({ sentTo: "2001:db8:77::5" });
            }),
        5 * MINUTE,
    );
});
