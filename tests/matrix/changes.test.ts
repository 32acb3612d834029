import { dumpHost } from "../e2e/hostDump";
import { MINUTE, story } from "../e2e/story";

/** Each key that may change on a running stack, and how often Docker restarts for it. */
const changes: readonly (readonly [key: string, value: string, dockerRestarts: number])[] = [
    ["listenMode", "v6", 0],
    ["bmpPort", "5001", 0],
    ["restPort", "8002", 0],
    ["adminId", "collector-2", 0],
    ["environment", '{"NUM_CONSUMERS":"2"}', 0],
    ["image", "openbmp-aio-stand-in:second", 0],
    ["fixedCidrV6", "fc00:172:18::/64", 1],
];

/** What a preview says only where sessions of routers will end. */
const ENDED = /sessions/;

describe("a running stack", () => {
    const shared = story("changes", {
        prepare: async (sandbox) => {
            await sandbox.root("docker tag openbmp-aio-stand-in:latest openbmp-aio-stand-in:second");
        },
    });

    const dockerStarts = async () =>
        Number(
            await shared.sandbox.root("journalctl --no-pager --output cat --unit docker | grep -c '^Started docker'"),
        );

    /** What a deployment makes of the host, after a reboot. Docker gives the binds in no certain order. */
    async function result(): Promise<string> {
        await shared.sandbox.reboot();
        const deployed = await shared.sandbox.root(`cat /var/openbmp/config/openbmpd.conf
            docker inspect openbmp_aio | jq '.[0] | {
                Config: (.Config | {Image, Hostname, Env, Labels}),
                HostConfig: (.HostConfig | {Binds: (.Binds | sort), PortBindings, RestartPolicy, NetworkMode}),
                GlobalIPv6Address: .NetworkSettings.GlobalIPv6Address, Running: .State.Running}'
            ls -A /var/openbmp /var/openbmp/config`);
        // It lists every version of daemon.json that was written.
        const host = (await dumpHost(shared.sandbox)).replace(
            /^\/var\/lib\/openbmp-aio-ipv6\/daemon\.written .*\n/m,
            "",
        );
        return deployed + host;
    }

    test(
        "is deployed",
        async () => {
            expect(await shared.deployment.preview()).not.toMatch(ENDED);
            await shared.deployment.up();
            expect(await shared.sandbox.collectorStarts()).toBe(1);
            expect(await shared.deployment.preview()).not.toMatch(ENDED);
        },
        3 * MINUTE,
    );

    test.each(changes)(
        "gets another %s with one start of the collector",
        async (key, value, dockerRestarts) => {
            const starts = await shared.sandbox.collectorStarts();
            const started = await dockerStarts();
            await shared.deployment.configure({ [key]: value });
            expect(await shared.deployment.preview()).toMatch(
                new RegExp(`^warning: ${key}: the sessions of all routers end, because `, "m"),
            );
            const { outputs } = await shared.deployment.up();
            expect(outputs.datapath?.value).toMatch(/^dnat: /);
            expect(await shared.sandbox.collectorStarts()).toBe(starts + 1);
            expect((await dockerStarts()) - started).toBe(dockerRestarts);
        },
        2 * MINUTE,
    );

    test(
        "is then as one that was deployed so at once",
        async () => {
            const changed = await result();
            await shared.deployment.destroy();
            await shared.sandbox.root("rm -r /var/openbmp");
            await shared.deployment.up();
            expect(changed).toBe(await result());
        },
        3 * MINUTE,
    );
});
