import { readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { quote } from "shlex";
import { Deployment } from "../e2e/deployment";
import { root, run } from "../e2e/run";
import { Sandbox, standInImage } from "../e2e/sandbox";
import { pulumi } from "./commands";
import { inOrder, timeOnce } from "./hyperfine";
import { compare, type Measurement } from "./measurement";
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

/** A shell command that plays the same steps over one SSH connection that stays open. */
function playbook(sandbox: Sandbox, port: number): string {
    const { user, hostKey, privateKeyFile } = sandbox.info;
    const folder = dirname(privateKeyFile);
    const [inventory, knownHosts] = [join(folder, "inventory"), join(folder, "ansible_known_hosts")];
    writeFileSync(knownHosts, `[127.0.0.1]:${port} ${hostKey}\n`);
    writeFileSync(
        inventory,
        `[collectors]\n127.0.0.1 ansible_port=${port} ansible_user=${user} ` +
            `ansible_ssh_private_key_file=${privateKeyFile} ansible_ssh_common_args='-F /dev/null ` +
            `-o UserKnownHostsFile=${knownHosts} -o StrictHostKeyChecking=yes -o IdentityAgent=none ` +
            `-o ControlMaster=auto -o ControlPersist=60s -o ControlPath=${controlPath(sandbox)}'\n`,
    );
    const file = (name: string) => quote(join(root, "tests/bench/ansible", name));
    return (
        `env ANSIBLE_CONFIG=${file("ansible.cfg")} ansible-playbook --inventory ${quote(inventory)} ` +
        `--extra-vars image=${standInImage} ${file("playbook.yml")}`
    );
}

const controlPath = (sandbox: Sandbox) => join(dirname(sandbox.info.privateKeyFile), "control");

interface Times {
    readonly first: Record<string, number>;
    readonly unchanged: Record<string, number>;
}

/** Once each, on fresh hosts behind that round trip. */
async function round(roundTripMs: number, number: number): Promise<Times> {
    const [ours, other] = [await Sandbox.up("bench-up"), await Sandbox.up("bench-ansible")];
    const relays: Relay[] = [];
    let deployment: Deployment | undefined;
    try {
        await installPython(other);
        for (const { info } of [ours, other]) {
            relays.push(await relayTo(info.address, 22, roundTripMs));
        }
        const [ourPort = 0, otherPort = 0] = relays.map(({ port }) => port);
        deployment = await Deployment.create(ours, { hostAddress: "127.0.0.1", hostPort: String(ourPort) });
        const commands = {
            up: `${pulumi(deployment.stack, "scripts/pulumi")} up --yes --skip-preview`,
            ansible: playbook(other, otherPort),
        };
        const first = await timeOnce(inOrder(commands, number));
        // The next playbook opens a connection of its own, as on another day.
        await run("ssh", ["-F", "/dev/null", "-O", "exit", "-o", `ControlPath=${controlPath(other)}`, "127.0.0.1"]);
        return { first, unchanged: await timeOnce(inOrder(commands, number + 1)) };
    } finally {
        relays.forEach((relay) => {
            relay.close();
        });
        deployment?.remove();
        await ours.down();
        await other.down();
    }
}

/** A first and an unchanged `up` against an Ansible playbook of the same steps, at a round trip to the host. */
export async function besideAnsible(roundTripMs: number, rounds: number): Promise<Measurement[]> {
    const all: Times[] = [];
    for (let number = 0; number < rounds; number += 1) {
        say(`beside Ansible, round trip ${roundTripMs} ms: round ${number + 1} of ${rounds}`);
        all.push(await round(roundTripMs, number));
    }
    const measurement = (kind: "first" | "unchanged") =>
        compare(
            `${kind} \`up\`, round trip ${roundTripMs} ms`,
            "s",
            all.map((times) => times[kind].up ?? NaN),
            { name: "an Ansible playbook", values: all.map((times) => times[kind].ansible ?? NaN) },
            LIMITS[roundTripMs]?.[kind],
        );
    return [await measurement("first"), await measurement("unchanged")];
}
