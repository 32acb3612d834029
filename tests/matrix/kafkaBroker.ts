import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { eventually, run } from "../e2e/run";
import type { Sandbox } from "../e2e/sandbox";
import { freePort } from "../freePort";

/** Of a cluster of one. */
const CLUSTER = "AAAAAAAAAAAAAAAAAAAAAQ";

/** What openbmpd writes into a topic: the fields of the line behind the header. */
export type Fields = readonly string[];

/** A real broker, Kafka in its KRaft mode, on the sandbox network's gateway, which is this machine. */
export class KafkaBroker {
    private process: ChildProcess | undefined;

    private constructor(
        private readonly address: string,
        private readonly controllerPort: number,
        private readonly directory: string,
        /** Where it listens, and sends its clients. */
        private port: number,
    ) {}

    static async start(sandbox: Sandbox): Promise<KafkaBroker> {
        const format = '{{range .IPAM.Config}}{{.Gateway}}{{"\\n"}}{{end}}';
        const gateways = await run("docker", ["network", "inspect", "--format", format, sandbox.info.network]);
        const address = gateways.split("\n").find((line) => line.includes(".")) ?? "";
        const directory = mkdtempSync(join(tmpdir(), "openbmp-kafka-"));
        const broker = new KafkaBroker(address, await freePort(), directory, await freePort());
        broker.configure();
        await promisify(execFile)("java", broker.command("kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c"));
        await broker.run();
        return broker;
    }

    /** `HOST:PORT`, as collectors are told. */
    get bootstrap(): string {
        return `${this.address}:${this.port}`;
    }

    /** `HOST:PORT` of nobody, to which the broker may move. */
    async nextPlace(): Promise<string> {
        return `${this.address}:${await freePort()}`;
    }

    async stop(): Promise<void> {
        const { process } = this;
        if (process) {
            const ended = new Promise((done) => process.once("exit", done));
            process.kill("SIGTERM");
            await ended;
        }
        this.process = undefined;
    }

    /** With what it had, at the same place or another one. */
    async startAgain(place = this.bootstrap): Promise<void> {
        this.port = Number(place.split(":")[1]);
        this.configure();
        await this.run();
    }

    async remove(): Promise<void> {
        await this.stop();
        rmSync(this.directory, { recursive: true, force: true });
    }

    /** All that is in a topic, the oldest first; none where there is no such topic. */
    async messages(topic: string, consumerImage: string): Promise<Fields[]> {
        const consumer = ["kcat", "-C", "-b", this.bootstrap, "-t", topic, "-o", "beginning", "-e", "-q", "-D", "\x1e"];
        const text = await run("docker", ["run", "--rm", "--network", "host", consumerImage, ...consumer]).catch(
            () => "",
        );
        return text
            .split("\x1e")
            .filter(Boolean)
            .map((message) =>
                message
                    .slice(message.indexOf("\n\n") + 2)
                    .trimEnd()
                    .split("\t"),
            );
    }

    private command(program: string, ...args: string[]): string[] {
        const libraries = process.env.KAFKA_LIBRARIES ?? "";
        return ["-Xmx256m", "-cp", join(libraries, "*"), program, ...args, join(this.directory, "server.properties")];
    }

    private configure(): void {
        const settings = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": `1@127.0.0.1:${this.controllerPort}`,
            "controller.listener.names": "CONTROLLER",
            listeners: `PLAINTEXT://${this.bootstrap},CONTROLLER://127.0.0.1:${this.controllerPort}`,
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "offsets.topic.replication.factor": 1,
            "log.dir": join(this.directory, "log"),
        };
        const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
        writeFileSync(join(this.directory, "server.properties"), lines.join(""));
    }

    private async run(): Promise<void> {
        this.process = spawn("java", this.command("kafka.Kafka"), { stdio: "ignore" });
        const connect = `exec 3<>/dev/tcp/${this.address}/${this.port}`;
        await eventually("the broker answers", 60_000, () =>
            promisify(execFile)("bash", ["-c", connect]).then(
                () => true,
                () => undefined,
            ),
        );
    }
}
