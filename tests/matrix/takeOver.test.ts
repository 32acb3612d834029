import { Deployment } from "../e2e/deployment";
import { dumpHost } from "../e2e/hostDump";
import { MINUTE, story } from "../e2e/story";

describe("a host whose stack's state is lost", () => {
    const config = { adminId: "collector-1" };
    let before: string;
    let second: Deployment;
    const shared = story("takeover", {
        config,
        prepare: async (sandbox) => {
            await sandbox.root(`echo '{ "labels":   ["token=not-to-be-seen"] }' > /etc/docker/daemon.json`);
            await sandbox.reboot();
            before = await dumpHost(sandbox);
        },
    });
    afterAll(() => {
        (second as Deployment | undefined)?.remove();
    });

    const ownerOf = ({ stack }: Deployment) => `openbmp-aio-ipv6/${stack.name}`;
    const former = () => ownerOf(shared.deployment);
    const owner = () => shared.sandbox.root("cat /var/lib/openbmp-aio-ipv6/owner");
    const withLogin = ({ stack }: Deployment) =>
        stack.setConfig("restPassword", { value: "password-of-a-test", secret: true });

    test(
        "is nobody's before the first deployment, and the stack's own after it: there is nothing to take over",
        async () => {
            await withLogin(shared.deployment);
            const none = await shared.deployment.takeOver("");
            expect(none).toMatchObject({
                code: 0,
                stdout: `nothing to take over, no deployment is on the host: scripts/pulumi up --stack ${shared.deployment.stack.name}\n`,
            });
            await shared.deployment.up();
            const own = await shared.deployment.takeOver("");
            expect(own.code).toBe(0);
            expect(own.stdout).toContain("nothing to take over, the host is this stack's");
        },
        3 * MINUTE,
    );

    test(
        "refuses the next stack, which is told of the way out",
        async () => {
            second = await Deployment.create(shared.sandbox, config, `${shared.sandbox.name}-second`);
            await withLogin(second);
            shared.deployment.remove();
            expect(await second.failingUp()).toContain(
                `the host is deployed by the stack ${former()}: destroy that one first, or take the host over (scripts/stack take-over)`,
            );
        },
        2 * MINUTE,
    );

    test(
        "stays as it is where the answer is not its owner's name",
        async () => {
            const deployed = await dumpHost(shared.sandbox);
            for (const { code, stderr } of [
                await second.takeOver(""),
                await second.takeOver("yes\n"),
                await second.takeOver("", "--yes", ownerOf(second)),
            ]) {
                expect(code).toBe(1);
                expect(stderr).toContain(`not the host's current owner "${former()}", and nothing was changed`);
            }
            expect(await dumpHost(shared.sandbox)).toBe(deployed);
        },
        2 * MINUTE,
    );

    test(
        "is taken over by its owner's name, after its record is shown without a secret",
        async () => {
            const { code, stdout, stderr } = await second.takeOver(`${former()}\n`);
            expect(code).toBe(0);
            expect(stdout).toMatch(
                new RegExp(`^the host ${shared.sandbox.info.address} is deployed by the stack ${former()}, since 20`),
            );
            expect(stdout).toMatch(/^- forwarding: IPv6 forwarding \(\S+\) was [01]$/m);
            expect(stdout).toMatch(/^- daemon\.before: the original \S+daemon\.json, of \d+ bytes$/m);
            expect(stdout).toMatch(/^- rest-login\.former: the image's own login of the REST API was replaced$/m);
            expect(stdout).not.toContain("no file of this version");
            expect(stdout + stderr).not.toMatch(/not-to-be-seen|PRIVATE KEY|-of-a-test|[0-9A-F]{40}/);
            expect(stderr).toContain(`To take the host over for ${ownerOf(second)}`);
            expect(await owner()).toBe(`${ownerOf(second)}\n`);
        },
        MINUTE,
    );

    test(
        "is gone on with by the next up, without a restart of the collector",
        async () => {
            const starts = await shared.sandbox.collectorStarts();
            const container = () =>
                shared.sandbox.root("docker inspect --format '{{.Id}} {{.State.StartedAt}}' openbmp_aio");
            const running = await container();
            await second.up();
            expect(await container()).toBe(running);
            expect(await shared.sandbox.collectorStarts()).toBe(starts);
            expect(await second.status("--check")).toMatchObject({ code: 0 });
        },
        2 * MINUTE,
    );

    test(
        "is after a destroy as it was before the first deployment",
        async () => {
            await second.destroy();
            await shared.sandbox.reboot();
            expect(await dumpHost(shared.sandbox)).toBe(before);
        },
        2 * MINUTE,
    );
});
