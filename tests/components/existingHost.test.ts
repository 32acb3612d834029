import * as pulumi from "@pulumi/pulumi";
import { ExistingHost, type ExistingHostArgs } from "../../components/host/existingHost";
import { valueOf } from "./mocks";
import { answerWith, commandInputs, CreatedMachine, hostKey, type Registration, unmarked } from "./registrations";

const bastionKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKJ0kAqHPq8BhoWVBVhTcPHr8nLrMxvc7Z1yJm0jq2Nq";
const facts = { ipv6Address: "2001:db8::77", ipv4Address: "192.0.2.10" };

const plain: ExistingHostArgs = {
    owner: "p/s",
    address: "collector.example",
    port: 2222,
    user: "admin",
    hostKey,
    privateKey: "the login key",
    privateKeyPassword: undefined,
    bastion: undefined,
    image: "openbmp/aio:1",
    dockerNetwork: "bridge",
    bmpPort: 5001,
    restPort: 8002,
    kafkaFqdn: "localhost",
    kafkaAllowedCidrs: [],
    mysqlAllowedCidrs: [],
    adminId: undefined,
    memoryGb: 0,
    environment: { A: "1" },
    replaceContainer: false,
    mode: "dnat",
    fixedCidrV6: "fc00::/64",
    restartDocker: true,
    reapply: "again",
};

async function deploy(change: Partial<ExistingHostArgs>) {
    const registrations: Registration[] = await answerWith({ "host-preflight": JSON.stringify(facts) });
    const host = new ExistingHost("host", { ...plain, ...change });
    const ipv6Address = await valueOf(host.ipv6Address);
    return { host, ipv6Address, registrations, inputs: unmarked(registrations.at(-1)?.inputs ?? {}) };
}

const login = { privateKey: "the login key", dialErrorLimit: 2, perDialTimeout: 15 };
const connection = { host: "collector.example", port: 2222, user: "admin", hostKey, ...login };

const preflight = [
    "preflight",
    "apply",
    {
        MACHINE: hostKey,
        OWNER: "p/s",
        IMAGE: "openbmp/aio:1",
        DOCKER_NETWORK: "bridge",
        CONTAINER_IPV6: "",
        NETWORK_PREFIX: "",
        BMP_PORT: "5001",
        REST_PORT: "8002",
        OUTSIDE_PORTS: [],
        KAFKA_FQDN: "localhost",
        ADMIN_ID: "",
        MEMORY_GB: "",
        REPLACE_CONTAINER: "false",
        REAPPLY: "again",
        MODE: "dnat",
        FIXED_CIDR_V6: "fc00::/64",
        RESTART_DOCKER: "true",
    },
    { ENVIRONMENT: ["A=1"] },
] as const;

// Everything is told to the engine before the test environment goes.
afterEach(() => pulumi.runtime.disconnect());

test("an existing host is one command: the preflight, which undoes everything at its removal", async () => {
    const { registrations, inputs } = await deploy({});
    expect(registrations.map(({ type, name, parent, deletedWith }) => [type, name, parent, deletedWith])).toEqual([
        ["openbmp-aio-ipv6:host:ExistingHost", "host", "", ""],
        ["command:remote:Command", "host-preflight", "host", ""],
    ]);
    expect(inputs).toEqual(
        commandInputs(connection, preflight, {
            create: "sudo -n bash -euo pipefail -s -- apply",
            delete: "sudo -n bash -euo pipefail -s -- remove",
        }),
    );
    expect(registrations[0]?.inputs).toEqual({});
});

test("root needs no sudo", async () => {
    const { inputs } = await deploy({ user: "root" });
    expect([inputs.create, inputs.delete]).toEqual([
        "bash -euo pipefail -s -- apply",
        "bash -euo pipefail -s -- remove",
    ]);
});

test("the password of the login key goes along where there is one", async () => {
    const { inputs } = await deploy({ privateKeyPassword: "its password" });
    expect(inputs.connection).toEqual({ ...connection, privateKeyPassword: "its password" });
});

test("a bastion is reached with its own pinned key and the same login key", async () => {
    const bastion = { address: "192.0.2.99", user: "jump", hostKey: bastionKey };
    const { inputs, host } = await deploy({ bastion });
    expect(inputs.connection).toEqual({
        ...connection,
        // The provider adds its default port.
        proxy: { host: "192.0.2.99", user: "jump", hostKey: bastionKey, port: 22, ...login },
    });
    expect(await valueOf(host.sshCommand)).toBe("ssh -J jump@192.0.2.99 -p 2222 admin@collector.example");
});

test("a bastion's IPv6 address is in brackets, as ssh -J wants it", async () => {
    const { host } = await deploy({ bastion: { address: "2001:db8::99", user: "jump", hostKey: bastionKey } });
    expect(await valueOf(host.sshCommand)).toBe("ssh -J jump@[2001:db8::99] -p 2222 admin@collector.example");
});

test("the host's IPv6 address is the one that it was given, and else the one that it has", async () => {
    expect((await deploy({ address: "2001:db8::10" })).ipv6Address).toBe("2001:db8::10");
    expect((await deploy({ address: "192.0.2.10" })).ipv6Address).toBe("2001:db8::77");
    expect((await deploy({ address: "collector.example" })).ipv6Address).toBe("2001:db8::77");
});

test("addresses and the command to log in are not marked as secret", async () => {
    const { host } = await deploy({});
    const outputs = [host.ipv6Address, host.ipv4Address, host.sshCommand];
    expect(await Promise.all(outputs.map(valueOf))).toEqual([
        "2001:db8::77",
        "192.0.2.10",
        "ssh -p 2222 admin@collector.example",
    ]);
    expect(await Promise.all(outputs.map(pulumi.isSecret))).toEqual([false, false, false]);
});

test("the preflight waits for what the host is told to wait for", async () => {
    const registrations = await answerWith({ "host-preflight": JSON.stringify(facts) });
    const host = new ExistingHost("host", plain, { dependsOn: new CreatedMachine("before") });
    await valueOf(host.ipv4Address);
    expect(registrations.at(-1)?.dependsOn).toEqual(["before"]);
});
