import { Deployment } from "./deployment";
import { Sandbox } from "./sandbox";

const MINUTE = 60_000;
const ATTEMPTS = 600;
const RESTARTS = 6;

/**
 * Asks the REST port again and again who answers and whom it sees, and prints
 * how the attempts ended. Refused and lost ones are as they should be while the
 * container is away; an answer must come from it and name this address.
 */
const hammer = `
    const [host, own, seconds, enough] = process.argv.slice(2);
    const http = require("node:http");
    const headers = { authorization: "Basic " + Buffer.from("openbmp:CiscoRA").toString("base64") };
    const counts = { attempts: 0, right: 0, wrongSource: 0, wrongContainer: 0, none: 0 };
    const ask = () => new Promise((done) => {
        const request = http.get({ host, port: 8001, path: "/peer", headers, agent: false, timeout: 300 }, (response) => {
            let text = "";
            response.on("data", (part) => (text += part)).on("error", () => done("none")).on("end", () => {
                const { server, address } = JSON.parse(text);
                done(server !== "openbmp-aio" ? "wrongContainer" : address !== own ? "wrongSource" : "right");
            });
        });
        request.on("timeout", () => request.destroy()).on("error", () => done("none"));
    });
    const until = Date.now() + 1000 * seconds;
    (async () => {
        while (Date.now() < until || (counts.right < enough && Date.now() < until + 30000)) {
            counts.attempts += 1;
            counts[await ask()] += 1;
            await new Promise((done) => setTimeout(done, 5));
        }
        console.log(JSON.stringify(counts));
    })();
`;

interface Counts {
    readonly attempts: number;
    readonly right: number;
    readonly wrongSource: number;
    readonly wrongContainer: number;
    readonly none: number;
}

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

    async function hammerFor(seconds: number, enough: number, whileRunning: () => Promise<void>): Promise<Counts> {
        const own = sandbox.peerAddress("121");
        const running = sandbox.runBeside("121", hammer, [sandbox.info.address, own, String(seconds), String(enough)]);
        await whileRunning();
        const { stdout, stderr } = await running;
        return JSON.parse(stdout || `{"error": ${JSON.stringify(stderr)}}`) as Counts;
    }

    test(
        "are right, or there is no connection, while the container restarts with moving addresses",
        async () => {
            const addresses = new Set<string>();
            const counts = await hammerFor(40, 100, async () => {
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
            expect(counts.right).toBeGreaterThanOrEqual(100);
        },
        3 * MINUTE,
    );

    test(
        "are right, or there is no connection, while Docker restarts and the host reboots",
        async () => {
            const counts = await hammerFor(25, 100, async () => {
                await sandbox.root("systemctl restart docker");
                await sandbox.reboot();
            });
            expect(counts).toMatchObject({ wrongSource: 0, wrongContainer: 0 });
            expect(counts.attempts).toBeGreaterThanOrEqual(ATTEMPTS / 2);
            expect(counts.right).toBeGreaterThanOrEqual(100);
        },
        3 * MINUTE,
    );

    test(
        "are wrong at once without the guard, which is what the count would show",
        async () => {
            const counts = await hammerFor(5, 0, async () => {
                await sandbox.root(`systemctl stop openbmp-aio-ipv6-dnat
                ip6tables -D INPUT -j OPENBMP-INPUT`);
            });
            expect(counts.wrongSource).toBeGreaterThan(0);
        },
        MINUTE,
    );
});
