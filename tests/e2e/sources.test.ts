import { routedAttempts } from "./connections";
import { Deployment } from "./deployment";
import { hammerWhile } from "./hammer";
import { keepRules, Sandbox, stopKeepingRules } from "./sandbox";

const MINUTE = 60_000;
const ATTEMPTS = 600;
const RIGHT = 100;
const RESTARTS = 6;
const KILLS = 4;

describe("source addresses while everything moves", () => {
    let sandbox: Sandbox;
    let deployment: Deployment;

    beforeAll(async () => {
        sandbox = await Sandbox.up("sources");
        deployment = await Deployment.create(sandbox);
        await deployment.up();
    }, 5 * MINUTE);

    afterAll(async () => {
        await sandbox?.down();
        deployment?.remove();
    }, MINUTE);

    test(
        "are right, or there is no connection, while the container restarts with moving addresses",
        async () => {
            const addresses = new Set<string>();
            const counts = await hammerWhile(sandbox, { attempts: ATTEMPTS, right: RIGHT }, async () => {
                for (let restart = 0; restart < RESTARTS; restart += 1) {
                    // Another container, which answers on the same port, takes the address that gets free.
                    await sandbox.root(`docker stop openbmp_aio
                    docker run --detach --name squatter-${restart} --env KAFKA_FQDN=x openbmp-aio-stand-in:latest
                    docker start openbmp_aio`);
                    addresses.add(await sandbox.containerIpv6());
                }
            });
            await sandbox.root("docker rm --force --volumes $(docker ps --all --quiet --filter name=squatter)");
            expect(addresses.size).toBe(RESTARTS);
            expect(counts).toMatchObject({ wrongSource: 0, wrongContainer: 0 });
            expect(counts.attempts).toBeGreaterThanOrEqual(ATTEMPTS);
            expect(counts.right).toBeGreaterThanOrEqual(RIGHT);
        },
        3 * MINUTE,
    );

    test(
        "are right, or there is no connection, while Docker restarts and the host reboots",
        async () => {
            const counts = await hammerWhile(sandbox, { attempts: ATTEMPTS / 2, right: RIGHT }, async () => {
                await sandbox.root("systemctl restart docker");
                await sandbox.reboot();
            });
            expect(counts).toMatchObject({ wrongSource: 0, wrongContainer: 0 });
            expect(counts.attempts).toBeGreaterThanOrEqual(ATTEMPTS / 2);
            expect(counts.right).toBeGreaterThanOrEqual(RIGHT);
        },
        3 * MINUTE,
    );

    test.each(["openbmp-aio-ipv6-dnat", "openbmp-aio-ipv6-filter"])(
        "are right, or there is no connection, while %s is killed and the container restarts",
        async (unit) => {
            const restarts = async () =>
                Number(await sandbox.root(`systemctl show --property NRestarts --value ${unit}`));
            const before = await restarts();
            const counts = await hammerWhile(sandbox, { attempts: ATTEMPTS / 2, right: RIGHT }, async () => {
                for (let kill = 0; kill < KILLS; kill += 1) {
                    await sandbox.root(`systemctl kill --signal KILL ${unit}
                    docker restart --time 1 openbmp_aio
                    until systemctl is-active --quiet ${unit}; do sleep 0.1; done`);
                }
            });
            expect((await restarts()) - before).toBe(KILLS);
            expect(counts).toMatchObject({ wrongSource: 0, wrongContainer: 0 });
            expect(counts.attempts).toBeGreaterThanOrEqual(ATTEMPTS / 2);
            expect(counts.right).toBeGreaterThanOrEqual(RIGHT);
        },
        3 * MINUTE,
    );

    test(
        "are none of a neighbour's who has an IPv4 route to the container, while units and Docker restart and the host reboots",
        async () => {
            const attempts = (action: () => Promise<void>) =>
                routedAttempts(
                    sandbox,
                    "172.17.0.0/16",
                    ["172.17.0.2", "172.17.0.3"],
                    [5000, 8001, 3306, 2181, 9092],
                    action,
                );
            const counts = await attempts(async () => {
                for (const what of ["openbmp-aio-ipv6-guard", "openbmp-aio-ipv6-dnat", "docker"]) {
                    await sandbox.root(`systemctl restart ${what}; sleep 2`);
                }
                await sandbox.root("docker restart --time 1 openbmp_aio; sleep 1");
                await sandbox.reboot();
            });
            expect(counts.connected).toBe(0);
            expect(counts.attempts).toBeGreaterThanOrEqual(500);
            // Without the rules it gets through: the route is right, the ports are open.
            const without = await attempts(async () => {
                await sandbox.root(
                    `${stopKeepingRules}
                    iptables -t mangle -F OPENBMP-FORWARD
                    sleep 2
                    ${keepRules}`,
                );
            });
            expect(without.connected).toBeGreaterThan(0);
        },
        3 * MINUTE,
    );

    test(
        "are wrong at once without the ingress filter, which is what the count would show",
        async () => {
            const counts = await hammerWhile(sandbox, { attempts: 100, right: 0 }, async () => {
                await sandbox.root(`${stopKeepingRules}
                ip6tables -D INPUT -j OPENBMP-INPUT`);
            });
            expect(counts.wrongSource).toBeGreaterThan(0);
        },
        MINUTE,
    );
});
