import { Deployment, proofOf } from "./deployment";
import { Sandbox } from "./sandbox";

const MINUTE = 60_000;

describe("the proof at the end of a deployment", () => {
    let sandbox: Sandbox;
    let deployment: Deployment;
    let run = 0;

    beforeAll(async () => {
        sandbox = await Sandbox.up("verification");
        deployment = await Deployment.create(sandbox);
        await deployment.up();
    }, 5 * MINUTE);

    afterAll(async () => {
        await sandbox?.down();
        deployment?.remove();
    }, MINUTE);

    /** Breaks the way, deploys again, and puts the way back; returns the error. */
    async function errorAfter(breakIt: string, mendIt: string): Promise<string> {
        await sandbox.root(breakIt);
        run += 1;
        await deployment.configure({ reapply: String(run) });
        const error = await deployment.failingUp();
        await sandbox.root(mendIt);
        return error;
    }

    test(
        "names another rule that drops what is forwarded",
        async () => {
            const rule = "FORWARD -o docker0 -p tcp -j DROP";
            expect(await errorAfter(`ip6tables -t mangle -A ${rule}`, `ip6tables -t mangle -D ${rule}`)).toMatch(
                /verification failed: forwarding dropped: port 5000 is sent to \[fc00:172:17::[0-9a-f:]+\]:5000 and does not arrive/,
            );
        },
        2 * MINUTE,
    );

    test(
        "names docker-proxy when that answers instead, and leaves no phantom router",
        async () => {
            const rules = [
                "-t nat -I PREROUTING -p tcp --dport 5000 -j ACCEPT",
                "-I INPUT -p tcp --dport 5000 -j ACCEPT",
            ];
            const add = rules.map((rule) => `ip6tables ${rule}`).join("\n");
            expect(await errorAfter(add, add.replaceAll("-I ", "-D "))).toMatch(
                /verification failed: docker-proxy in the way: the host itself answers at port 5000/,
            );
            expect(await sandbox.routers()).toEqual([]);
        },
        2 * MINUTE,
    );

    test(
        "names a collector that listens on IPv4 only",
        async () => {
            // The file says one thing, the process was started on another.
            const file = "/var/openbmp/config/openbmpd.conf";
            const error = await errorAfter(
                `sed -i 's/^  listen_mode: v4v6/  listen_mode: v4/' ${file}; docker restart openbmp_aio; sleep 3
                 sed -i 's/^  listen_mode: v4$/  listen_mode: v4v6/' ${file}; touch -d '1 hour ago' ${file}`,
                "docker restart openbmp_aio",
            );
            expect(error).toMatch(
                /verification failed: container not listening on IPv6: it listens at .*0\.0\.0\.0:5000/,
            );
        },
        2 * MINUTE,
    );

    test(
        "succeeds again once the way is free",
        async () => {
            await deployment.configure({ reapply: "free" });
            const { outputs } = await deployment.up();
            expect(proofOf(outputs)).toEqual({ sentTo: sandbox.info.address, seenAsSent: true });
        },
        2 * MINUTE,
    );
});
