import * as pulumi from "@pulumi/pulumi";
import { ExistingHost, type ExistingHostArgs } from "../../components/host/existingHost";
import { loginKey } from "../awsConfig";
import { existingHost } from "./existingHost";
import { valueOf } from "./mocks";
import { answerWith, CreatedMachine, hostKey, type Registration, unmarked, watchScripts } from "./registrations";

const bastionKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKJ0kAqHPq8BhoWVBVhTcPHr8nLrMxvc7Z1yJm0jq2Nq";

async function deploy(change: Partial<ExistingHostArgs>) {
    const registrations: Registration[] = await answerWith();
    const host = new ExistingHost("host", { ...existingHost, ...change });
    const ipv6Address = await valueOf(host.ipv6Address);
    return { host, ipv6Address, registrations, inputs: unmarked(registrations.at(-1)?.inputs ?? {}) };
}

const login = { privateKey: loginKey.private, dialErrorLimit: 2, perDialTimeout: 15 };
const connection = { host: "collector.example", port: 2222, user: "admin", hostKey, ...login };

const scriptOf = watchScripts();

// Everything is told to the engine before the test environment goes.
afterEach(() => pulumi.runtime.disconnect());

test("an existing host is one command: the preflight, which undoes everything at its removal", async () => {
    const { registrations, inputs } = await deploy({});
    expect(registrations.map(({ type, name, parent, deletedWith }) => [type, name, parent, deletedWith])).toEqual([
        ["openbmp-aio-ipv6:host:ExistingHost", "host", "", ""],
        ["command:remote:Command", "host-preflight", "host", ""],
    ]);
    const { stdin, ...others } = inputs;
    expect(scriptOf(stdin)).toMatchSnapshot();
    expect(others).toEqual({
        connection,
        create: "sudo -n bash -euo pipefail -s -- apply",
        delete: "sudo -n bash -euo pipefail -s -- remove",
        logging: "stderr",
        addPreviousOutputInEnv: false,
    });
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
    const bastion = { address: "192.0.2.99", port: 2200, user: "jump", hostKey: bastionKey };
    const { inputs, host } = await deploy({ bastion });
    expect(inputs.connection).toEqual({
        ...connection,
        proxy: { host: "192.0.2.99", user: "jump", hostKey: bastionKey, port: 2200, ...login },
    });
    expect(await valueOf(host.sshCommand)).toBe("ssh -J jump@192.0.2.99:2200 -p 2222 admin@collector.example");
});

test("a bastion's IPv6 address is in brackets, as ssh -J wants it", async () => {
    const { host } = await deploy({
        bastion: { address: "2001:db8::99", port: 22, user: "jump", hostKey: bastionKey },
    });
    expect(await valueOf(host.sshCommand)).toBe("ssh -J jump@[2001:db8::99] -p 2222 admin@collector.example");
});

test("the host's IPv6 address is the one that it was given, and else the one that it has", async () => {
    expect((await deploy({ address: "2001:db8::10" })).ipv6Address).toBe("2001:db8::10");
    expect((await deploy({ address: "192.0.2.10" })).ipv6Address).toBe("2001:db8::77");
    expect((await deploy({ address: "collector.example" })).ipv6Address).toBe("2001:db8::77");
    expect((await deploy({ address: "2001:db8::10", routerFacingAddress: "2001:db8::5" })).ipv6Address).toBe(
        "2001:db8::5",
    );
});

test("a login name of a directory is quoted in the command to log in", async () => {
    const { host } = await deploy({ user: "CORP\\svc-bmp" });
    expect(await valueOf(host.sshCommand)).toBe("ssh -p 2222 'CORP\\svc-bmp@'collector.example");
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
    const registrations = await answerWith();
    const host = new ExistingHost("host", existingHost, { dependsOn: new CreatedMachine("before") });
    await valueOf(host.ipv4Address);
    expect(registrations.at(-1)?.dependsOn).toEqual(["before"]);
});
