import { dumpHost } from "./hostDump";
import { run } from "./run";
import { MINUTE, story } from "./story";

/** The lines that the preflight printed, one for each reason. */
const reasons = (error: string) => {
    const diagnostics = /the host is not fit, nothing was changed:\n((?: *- .*\n)+)/.exec(error)?.[1] ?? error;
    return diagnostics.trim().split(/\n */).sort();
};

describe("a host that is not fit", () => {
    const shared = story("refusals");

    /** Runs an `up` that must fail and must change nothing on the host. */
    async function refused(): Promise<string> {
        const before = await dumpHost(shared.sandbox);
        const error = await shared.deployment.failingUp();
        expect(await dumpHost(shared.sandbox)).toBe(before);
        return error;
    }

    test(
        "is told every reason at once, a line for each",
        async () => {
            await shared.sandbox.root(`
            echo '{"ipv6": false, "fixed-cidr-v6": "fd00:1::/64"}' > /etc/docker/daemon.json
            ip -6 addr add fc00:172:17::77/64 dev eth0
            docker run --detach --name web --publish 5000:80 openbmp-aio-stand-in:latest sleep infinity
            docker create --name openbmp_aio --publish 5000:5000 openbmp-aio-stand-in:latest`);
            await shared.deployment.configure({ memoryGb: "4096" });
            expect(reasons(await refused())).toEqual([
                '- /etc/docker/daemon.json sets "fixed-cidr-v6" to "fd00:1::/64", this deployment needs "fc00:172:17::/64": change it there or in the configuration',
                '- /etc/docker/daemon.json sets "ipv6" to false, this deployment needs true: change it there or in the configuration',
                expect.stringMatching(
                    /^- a container openbmp_aio is already there and does not fit \(port 8001 is published as none, not 8001; .*set replaceContainer to true/,
                ),
                "- bmpPort 5000 is already taken on the host by container web: stop it, or change that key",
                "- fixedCidrV6 fc00:172:17::/64 overlaps the host's own network (fc00:172:17::/64 dev eth0 proto kernel metric 256 pref medium): set another fixedCidrV6",
                expect.stringMatching(/^- memoryGb is 4096, which is 4194304 MB, and the host has \d+ MB: lower it/),
            ]);
            await shared.sandbox.root(`rm /etc/docker/daemon.json; ip -6 addr del fc00:172:17::77/64 dev eth0
            docker rm --force web openbmp_aio`);
            await shared.deployment.configure({ memoryGb: "0" });
        },
        2 * MINUTE,
    );

    test(
        "is refused when daemon.json is not JSON, and for --rm containers that a restart would take",
        async () => {
            await shared.sandbox.root(`echo '{"ipv6": tru' > /etc/docker/daemon.json`);
            expect(reasons(await refused())).toEqual([
                "- /etc/docker/daemon.json is not a JSON object: fix it or move it away",
            ]);
            await shared.sandbox.root(`rm /etc/docker/daemon.json
            docker run --detach --rm --name fleeting openbmp-aio-stand-in:latest sleep infinity`);
            expect(reasons(await refused())).toEqual([
                "- container fleeting runs with --rm and would vanish when Docker restarts: stop it first",
            ]);
            await shared.sandbox.root("docker rm --force fleeting");
        },
        2 * MINUTE,
    );

    test(
        "is refused when other containers run and restartDocker is false",
        async () => {
            await shared.sandbox.root("docker run --detach --name web openbmp-aio-stand-in:latest sleep infinity");
            await shared.deployment.configure({ restartDocker: "false" });
            expect(reasons(await refused())).toEqual([
                "- Docker must restart for IPv6, but restartDocker is false and these containers run: web. Stop them, set restartDocker, or set dockerNetwork to dedicated",
            ]);
            await shared.sandbox.root("docker rm --force web");
            await shared.deployment.configure({ restartDocker: "true" });
        },
        2 * MINUTE,
    );

    test(
        "is refused when no Docker engine answers, and when there is no Docker",
        async () => {
            await shared.sandbox.root("systemctl stop docker.socket docker.service");
            expect(reasons(await shared.deployment.failingUp())).toEqual([
                expect.stringMatching(/^- no Docker engine answers \(/),
            ]);
            await shared.sandbox.root("systemctl start docker.service; mv /usr/bin/docker /usr/bin/docker.hidden");
            expect(reasons(await shared.deployment.failingUp())).toEqual([
                "- missing on the host: docker (package docker.io). Install them",
            ]);
            await shared.sandbox.root("mv /usr/bin/docker.hidden /usr/bin/docker");
        },
        2 * MINUTE,
    );

    test(
        "is refused when sudo asks for a password",
        async () => {
            await shared.sandbox.root("echo 'admin ALL=(ALL) ALL' > /etc/sudoers.d/admin");
            expect(await refused()).toMatch(/sudo: a password is required/);
            await shared.sandbox.root("echo 'admin ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/admin");
        },
        MINUTE,
    );

    test(
        "is not spoken to under another host key, nor with another login key",
        async () => {
            await run("ssh-keygen", [
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-f",
                `${shared.sandbox.info.privateKeyFile}.other`,
            ]);
            const otherPublic = (await run("cat", [`${shared.sandbox.info.privateKeyFile}.other.pub`]))
                .split(" ", 2)
                .join(" ");
            const otherPrivate = await run("cat", [`${shared.sandbox.info.privateKeyFile}.other`]);
            const logins = await shared.sandbox.acceptedLogins();

            await shared.deployment.configure({ hostKey: otherPublic });
            expect(await refused()).toMatch(/host key mismatch/);
            await shared.deployment.configure({ hostKey: shared.sandbox.info.hostKey });

            await shared.deployment.stack.setConfig("sshPrivateKey", { value: otherPrivate, secret: true });
            const error = await refused();
            expect(error).toMatch(/unable to authenticate/);
            expect(error).not.toContain("PRIVATE KEY");
            await shared.deployment.stack.setConfig("sshPrivateKey", {
                value: shared.sandbox.privateKey,
                secret: true,
            });
            expect(await shared.sandbox.acceptedLogins()).toBe(logins);
        },
        2 * MINUTE,
    );

    test(
        "is deployed once every reason is gone, and then refuses another stack",
        async () => {
            await shared.deployment.up();
            await shared.sandbox.root("echo openbmp-aio-ipv6/other > /var/lib/openbmp-aio-ipv6/owner");
            await shared.deployment.configure({ reapply: "2" });
            expect(reasons(await shared.deployment.failingUp())).toEqual([
                expect.stringContaining(
                    "- the host is deployed by the stack openbmp-aio-ipv6/other: destroy that one first, or",
                ),
            ]);
            const rules = await shared.sandbox.root("ip6tables -t nat -S");
            await shared.deployment.destroy();
            expect(await shared.sandbox.root("ip6tables -t nat -S")).toBe(rules);
        },
        2 * MINUTE,
    );
});
