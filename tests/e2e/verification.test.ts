import type { UpOptions } from "@pulumi/pulumi/automation";
import { proofOf } from "./deployment";
import { keepRules, stopKeepingRules } from "./sandbox";
import { MINUTE, story } from "./story";

describe("the verification at the end of a deployment", () => {
    const shared = story("verification");
    let run = 0;

    beforeAll(() => shared.deployment.up(), MINUTE);

    /** Breaks the datapath, runs steps again, and restores it; returns the error. */
    async function errorAfter(breakIt: string, fixIt: string, options: UpOptions = {}): Promise<string> {
        await shared.sandbox.root(breakIt);
        run += 1;
        await shared.deployment.configure({ reapply: String(run) });
        const error = await shared.deployment.failingUp(options);
        await shared.sandbox.root(fixIt);
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
            // Only the last step: the one before would put the rules back.
            const error = await errorAfter(
                `${stopKeepingRules}\n${add}`,
                `${add.replaceAll("-I ", "-D ")}\n${keepRules}`,
                { target: ["**CollectorStart$**"] },
            );
            expect(error).toMatch(/verification failed: docker-proxy in the way: the host itself answers at port 5000/);
            expect(await shared.sandbox.routers()).toEqual([]);
        },
        2 * MINUTE,
    );

    test(
        "names a collector that listens on IPv4 only",
        async () => {
            // The file says one thing, the process was started on another.
            const file = "/var/openbmp/config/openbmpd.conf";
            await shared.sandbox.root(
                `sed -i 's/^  listen_mode: v4v6/  listen_mode: v4/' ${file}; docker restart openbmp_aio`,
            );
            expect((await shared.sandbox.starts()).at(-1)?.listenMode).toBe("v4");
            const error = await errorAfter(
                `sed -i 's/^  listen_mode: v4$/  listen_mode: v4v6/' ${file}; touch -d '1 hour ago' ${file}`,
                "docker restart openbmp_aio",
            );
            expect(error).toMatch(
                /verification failed: container not listening on IPv6: it listens at .*0\.0\.0\.0:5000/,
            );
        },
        2 * MINUTE,
    );

    test(
        "succeeds again once the datapath is whole",
        async () => {
            await shared.deployment.configure({ reapply: "free" });
            const { outputs } = await shared.deployment.up();
            expect(proofOf(outputs)).toEqual({ sentTo: shared.sandbox.info.address, seenAsSent: true });
        },
        2 * MINUTE,
    );
});
