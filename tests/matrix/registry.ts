import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { quote } from "shlex";
import { eventually, run } from "../e2e/run";
import type { Sandbox } from "../e2e/sandbox";

const DOCKER_PLUGIN = join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins", "resource-docker-v4.9.0");

/** Why there can be no registry on this machine; undefined where there can. */
export function registryProblem(): string | undefined {
    const onPath = (process.env.PATH ?? "")
        .split(delimiter)
        .some((folder) => existsSync(join(folder, "docker-registry")));
    return onPath ? undefined : "no docker-registry";
}

/** Why no image of it can be pinned on this machine; undefined where one can. */
export function pinProblem(): string | undefined {
    return registryProblem() ?? (existsSync(DOCKER_PLUGIN) ? undefined : "no @pulumi/docker plugin 4.9.0");
}

const PORT = 15443;

/** Debian's docker-registry with TLS and a login, on the sandbox network's gateway, which is this machine. */
export class PrivateRegistry {
    readonly user = "puller";

    private constructor(
        readonly password: string,
        /** Host and port, as in image references. */
        readonly address: string,
        private readonly directory: string,
        private readonly process: ChildProcess,
    ) {}

    static async start(sandbox: Sandbox, password = "SECRETTOKEN"): Promise<PrivateRegistry> {
        const format = '{{range .IPAM.Config}}{{.Gateway}}{{"\\n"}}{{end}}';
        const gateways = await run("docker", ["network", "inspect", "--format", format, sandbox.info.network]);
        const gateway = gateways.split("\n").find((line) => line.includes(".")) ?? "";
        const directory = mkdtempSync(join(tmpdir(), "openbmp-registry-"));
        const file = (name: string) => join(directory, name);
        execFileSync(
            "openssl",
            [
                ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=registry"],
                ...["-addext", `subjectAltName=IP:${gateway}`, "-keyout", file("key.pem"), "-out", file("ca.pem")],
            ],
            { stdio: "ignore" },
        );
        const registry = new PrivateRegistry(
            password,
            `${gateway}:${PORT}`,
            directory,
            PrivateRegistry.spawn(directory, gateway, password),
        );
        await registry.trustedBy(sandbox);
        await eventually("the registry answers", 20_000, async () =>
            (await sandbox.tryRoot(registry.login)).code === 0 ? true : undefined,
        );
        return registry;
    }

    private static spawn(directory: string, gateway: string, password: string): ChildProcess {
        const file = (name: string) => join(directory, name);
        const crypt = "print crypt($ARGV[0], q($2y$05$abcdefghijklmnopqrstuu))";
        writeFileSync(file("htpasswd"), `puller:${execFileSync("perl", ["-e", crypt, password]).toString()}\n`);
        const config = {
            version: "0.1",
            log: { level: "warn" },
            storage: { filesystem: { rootdirectory: file("data") } },
            http: { addr: `${gateway}:${PORT}`, tls: { certificate: file("ca.pem"), key: file("key.pem") } },
            auth: { htpasswd: { realm: "test", path: file("htpasswd") } },
        };
        writeFileSync(file("config.yml"), JSON.stringify(config));
        return spawn("docker-registry", ["serve", file("config.yml")], { stdio: "ignore" });
    }

    /** The file that makes the plugin trust the registry, through SSL_CERT_FILE. */
    get caFile(): string {
        return join(this.directory, "ca.pem");
    }

    /** The sandbox's engine logs in, for pushing. */
    get login(): string {
        return `docker login --username ${this.user} --password-stdin ${this.address} <<<${quote(this.password)}`;
    }

    private async trustedBy(sandbox: Sandbox): Promise<void> {
        const folder = `/etc/docker/certs.d/${this.address}`;
        await sandbox.root(
            `mkdir -p ${folder}; cat >${folder}/ca.crt <<'END'\n${readFileSync(this.caFile, "utf8")}END\n`,
        );
    }

    /** Gives the tag to a new image, and returns the image's digest. */
    async push(sandbox: Sandbox, image: string, from: string, label: string): Promise<string> {
        const printed = await sandbox.root(`${this.login} >/dev/null 2>&1
            docker build --quiet --tag ${image} - <<<$'FROM ${from}\\nLABEL test=${label}' >/dev/null
            docker push --quiet ${image} >/dev/null
            docker inspect --format '{{index .RepoDigests 0}}' ${image}
            docker rmi ${image} >/dev/null
            docker logout ${this.address} >/dev/null 2>&1`);
        return /sha256:[0-9a-f]{64}/.exec(printed)?.[0] ?? `no digest in: ${printed}`;
    }

    stop(): void {
        this.process.kill();
        rmSync(this.directory, { recursive: true, force: true });
    }
}
