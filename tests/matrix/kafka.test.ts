import { createHash } from "node:crypto";
import type { OutputMap } from "@pulumi/pulumi/automation";
import type { Verification } from "../../components/steps/collectorStart";
import { Deployment } from "../e2e/deployment";
import { eventually, run } from "../e2e/run";
import { Sandbox } from "../e2e/sandbox";
import { MINUTE } from "../e2e/story";
import { type Fields, KafkaBroker } from "./kafkaBroker";

const collectorImage = "openbmp-collector-stand-in:latest";
const ADMIN_IDS = ["lab-1", "lab-2"] as const;
const hashOf = (adminId: string) => createHash("md5").update(adminId).digest("hex");
const COLLECTOR_TOPIC = "openbmp.parsed.collector";
const ROUTER_TOPIC = "openbmp.parsed.router";

/** A host with a collector, and its router. */
interface Site {
    readonly adminId: string;
    readonly sandbox: Sandbox;
    readonly deployment: Deployment;
}

describe("two collectors and a Kafka that is there", () => {
    const sites: Site[] = [];
    let broker: KafkaBroker;
    let elsewhere: string;

    beforeAll(async () => {
        const archive = (await run("scripts/stand-in", ["--collector"])).trim();
        for (const adminId of ADMIN_IDS) {
            const sandbox = await Sandbox.up(`kafka-${adminId}`);
            await run("bash", ["-c", `docker exec -i ${sandbox.container} docker load --quiet <"$0"`, archive]);
            if (sites.length === 0) {
                broker = await KafkaBroker.start(sandbox);
                elsewhere = await broker.nextPlace();
            }
            const deployment = await Deployment.create(sandbox, {
                role: "collector",
                image: collectorImage,
                adminId,
                kafkaBrokers: JSON.stringify([broker.bootstrap, elsewhere]),
                restAllowedCidrs: "[]",
            });
            sites.push({ adminId, sandbox, deployment });
        }
    }, 10 * MINUTE);

    afterAll(async () => {
        for (const { sandbox, deployment } of sites) {
            await sandbox.down();
            deployment.remove();
        }
        await (broker as KafkaBroker | undefined)?.remove();
    }, 2 * MINUTE);

    const routers = () => broker.messages(ROUTER_TOPIC, collectorImage);

    /** The last that is told of each router, by its hash: what was done, its name and its address. */
    const lastOfRouters = async () => {
        const last = new Map<string, string>();
        for (const [action, , name, hash = "", address] of await routers()) {
            last.set(hash, `${action} ${name} ${address}`);
        }
        return [...last.values()].sort();
    };

    const seen = (what: string, look: () => Promise<boolean>) =>
        eventually(what, MINUTE, async () => ((await look()) ? true : undefined));

    /** The start of each container, which a new one, or a restart, would change. */
    const starts = () =>
        Promise.all(
            sites.map(({ sandbox }) =>
                sandbox.root("docker inspect --format '{{.Id}} {{.State.StartedAt}}' openbmp_aio"),
            ),
        );

    const sessions = () => Promise.all(sites.map(({ sandbox, adminId }) => sandbox.sessionsOf(`edge-${adminId}`)));

    const addressOf = ({ sandbox }: Site) => sandbox.peerAddress("102");

    test(
        "are deployed without a REST API, each proven to see real sources and to reach the broker",
        async () => {
            for (const { deployment, sandbox } of sites) {
                const { outputs } = await deployment.up();
                const verification = verificationOf(outputs);
                expect(verification.bmpSeenFrom).toBe(verification.sentFrom);
                expect(verification.broker).toBe(broker.bootstrap);
                expect(outputs.restUrl?.value).toBe("");
                expect(await sandbox.root("docker port openbmp_aio")).not.toContain("8001");
            }
        },
        8 * MINUTE,
    );

    test(
        "tell Kafka of themselves under their own adminId, and the verification left no router there",
        async () => {
            await seen("both collectors are in Kafka", async () => (await named(COLLECTOR_TOPIC)).length === 2);
            expect(await named(COLLECTOR_TOPIC)).toEqual(ADMIN_IDS.map((adminId) => `${adminId} ${hashOf(adminId)}`));
            expect(await routers()).toEqual([]);
            const lists = (await broker.messages(COLLECTOR_TOPIC, collectorImage)).map(([, , , , list]) => list);
            expect(lists.filter(Boolean)).toEqual([]);
        },
        2 * MINUTE,
    );

    /** The collectors that a topic knows, by name and hash. */
    const named = async (topic: string) => {
        const messages: Fields[] = await broker.messages(topic, collectorImage);
        return [...new Set(messages.map(([, , adminId, hash]) => `${adminId} ${hash}`))].sort();
    };

    test(
        "bring their routers into Kafka under their own IPv6 addresses",
        async () => {
            for (const { sandbox, adminId } of sites) {
                await sandbox.startRouter(`edge-${adminId}`, "102");
            }
            const expected = sites.map((site) => `init edge-${site.adminId} ${addressOf(site)}`);
            await seen("both routers are in Kafka", async () => (await lastOfRouters()).length === 2);
            expect(await lastOfRouters()).toEqual(expected);
        },
        3 * MINUTE,
    );

    test(
        "say by scripts/status that the broker answers, and which routers are connected",
        async () => {
            const [site] = sites as [Site];
            const { stdout, code } = await site.deployment.status("--check", "--json");
            const status = JSON.parse(stdout) as {
                brokers: unknown;
                routers: { address: string }[];
                differences: unknown;
            };
            expect(status.differences).toEqual([]);
            expect(status.brokers).toContainEqual({ broker: broker.bootstrap, answers: true });
            expect(status.routers.map(({ address }) => address)).toEqual([addressOf(site)]);
            expect(code).toBe(0);
        },
        2 * MINUTE,
    );

    test(
        "go on as they are while the broker restarts, and while it moves to another of kafkaBrokers",
        async () => {
            const [startsBefore, sessionsBefore] = [await starts(), await sessions()];
            await broker.stop();
            await broker.startAgain();
            await tellsOfANewRouter("restarted", "3");
            await broker.stop();
            await broker.startAgain(elsewhere);
            await tellsOfANewRouter("moved", "4");
            expect(await starts()).toEqual(startsBefore);
            expect(await sessions()).toEqual(sessionsBefore);
        },
        6 * MINUTE,
    );

    /**
     * That all the way works again, of each collector. What its client was given while the broker went is lost, as it is
     * in openbmpd: a router that came just then is not told of, the next one is.
     */
    const tellsOfANewRouter = async (name: string, digit: string) => {
        for (const { sandbox, adminId } of sites) {
            let routers = 0;
            await eventually(`Kafka has a new router of ${adminId}`, 2 * MINUTE, async () => {
                routers += 1;
                const [router, suffix] = [`${name}-${routers}-${adminId}`, `1${digit}${routers}`];
                await sandbox.startRouter(router, suffix);
                const told = async () =>
                    (await lastOfRouters()).includes(`init ${router} ${sandbox.peerAddress(suffix)}`);
                return eventually("it is told of", 15_000, async () => (await told()) || undefined).catch(
                    () => undefined,
                );
            });
        }
    };

    test(
        "whose broker is away fail the verification with its name, and keep their routers",
        async () => {
            const [{ sandbox, deployment, adminId }] = sites as [Site];
            const before = await sandbox.sessionsOf(`edge-${adminId}`);
            await broker.stop();
            await deployment.configure({ reapply: "away" });
            const failure = await deployment.failingUp();
            expect(failure).toContain(`verification failed: no broker of kafkaBrokers answers to openbmp_aio`);
            expect(failure).toMatch(/\d+ \(.*refused\)/);
            expect(await sandbox.sessionsOf(`edge-${adminId}`)).toBe(before);
            await broker.startAgain(elsewhere);
            await deployment.up();
        },
        6 * MINUTE,
    );

    test(
        "tell Kafka that their routers are gone when they are taken away",
        async () => {
            for (const { deployment } of sites) {
                await deployment.stack.destroy();
            }
            await seen("no router is left", async () =>
                (await lastOfRouters()).every((each) => each.startsWith("term ")),
            );
            for (const { sandbox } of sites) {
                expect(await sandbox.root("docker ps --all --quiet")).toBe("");
            }
        },
        5 * MINUTE,
    );
});

function verificationOf(outputs: OutputMap): Verification {
    return outputs.verification?.value as Verification;
}
