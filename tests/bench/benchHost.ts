import { Deployment } from "../e2e/deployment";
import { run } from "../e2e/run";
import { Sandbox } from "../e2e/sandbox";
import { say } from "./say";

/** What is deployed in place of AIO: it listens at once. */
export const benchImage = "openbmp-aio-bench:latest";

/** A sandbox host with a deployment of the benchmark's image. */
export class BenchHost {
    private moves = 0;

    private constructor(
        readonly sandbox: Sandbox,
        private readonly deployment: Deployment,
    ) {}

    static async up(engine = "26.1"): Promise<BenchHost> {
        say(`a host with a deployment, Docker ${engine}`);
        const sandbox = await Sandbox.up(`bench-host-${engine.replace(".", "-")}`, engine);
        await run("scripts/sandbox", ["up", "--name", sandbox.name, "--image", process.env.BENCH_ARCHIVE ?? ""]);
        const deployment = await Deployment.create(sandbox, { image: benchImage, verify: "false" });
        await deployment.up();
        return new BenchHost(sandbox, deployment);
    }

    /**
     * Restarts the collector's container so that its address moves: another
     * container, which answers at the same ports, takes the one that gets free.
     */
    async moveContainer(): Promise<{ stoppedAt: number; startedAt: number }> {
        this.moves += 1;
        const before = await this.sandbox.containerIpv6();
        const printed = await this.sandbox.root(`
            docker stop openbmp_aio >/dev/null
            stopped=$EPOCHREALTIME
            docker run --detach --restart unless-stopped --name squatter-${this.moves} ${benchImage} >/dev/null
            docker rm --force --volumes squatter-${this.moves - 1} >/dev/null 2>&1 || true
            docker start openbmp_aio >/dev/null
            echo "$stopped $EPOCHREALTIME"`);
        const after = await this.sandbox.containerIpv6();
        const squatter = await this.addressOf(`squatter-${this.moves}`);
        if (after === before || squatter !== before) {
            throw new Error(
                `${before} should have moved to another container: openbmp_aio ${after}, other ${squatter}`,
            );
        }
        const [stoppedAt = NaN, startedAt = NaN] = printed.split(" ").map((seconds) => 1000 * Number(seconds));
        return { stoppedAt, startedAt };
    }

    /** Takes our rules away: IPv6 goes by docker-proxy, and straight to containers. */
    async disarm(): Promise<void> {
        await this.sandbox.root(`systemctl stop openbmp-aio-ipv6-dnat openbmp-aio-ipv6-guard
            /usr/local/lib/openbmp-aio-ipv6/openbmp-dnat remove`);
    }

    async installRules(): Promise<void> {
        await this.sandbox.root(`systemctl start openbmp-aio-ipv6-guard openbmp-aio-ipv6-dnat
            until /usr/local/lib/openbmp-aio-ipv6/openbmp-dnat check; do sleep 0.2; done`);
    }

    /** In place of our rules. */
    async startIpv6nat(program: string): Promise<void> {
        await this.disarm();
        await run("docker", ["cp", "--quiet", program, `${this.sandbox.container}:/usr/local/bin/docker-ipv6nat`]);
        await this.sandbox.root(
            "systemd-run --quiet --unit docker-ipv6nat /usr/local/bin/docker-ipv6nat --retry --cleanup",
        );
    }

    async stopIpv6nat(): Promise<void> {
        await this.sandbox.root("systemctl stop docker-ipv6nat");
        await this.installRules();
    }

    /** And lets the collector have the first address again, so that the next move finds it taken. */
    async removeSquatters(): Promise<void> {
        await this.sandbox.root(`
            docker ps --all --quiet --filter name=squatter | xargs --no-run-if-empty docker rm --force --volumes
            docker restart --time 1 openbmp_aio`);
    }

    async addressOf(container: string): Promise<string> {
        const format = "{{.NetworkSettings.GlobalIPv6Address}}";
        return (await this.sandbox.root(`docker inspect --format '${format}' ${container}`)).trim();
    }

    async down(): Promise<void> {
        this.deployment.remove();
        await this.sandbox.down();
    }
}
