import { hammerWhile } from "../e2e/hammer";
import { MINUTE, story } from "../e2e/story";
import { seen } from "./seen";

const RESTARTS = 1000;

describe(`${RESTARTS} restarts of the container with moving addresses`, () => {
    const shared = story("restarts");

    /**
     * What grows where something leaks: our rules of both families, the program's memory (KiB) and the files that it
     * has open while it does nothing.
     */
    async function sizes() {
        const text = await shared.sandbox.root(`pid=$(systemctl show --property MainPID --value openbmp-aio-ipv6-dnat)
            { ip6tables-save; iptables-save; } | grep -c OPENBMP
            awk '/^VmRSS/ { print $2 }' /proc/$pid/status
            for _ in {1..20}; do ls /proc/$pid/fd | wc -l; sleep 0.1; done | sort -n | head -n 1
            nft list table inet openbmp-aio-ipv6 | wc -l`);
        const [rules = 0, memory = 0, files = 0, table = 0] = text.trim().split("\n").map(Number);
        return { rules, memory, files, table };
    }

    test(
        "end in no wrong delivery, and nothing has grown",
        async () => {
            const { sandbox, deployment } = shared;
            await deployment.up();
            const before = await sizes();
            const counts = await hammerWhile(sandbox, { attempts: 5000, right: 500 }, () =>
                // A neighbour takes the address that gets free, and answers at the same port.
                sandbox
                    .root(
                        `for restart in $(seq ${RESTARTS}); do
                        docker kill openbmp_aio >/dev/null
                        docker rm --force --volumes squatter-$((restart - 2)) >/dev/null 2>&1 || true
                        docker run --detach --name squatter-$restart --entrypoint node openbmp-aio-stand-in:latest \\
                            -e 'require("http").createServer((_, answer) => answer.end("{}")).listen(8001)' >/dev/null
                        docker start openbmp_aio >/dev/null
                    done
                    docker rm --force --volumes $(docker ps --all --quiet --filter name=squatter) >/dev/null`,
                    )
                    .then(() => undefined),
            );
            expect(counts).toMatchObject({ wrongSource: 0, wrongContainer: 0 });
            const after = await sizes();
            expect({ ...after, memory: 0 }).toEqual({ ...before, memory: 0 });
            expect(after.memory).toBeLessThan(2 * before.memory);
            seen(`${counts.attempts} attempts, none wrong; memory ${before.memory} KiB before, ${after.memory} after`);
        },
        180 * MINUTE,
    );
});
