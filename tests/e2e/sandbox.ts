import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { publicLogin, readRestAnswer, restProgram } from "./rest";
import { eventually, root, run, tryRun, type RunResult } from "./run";

export const standInImage = "openbmp-aio-stand-in:latest";
/** Ends on the host what keeps the rules of a deployment, so that they can be taken away one by one. */
export const stopKeepingRules = `systemctl stop openbmp-aio-ipv6-dnat openbmp-aio-ipv6-filter
    nft delete table inet openbmp-aio-ipv6 || true
    for family in -4 -6; do while ip $family rule del pref 99 2>/dev/null; do :; done; done`;

/** Begins it again. */
export const keepRules = "systemctl restart openbmp-aio-ipv6-filter openbmp-aio-ipv6-guard openbmp-aio-ipv6-dnat";

/** A real router, FRR; `scripts/test` builds it. */
export const routerImage = "openbmp-test-router:latest";

export interface SandboxInfo {
    readonly address: string;
    readonly addressV4: string;
    readonly user: string;
    readonly privateKeyFile: string;
    readonly hostKey: string;
    readonly network: string;
}

export interface RouterRow {
    readonly RouterName: string;
    readonly RouterIP: string;
    readonly isConnected: 0 | 1;
}

/** A line that openbmpd of the stand-in writes at its start, and what it was started on. */
export interface CollectorStart {
    readonly at: string;
    readonly adminId: string;
    readonly listenMode: string;
}

/** In the names of sandboxes, and so of stacks: tests of two checkouts do not meet. */
const CHECKOUT = createHash("sha256").update(root).digest("hex").slice(0, 6);

/** A sandbox host of a test's own, with the stand-in image loaded. */
export class Sandbox {
    private readonly peers: string[] = [];

    private constructor(
        readonly name: string,
        readonly info: SandboxInfo,
    ) {}

    /** A host that something else made, in a container of the name that sandboxes have. */
    static of(name: string, info: SandboxInfo): Sandbox {
        return new Sandbox(name, info);
    }

    static async up(purpose: string, engine = "26.1", firewall?: string): Promise<Sandbox> {
        const name = `${purpose}-${CHECKOUT}`;
        await run("scripts/sandbox", ["down", "--name", name]);
        const archive = (await run("scripts/stand-in", [])).trim();
        await run("scripts/sandbox", [
            ...["up", "--name", name, "--engine", engine, "--image", archive],
            ...(firewall ? ["--firewall", firewall] : []),
        ]);
        return new Sandbox(name, JSON.parse(await run("scripts/sandbox", ["info", "--name", name])) as SandboxInfo);
    }

    get privateKey(): string {
        return readFileSync(this.info.privateKeyFile, "utf8");
    }

    /** An address on the sandbox's network, outside the host. */
    peerAddress(suffix: string): string {
        return this.info.address.replace(/::.*/, `::${suffix}`);
    }

    /** Runs a script on the host as root; stdin is the script, so no quoting. */
    async root(script: string): Promise<string> {
        return run("docker", ["exec", "-i", this.container, "bash", "-euo", "pipefail"], script);
    }

    tryRoot(script: string): Promise<RunResult> {
        return tryRun("docker", ["exec", "-i", this.container, "bash", "-euo", "pipefail"], script);
    }

    /** Where docker-proxy connects from: the bridge's gateway, or the host's own address. */
    get addressesOfProxy(): readonly string[] {
        return ["fc00:172:17::1", this.info.address];
    }

    /** Another sandbox takes the login key of this one, too. */
    async mayLogInTo(other: Sandbox): Promise<void> {
        const key = await run("ssh-keygen", ["-y", "-f", this.info.privateKeyFile]);
        await other.root(`cat >>/home/${other.info.user}/.ssh/authorized_keys <<'END'\n${key}END\n`);
    }

    async reboot(): Promise<void> {
        await run("scripts/sandbox", ["reboot", "--name", this.name]);
    }

    /** Another engine's programs, as its package's upgrade leaves them; the containers and the settings stay. */
    async changeEngine(engine: string): Promise<void> {
        await run("scripts/sandbox", ["engine", "--name", this.name, "--engine", engine]);
    }

    /** Logins that the host's sshd accepted since it was made. */
    async acceptedLogins(): Promise<number> {
        const log = await this.root("journalctl --no-pager --output cat | grep -c '^Accepted publickey' || true");
        return Number(log.trim());
    }

    /** A simulated router with an address of its own, outside the host. */
    async startRouter(routerName: string, suffix: string, port = 5000): Promise<string> {
        const address = this.peerAddress(suffix);
        await this.startPeer(routerName, address, routerCommand(routerName, this.info.address, port));
        return address;
    }

    /** The same over IPv4; Docker chooses its address. */
    async startIpv4Router(routerName: string): Promise<string> {
        const name = await this.startPeer(routerName, "", routerCommand(routerName, this.info.addressV4));
        const format = `{{(index .NetworkSettings.Networks "${this.info.network}").IPAddress}}`;
        return (await run("docker", ["inspect", "--format", format, name])).trim();
    }

    /** How many sessions a simulated router had. */
    async sessionsOf(routerName: string): Promise<number> {
        const log = await run("docker", ["logs", `${this.container}-${routerName}`]);
        return log.split("\n").filter((line) => line.startsWith("connected from")).length;
    }

    /** Starts a container beside the host, on its network. */
    async startPeer(
        peerName: string,
        address: string,
        command: readonly string[],
        flags: readonly string[] = [],
        image = standInImage,
    ) {
        const name = `${this.container}-${peerName}`;
        this.peers.push(name);
        await run("docker", [
            ...["run", "--detach", "--name", name, "--network", this.info.network, "--ip6", address],
            ...flags,
            image,
            ...command,
        ]);
        return name;
    }

    /** Runs a Node.js program from an address beside the host, to its end. */
    runBeside(suffix: string, program: string, args: readonly string[] = []): Promise<RunResult> {
        return tryRun(
            "docker",
            [
                ...["run", "--rm", "--interactive", "--network", this.info.network, "--ip6", this.peerAddress(suffix)],
                ...[standInImage, "node", "-", ...args],
            ],
            program,
        );
    }

    async removePeers(): Promise<void> {
        if (this.peers.length > 0) {
            await tryRun("docker", ["rm", "--force", "--volumes", ...this.peers.splice(0)]);
        }
    }

    /** The routers that the collector lists, asked on the host itself. */
    async routers(port = 8001): Promise<RouterRow[]> {
        const text = await this.root(
            `docker exec -i openbmp_aio node - 127.0.0.1 ${port} ${publicLogin} <<'END'\n${restProgram}\nEND\n`,
        );
        return (JSON.parse(readRestAnswer(text).body) as { routers: { data: RouterRow[] } }).routers.data;
    }

    /** The router of that name, once it is connected. */
    connectedRouter(routerName: string): Promise<RouterRow> {
        return eventually(`router ${routerName} is connected`, 20_000, async () => {
            // While the image starts, its REST API does not answer.
            const rows = await this.routers().catch((): RouterRow[] => []);
            return rows.find((row) => row.RouterName === routerName && row.isConnected === 1);
        });
    }

    /** How often the collector was started since its data directory was made, its present start included. */
    async collectorStarts(): Promise<number> {
        return (await this.starts()).length;
    }

    /**
     * What openbmpd wrote at each of its starts, the oldest first. One whose container was
     * started just now writes a moment later, and is waited for.
     *
     * @param read - the command on the host that prints the file
     */
    starts(read = "cat /var/openbmp/mysql/starts.jsonl"): Promise<CollectorStart[]> {
        const since = "docker inspect --format '{{if .State.Running}}{{.State.StartedAt}}{{end}}' openbmp_aio";
        return eventually("openbmpd has started", 30_000, async () => {
            const [startedAt = "", ...lines] = (await this.root(`${since}; ${read} || true`)).split("\n");
            const starts = lines.filter(Boolean).map((line) => JSON.parse(line) as CollectorStart);
            const isBehind = Date.parse(starts.at(-1)?.at ?? "1970-01-01") < Date.parse(startedAt);
            return isBehind ? undefined : starts;
        });
    }

    /** What lists have that let in routers and peers of both families, as JSON. */
    get prefixesOfBothFamilies(): string {
        return JSON.stringify([`${this.peerAddress("100")}/120`, this.info.addressV4.replace(/\d+\.\d+$/, "0.0/16")]);
    }

    /** The collector's container comes back with another address, for another container took the one that got free. */
    async moveCollector(): Promise<void> {
        const former = await this.containerIpv6();
        await this.root(`docker stop --time 1 openbmp_aio
            docker run --detach --name squatter --env KAFKA_FQDN=squatter ${standInImage}
            docker start openbmp_aio`);
        if ((await this.containerIpv6()) === former) {
            throw new Error(`the container came back with ${former}`);
        }
    }

    async containerIpv6(): Promise<string> {
        return (await this.root("docker inspect --format '{{.NetworkSettings.GlobalIPv6Address}}' openbmp_aio")).trim();
    }

    async down(): Promise<void> {
        await this.removePeers();
        await run("scripts/sandbox", ["down", "--name", this.name]);
    }

    /** Docker's name of the host's container. */
    get container(): string {
        return `openbmp-sandbox-${this.name}`;
    }
}

/** What a simulated router runs. */
function routerCommand(name: string, host: string, port = 5000): string[] {
    return ["node", "/opt/openbmp/router.js", "--host", host, "--port", String(port), "--name", name];
}
