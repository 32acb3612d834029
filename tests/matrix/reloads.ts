import { type Counts, hammerBothWhile } from "../e2e/hammer";
import type { Sandbox } from "../e2e/sandbox";
import { seen } from "./seen";

/** The datapath is open again within a second; a machine with much else to do has this time. */
const OPEN_AGAIN_MS = 5_000;

/** The least of attempts, and of right answers, in each family. */
const ENOUGH = { attempts: 1000, right: 300 };

/**
 * Does all of that to the rules of a host, one after the other at random moments, while clients of both families
 * connect without pause: each sees the collector, and soon after each of them.
 *
 * @param commands - run as root
 * @param rounds - how often all of them
 * @param wrongSources - of the REST port's answers; none, unless the host cannot hold a table
 */
export async function expectRightSourcesThrough(
    sandbox: Sandbox,
    commands: readonly string[],
    rounds: number,
    wrongSources: unknown = 0,
): Promise<void> {
    const { ipv6, ipv4 } = await hammerBothWhile(sandbox, ENOUGH, async () => {
        for (let round = 0; round < rounds; round += 1) {
            for (const command of commands) {
                await sandbox.root(`${command}\nsleep 0.$((RANDOM % 9))`);
            }
        }
    });
    seen(`${rounds * commands.length} times; IPv6: ${inWords(ipv6)}; IPv4: ${inWords(ipv4)}`);
    for (const counts of [ipv6, ipv4]) {
        expect(counts).toMatchObject({ wrongContainer: 0, wrongSource: wrongSources });
        expect(counts.attempts).toBeGreaterThanOrEqual(ENOUGH.attempts);
        expect(counts.right).toBeGreaterThanOrEqual(ENOUGH.right);
        expect(counts.longestGapMs).toBeLessThan(OPEN_AGAIN_MS);
    }
}

function inWords({ attempts, wrongSource, longestGapMs }: Counts): string {
    return `${attempts} attempts, wrong sources ${wrongSource}, longest gap ${longestGapMs} ms`;
}
