import { join } from "node:path";
import { quote } from "shlex";
import { Deployment } from "../e2e/deployment";
import { root } from "../e2e/run";
import { Sandbox, standInImage } from "../e2e/sandbox";
import { inOrder, timeOnce } from "./hyperfine";
import { compare, type Measurement } from "./measurement";
import { pulumi, sshCommand } from "./commands";
import { say } from "./say";

/** The host where the asker of the REST API sits, on the sandbox's network. */
function asker(sandbox: Sandbox): string {
    return sandbox.peerAddress("1");
}

/**
 * A first `up` against the steps of the manual page by hand, each on a fresh
 * host, until the REST API answers over IPv6.
 *
 * @param delaySeconds How long the collector takes to start.
 * @param limit What the ratio must not be above.
 */
export async function firstUp(delaySeconds: number, limit: number, rounds: number): Promise<Measurement> {
    const times: Record<string, number[]> = { up: [], manual: [] };
    for (let round = 0; round < rounds; round += 1) {
        say(`first up, start-up delay ${delaySeconds} s: round ${round + 1} of ${rounds}`);
        const [ours, manual] = [await Sandbox.up("bench-up"), await Sandbox.up("bench-manual")];
        const deployment = await Deployment.create(ours, {
            restAllowedCidrs: JSON.stringify([`${asker(ours)}/128`]),
        });
        try {
            await deployment.stack.setConfig(
                "environment.STARTUP_DELAY_SECONDS",
                { value: String(delaySeconds) },
                true,
            );
            const answers = (sandbox: Sandbox) => `tests/bench/until-rest-answers.sh ${sandbox.info.address}`;
            const script = quote(join(root, "tests/bench/manual-page.sh"));
            const once = await timeOnce(
                inOrder(
                    {
                        up: `${pulumi(deployment.stack, "scripts/pulumi")} up --yes --skip-preview && ${answers(ours)}`,
                        manual: `${sshCommand(manual)} sudo bash -s -- ${standInImage} ${delaySeconds} <${script} && ${answers(manual)}`,
                    },
                    round,
                ),
            );
            for (const [name, seconds] of Object.entries(once)) {
                times[name]?.push(seconds);
            }
        } finally {
            deployment.remove();
            await ours.down();
            await manual.down();
        }
    }
    return compare(
        `first \`up\`, start-up delay ${delaySeconds} s`,
        "s",
        times.up ?? [],
        { name: "the manual page's steps", values: times.manual ?? [] },
        limit,
    );
}
