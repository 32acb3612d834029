import { type Counts, hammerWhile } from "../e2e/hammer";
import type { BenchHost } from "./benchHost";
import { type Measurement, sampleOf } from "./measurement";
import { say } from "./say";

const RESTARTS = 50;
const ATTEMPTS = 5000;
const CONTROL_ATTEMPTS = 200;

/**
 * Connections that reach the wrong container, or the collector under a wrong
 * source, while everything moves.
 */
export async function sources(host: BenchHost): Promise<Measurement[]> {
    say(`sources: ${RESTARTS} restarts, a restart of Docker, a reboot`);
    const counts = await hammerWhile(host.sandbox, { attempts: ATTEMPTS, right: 100 }, async () => {
        for (let restart = 0; restart < RESTARTS; restart += 1) {
            await host.moveContainer();
        }
        await host.sandbox.root("systemctl restart docker");
        await host.sandbox.reboot();
    });
    await host.removeSquatters();
    return [
        await line("wrong container", counts.wrongContainer, counts),
        await line("collector under a wrong source", counts.wrongSource, counts),
        await control(host),
    ];
}

/** The same count without our rules: it must see docker-proxy's wrong source. */
async function control(host: BenchHost): Promise<Measurement> {
    await host.disarm();
    const counts = await hammerWhile(host.sandbox, { attempts: CONTROL_ATTEMPTS, right: 0 }, () => Promise.resolve());
    await host.installRules();
    return {
        name: "control: the same count without our rules",
        unit: `of ${counts.attempts}`,
        ours: await sampleOf([counts.wrongSource]),
        mustBe: "above 0",
        held: counts.wrongSource > 0,
    };
}

async function line(name: string, wrong: number, { attempts, right, none }: Counts): Promise<Measurement> {
    return {
        name: `reached: ${name}`,
        unit: `of ${attempts}`,
        ours: await sampleOf([wrong]),
        mustBe: `0 of at least ${ATTEMPTS}`,
        held: wrong === 0 && attempts >= ATTEMPTS,
        note: `${right} right, ${none} refused or lost, during ${RESTARTS} restarts with a new address each, a restart of Docker and a reboot`,
    };
}
