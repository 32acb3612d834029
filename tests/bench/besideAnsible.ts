import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation";
import { quote } from "shlex";
import { Deployment } from "../e2e/deployment";
import { root, run } from "../e2e/run";
import { hostsConfig } from "../e2e/severalHosts";
import { Sandbox, standInImage } from "../e2e/sandbox";
import { pulumi } from "./commands";
import { inOrder, timeOnce } from "./hyperfine";
import { compare, type Measurement, sampleOf } from "./measurement";
import { programsFor, programStack } from "./programs";
import { type Relay, relayTo } from "./relay";
import { say } from "./say";

/** What the ratios must not be above, by the round trip in milliseconds. */
const LIMITS: Readonly<Record<number, { readonly first: number; readonly unchanged: number }>> = {
    0: { first: 0.8, unchanged: 0.5 },
    150: { first: 0.85, unchanged: 0.2 },
};

/** The Python that Ansible needs on a host; a sandbox has none. */
async function installPython(sandbox: Sandbox): Promise<void> {
    const folder = process.env.BENCH_PYTHON ?? "";
    const packages = readdirSync(folder).filter((file) => file.endsWith(".deb"));
    for (const file of packages) {
        await run("docker", ["cp", "--quiet", join(folder, file), `${sandbox.container}:/opt/${file}`]);
    }
    await sandbox.root("apt-get install --yes --no-install-recommends /opt/*.deb >/dev/null 2>&1 && rm /opt/*.deb");
}

/** Where a machine is reached: behind a relay. */
interface Far {
    readonly sandbox: Sandbox;
    readonly relay: Relay;
}

const controlFolder = (first: Sandbox) => dirname(first.info.privateKeyFile);

/** A shell command that plays the same steps on all machines, over one SSH connection to each that stays open. */
function playbook(machines: readonly [Far, ...Far[]]): string {
    const [{ sandbox: first }] = machines;
    const folder = controlFolder(first);
    const [inventory, knownHosts] = [join(folder, "inventory"), join(folder, "ansible_known_hosts")];
    writeFileSync(
        knownHosts,
        machines.map(({ sandbox, relay }) => `[127.0.0.1]:${relay.port} ${sandbox.info.hostKey}\n`).join(""),
    );
    const hosts = machines.map(
        ({ sandbox, relay }, index) =>
            `host${index} ansible_host=127.0.0.1 ansible_port=${relay.port} ansible_user=${sandbox.info.user} ` +
            `ansible_ssh_private_key_file=${first.info.privateKeyFile} ansible_ssh_common_args='-F /dev/null ` +
            `-o UserKnownHostsFile=${knownHosts} -o StrictHostKeyChecking=yes -o IdentityAgent=none ` +
            `-o ControlMaster=auto -o ControlPersist=60s -o ControlPath=${join(folder, `control-${relay.port}`)}'\n`,
    );
    writeFileSync(inventory, `[collectors]\n${hosts.join("")}`);
    const file = (name: string) => quote(join(root, "tests/bench/ansible", name));
    return (
        `env ANSIBLE_CONFIG=${file("ansible.cfg")} ansible-playbook --inventory ${quote(inventory)} ` +
        `--extra-vars image=${standInImage} ${file("playbook.yml")}`
    );
}

/** Fresh machines, all of them open to the login key of the first, each behind a relay of its own. */
async function machinesOf(purpose: string, count: number, roundTripMs: number): Promise<[Far, ...Far[]]> {
    const machines: Far[] = [];
    for (let number = 1; number <= count; number += 1) {
        const sandbox = await Sandbox.up(`${purpose}-${number}`);
        machines.push({ sandbox, relay: await relayTo(sandbox.info.address, 22, roundTripMs) });
        if (number > 1) {
            await machines[0]?.sandbox.mayLogInTo(sandbox);
        }
    }
    return machines as [Far, ...Far[]];
}

async function leave({ sandbox, relay }: Far): Promise<void> {
    relay.close();
    await sandbox.down();
}

/** A stack of all machines. */
async function deploymentOn([first, ...others]: readonly [Far, ...Far[]]): Promise<Deployment> {
    const address = (relay: Relay) => ({ hostAddress: "127.0.0.1", hostPort: String(relay.port) });
    const deployment = await Deployment.create(first.sandbox, address(first.relay));
    const hosts = others.map(({ sandbox, relay }, index) => ({
        name: `other-${index}`,
        sandbox,
        address: "127.0.0.1",
        port: relay.port,
    }));
    await deployment.stack.setAllConfig(hostsConfig(hosts), true);
    return deployment;
}

interface Times {
    readonly first: Record<string, number>;
    readonly unchanged: Record<string, number>;
}

/** Once each, on fresh hosts behind that round trip. */
async function round(roundTripMs: number, count: number, number: number): Promise<Times> {
    const ours = await machinesOf("bench-up", count, roundTripMs);
    const others = await machinesOf("bench-ansible", count, roundTripMs);
    const directory = mkdtempSync(join(tmpdir(), "openbmp-bench-"));
    let deployment: Deployment | undefined;
    try {
        for (const { sandbox } of others) {
            await installPython(sandbox);
        }
        deployment = await deploymentOn(ours);
        const [{ sandbox, relay }] = ours;
        const { allCommands } = programsFor(sandbox, { host: "127.0.0.1", port: relay.port });
        const trivial = await programStack(directory, "trivial", allCommands, deployment.stack);
        const up = (stack: Stack) => `${pulumi(stack, "scripts/pulumi")} up --yes --skip-preview`;
        const commands = { up: up(deployment.stack), ansible: playbook(others) };
        const first = await timeOnce(inOrder({ ...commands, trivial: up(trivial) }, number));
        // The next playbook opens connections of its own, as on another day.
        for (const { relay } of others) {
            const path = join(controlFolder(others[0].sandbox), `control-${relay.port}`);
            await run("ssh", ["-F", "/dev/null", "-O", "exit", "-o", `ControlPath=${path}`, "127.0.0.1"]);
        }
        return { first, unchanged: await timeOnce(inOrder(commands, number + 1)) };
    } finally {
        rmSync(directory, { recursive: true, force: true });
        deployment?.remove();
        for (const machine of [...ours, ...others]) {
            await leave(machine);
        }
    }
}

interface Beside {
    readonly roundTripMs: number;
    readonly hosts: number;
    readonly rounds: number;
}

/** A first and an unchanged `up` against an Ansible playbook of the same steps, at a round trip to the hosts. */
export async function besideAnsible({ roundTripMs, hosts, rounds }: Beside): Promise<Measurement[]> {
    const where = `${hosts} host${hosts === 1 ? "" : "s"}, round trip ${roundTripMs} ms`;
    const all: Times[] = [];
    for (let number = 0; number < rounds; number += 1) {
        say(`beside Ansible, ${where}: round ${number + 1} of ${rounds}`);
        all.push(await round(roundTripMs, hosts, number));
    }
    const trivial = await sampleOf(all.map(({ first }) => first.trivial ?? NaN));
    const measurement = (kind: "first" | "unchanged") =>
        compare(
            `${kind} \`up\`, ${where}`,
            "s",
            all.map((times) => times[kind].up ?? NaN),
            { name: "an Ansible playbook", values: all.map((times) => times[kind].ansible ?? NaN) },
            hosts === 1 ? LIMITS[roundTripMs]?.[kind] : undefined,
        );
    const note = `a first \`up\` of as many commands as one host has, which do nothing: ${trivial.median.toPrecision(3)} s`;
    return [{ ...(await measurement("first")), note }, await measurement("unchanged")];
}
