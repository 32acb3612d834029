import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publicLogin, readRestAnswer, type RestAnswer, restProgram } from "../e2e/rest";
import { eventually, run, type RunResult, tryRun } from "../e2e/run";
import { type RouterRow, standInImage } from "../e2e/sandbox";

export interface ContainerOptions {
    readonly env?: Readonly<Record<string, string>>;
    /** Further flags of `docker create`. */
    readonly flags?: readonly string[];
    /** Files in /config. */
    readonly config?: Readonly<Record<string, string>>;
}

/** The stand-in for the AIO image, run in this machine's own Docker. */
export class StandInContainer {
    private static readonly made: StandInContainer[] = [];

    private constructor(
        readonly id: string,
        private readonly config: string,
    ) {
        StandInContainer.made.push(this);
    }

    static async start({ env = {}, flags = [], config = {} }: ContainerOptions = {}): Promise<StandInContainer> {
        const directory = mkdtempSync(join(tmpdir(), "openbmp-stand-in-"));
        for (const [name, text] of Object.entries(config)) {
            writeFileSync(join(directory, name), text);
        }
        const variables = Object.entries({ KAFKA_FQDN: "localhost", ...env }).filter(([, value]) => value !== "");
        const id = await run("docker", [
            ...["run", "--detach", "--volume", `${directory}:/config`],
            ...variables.flatMap(([name, value]) => ["--env", `${name}=${value}`]),
            ...flags,
            standInImage,
        ]);
        return new StandInContainer(id.trim(), directory);
    }

    /** One that has come up. */
    static async running(options: ContainerOptions = {}): Promise<StandInContainer> {
        const container = await StandInContainer.start(options);
        await container.untilRunning();
        return container;
    }

    static async removeAll(): Promise<void> {
        for (const { id, config } of StandInContainer.made.splice(0)) {
            await tryRun("docker", ["rm", "--force", "--volumes", id]);
            rmSync(config, { recursive: true, force: true });
        }
    }

    /** Until it was RUNNING that many times, and REST answers something. */
    async untilRunning(times = 1): Promise<void> {
        await eventually("the stand-in runs", 40_000, async () =>
            (await this.logs()).split("-----| RUNNING |------").length > times && (await this.status()) > 0
                ? true
                : undefined,
        );
    }

    docker(verb: string, ...args: string[]): Promise<RunResult> {
        return tryRun("docker", [verb, ...args, this.id]);
    }

    async logs(): Promise<string> {
        const { stdout, stderr } = await this.docker("logs");
        return stdout + stderr;
    }

    async inspect(format: string): Promise<string> {
        return (await this.docker("inspect", "--format", format)).stdout.trim();
    }

    /** The exit code, once it has ended. */
    exitCode(): Promise<string> {
        return eventually("the stand-in ends", 20_000, async () =>
            (await this.inspect("{{.State.Running}}")) === "false" ? this.inspect("{{.State.ExitCode}}") : undefined,
        );
    }

    /** Runs a script in it. */
    sh(script: string): Promise<RunResult> {
        return tryRun("docker", ["exec", "--interactive", this.id, "bash", "-s"], script);
    }

    async sql(statement: string, user = "root", password = "OpenBMP", flags = ""): Promise<string> {
        const { code, stdout, stderr } = await this.sh(
            `MYSQL_PWD='${password}' mysql --user=${user} ${flags} --batch --skip-column-names openBMP <<'END'\n${statement}\nEND`,
        );
        return code === 0 ? stdout.trim() : stderr.trim();
    }

    private async rest(login = publicLogin): Promise<RestAnswer> {
        const address = await this.inspect("{{.NetworkSettings.IPAddress}}");
        const { stdout } = await tryRun(process.execPath, ["-", address, "8001", login], restProgram);
        return readRestAnswer(stdout);
    }

    /** What REST answers; 0 where nobody does. */
    async status(login?: string): Promise<number> {
        return (await this.rest(login)).status;
    }

    async rows(): Promise<RouterRow[]> {
        const { status, body } = await this.rest();
        return status === 200 ? (JSON.parse(body) as { routers: { data: RouterRow[] } }).routers.data : [];
    }

    async row(name: string): Promise<RouterRow | undefined> {
        return (await this.rows()).find(({ RouterName }) => RouterName === name);
    }

    connectedRow(name: string, limitMs = 10_000): Promise<RouterRow> {
        return eventually(`${name} has its row`, limitMs, async () => {
            const row = await this.row(name);
            return row?.isConnected === 1 ? row : undefined;
        });
    }

    /** A simulated router inside, from an IPv4 address of the loopback interface. */
    async router(name: string, port = 5000): Promise<void> {
        await run("docker", [
            ...["exec", "--detach", this.id, "node", "/opt/openbmp/router.js"],
            ...["--host", "127.0.0.1", "--port", String(port), "--name", name],
        ]);
    }

    /** Connections that say nothing, for as long as the container lives. */
    async idleConnections(count: number): Promise<void> {
        await run("docker", [
            ...["exec", "--detach", this.id, "node", "-e"],
            `for (let i = 0; i < ${count}; i += 1) require("net").connect(5000, "127.0.0.1")`,
        ]);
    }

    describeGroup(): Promise<RunResult> {
        return this.sh(
            "/usr/local/kafka/bin/kafka-consumer-groups.sh --bootstrap-server localhost:9092 --new-consumer --describe --group openbmp-mysql-consumer",
        );
    }

    topics(options: string): Promise<RunResult> {
        return this.sh(`/usr/local/kafka/bin/kafka-topics.sh --zookeeper localhost:2181 ${options}`);
    }
}
