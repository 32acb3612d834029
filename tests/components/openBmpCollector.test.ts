import { spawnSync } from "node:child_process";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { OpenBmpCollector } from "../../components/collector/openBmpCollector";
import type { OpenBmpCollectorArgs } from "../../components/collector/openBmpCollectorArgs";
import { loginKey, vmKey } from "../awsConfig";
import { recordAws } from "./awsMocks";
import type { Outcome } from "./lateArguments";
import { configure, outputsOf, printedFor, runInStack, secretText, valueOf } from "./mocks";
import { hostCommands, optionalCommands } from "./stepCases";
import { answerWith, hostKey, type Registration } from "./registrations";

const args: OpenBmpCollectorArgs = {
    target: "host",
    hostAddress: "2001:db8::10",
    hostUser: "root",
    hostKey,
    sshPrivateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nSECRETKEY\n-----END OPENSSH PRIVATE KEY-----\n",
    bmpAllowedCidrs: ["2001:db8:1::/48"],
};
// A process of its own takes seconds.
jest.setTimeout(60_000);

const TOKEN = "openbmp-aio-ipv6:index:OpenBmpCollector";

describe("two collectors in one program, one of them with outputs", () => {
    let registered: Registration[];
    let edge: OpenBmpCollector;
    let core: OpenBmpCollector;

    beforeAll(async () => {
        registered = await answerWith({ ...printedFor("edge-"), ...printedFor("core-") });
        // Not read: with it, the program would be refused.
        configure({ target: "neither" });
        [edge, core] = await runInStack(() => [
            new OpenBmpCollector("edge", { ...args, metrics: true, backupKeep: 7 }),
            new OpenBmpCollector("core", {
                ...args,
                hostAddress: pulumi.output(Promise.resolve("192.0.2.20")),
                sshPrivateKey: pulumi.secret(args.sshPrivateKey),
                restPassword: pulumi.secret("SECRETPASSWORD"),
                environment: { A: pulumi.secret("SECRETVARIABLE") },
                bastionAddress: pulumi.output("2001:db8::99"),
                bastionHostKey: pulumi.output(hostKey),
            }),
        ]);
        await Promise.all([edge, core].flatMap((each) => outputsOf(each).map(([, output]) => valueOf(output))));
    });

    // Everything is told to the engine before the test environment goes.
    afterAll(() => pulumi.runtime.disconnect());

    test("have the chain each, below a component of their own, by names that begin with its own", () => {
        const commands = registered.filter(({ type }) => type === "command:remote:Command").map(({ name }) => name);
        const [ofEdge, ofCore] = ["edge-", "core-"].map((prefix) => commands.filter((name) => name.startsWith(prefix)));
        expect(ofEdge).toEqual([...hostCommands, ...optionalCommands].map((name) => `edge-${name}`));
        expect(ofCore).toEqual(hostCommands.map((name) => `core-${name}`));
        const steps = registered.filter(({ type }) => type.startsWith("openbmp-aio-ipv6:") && type !== TOKEN);
        expect(steps.map(({ parent }) => parent)).toEqual(steps.map(({ name }) => name.slice(0, "edge".length)));
        expect(registered.filter(({ type }) => type === TOKEN).map(({ name }) => name)).toEqual(["edge", "core"]);
        expect(new Set(registered.map(({ type, name }) => `${type} ${name}`)).size).toBe(registered.length);
    });

    test("are two owners, neither of which takes the other's machine", () => {
        const owners = registered.flatMap(({ inputs }) => /^OWNER=.*$/m.exec(secretText(inputs.stdin) ?? "") ?? []);
        expect([...new Set(owners)]).toEqual(["OWNER=openbmp-aio-ipv6/test/edge", "OWNER=openbmp-aio-ipv6/test/core"]);
    });

    test("give out what is known of them, and no secret", async () => {
        const all = await Promise.all(
            outputsOf(core).map(async ([name, output]) => [name, await valueOf(output), await pulumi.isSecret(output)]),
        );
        expect(all.filter(([, , isSecret]) => isSecret)).toEqual([]);
        expect(Object.fromEntries(all.map(([name, value]) => [name, value] as const))).toMatchObject({
            ipv6Address: "2001:db8::77",
            bmpEndpoint: "[2001:db8::77]:5000",
            sshCommand: "ssh -J root@[2001:db8::99] -p 22 root@192.0.2.20",
        });
        expect(JSON.stringify(all)).not.toContain("SECRET");
        expect(await valueOf(edge.ipv6Address)).toBe("2001:db8::10");
    });

    test("send a secret that is an output to the steps that need it", () => {
        const with_ = (text: string) =>
            registered.filter(({ inputs }) => secretText(inputs.stdin)?.includes(text)).map(({ name }) => name);
        expect(with_("SECRETPASSWORD")).toEqual(["core-collector-start"]);
        expect(with_("A=SECRETVARIABLE")).toEqual(["core-host-preflight", "core-aio-container-create"]);
        expect(with_("HELD_PORTS=(rest)\n")).toEqual(["core-ipv6-dnat-arm"]);
    });
});

test("a collector in AWS has its own network, names and tags", async () => {
    const { registrations, calls } = await recordAws({}, printedFor("edge-"));
    const edge = await runInStack(
        () =>
            new OpenBmpCollector("edge", {
                hostPrivateKey: pulumi.secret(vmKey.private),
                sshPrivateKey: pulumi.secret(loginKey.private),
                sshAllowedCidrs: ["2001:db8:5::/48"],
                subnetId: pulumi.output("subnet-00000001"),
                securityGroupIds: [pulumi.output("sg-0000000a")],
                kmsKeyId: pulumi.output("alias/a"),
                snapshotRetainDays: 7,
            }),
    );
    await Promise.all(outputsOf(edge).map(([, output]) => valueOf(output)));
    const ofAws = registrations.filter(({ type }) => type.startsWith("aws:"));
    expect(ofAws.map(({ name }) => name).filter((name) => !name.startsWith("edge-"))).toEqual([]);
    const tags = ofAws.flatMap(({ inputs }) => (inputs.tags as { Name?: string } | undefined)?.Name ?? []);
    expect(tags.filter((name) => !name.startsWith("openbmp-aio-ipv6-test-edge-"))).toEqual([]);
    expect(ofAws.map(({ name }) => name)).toEqual(
        expect.arrayContaining(["edge-host-instance", "edge-host-data-volume", "edge-host-snapshots"]),
    );
    expect(ofAws.find(({ name }) => name === "edge-host-network-interface")?.inputs).toMatchObject({
        subnetId: "subnet-00000001",
        securityGroups: ["edge-network-security-group-id", "sg-0000000a"],
    });
    // The stack's outputs are the user's own.
    expect(calls.map(({ token }) => token)).not.toContain("pulumi:pulumi:readStackOutputs");
    await pulumi.runtime.disconnect();
});

test.each<[string, object, string[]]>([
    ["one that is none", { bmpPrt: 5000 }, ["bmpPrt is not a key of this project; did you mean bmpPort?"]],
    ["a wrong value", { bmpPort: 0 }, ["bmpPort must be a whole number from 1 to 65535, got 0"]],
    [
        "two that do not go together",
        { bmpPort: 22, restUser: "a" },
        [
            "bmpPort must be another port than hostPort, where SSH listens",
            "restPassword must be given together with restUser",
        ],
    ],
    ["one that is missing", { hostKey: undefined }, ["hostKey is missing: it must be a public SSH host key"]],
    [
        "one of the other target",
        { instanceType: "t3.large", sshAllowedCidrs: ["2001:db8::/48"] },
        ['sshAllowedCidrs must be left out where target is "host"'],
    ],
    [
        "an output that shapes resources",
        { bmpAllowedCidrs: pulumi.output(["2001:db8::/48"]) },
        ["bmpAllowedCidrs must be a value that is known when the program runs, got an output: give the value itself"],
    ],
    [
        "a wrong value beside an output",
        { bmpPort: 0, restPassword: pulumi.secret("SECRETPASSWORD") },
        ["bmpPort must be a whole number from 1 to 65535, got 0"],
    ],
    ["a secret that is wrong", { sshPrivateKey: "SECRETKEY" }, ["sshPrivateKey must be a private SSH key in PEM form"]],
])("an argument is refused at once: %s", async (_, changed, lines) => {
    const registered = await answerWith({});
    const problems = await runInStack(() => {
        try {
            new OpenBmpCollector("edge", { ...args, ...changed });
        } catch (error) {
            return (error as Error).message;
        }
        return "";
    });
    expect(problems.split("\n").map((line, index) => line.slice(0, (["", ...lines][index] ?? "").length + 2))).toEqual([
        expect.stringMatching(/^T/),
        ...lines.map((line) => `- ${line}`),
    ]);
    expect(problems).toMatch(/^The arguments of edge are not valid:\n/);
    expect(problems).not.toContain("SECRET");
    expect(registered).toEqual([]);
});

/** In a process of its own: there, as under Pulumi, a failed registration is an unhandled rejection. */
const outcomeOf = (what: string) =>
    JSON.parse(
        spawnSync(process.execPath, ["--import", "tsx", join(__dirname, "lateArguments.ts"), what], {
            encoding: "utf8",
        }).stdout,
    ) as Outcome;

test.each([
    ["a wrong address", "- hostAddress must be an IPv4 or IPv6 address or a DNS name"],
    ["a wrong secret", "- restPassword must be a text of 8 to 128 printable characters"],
    ["what does not go together", "- restPort must be another port than bmpPort, got 5000"],
    ["a wrong key in AWS", "- hostPrivateKey must be a private ed25519 key without a password"],
])("an argument that is an output is refused before any resource is made: %s", (what, line) => {
    const { errors, registered } = outcomeOf(what);
    expect(errors).toEqual([expect.stringContaining(`The arguments of edge are not valid:\n${line}`)]);
    expect(errors.join()).not.toContain("SECRET");
    expect(registered).toEqual([]);
});

test("an argument that is not known yet is no reason to refuse a preview", () => {
    expect(outcomeOf("an address that is not known yet")).toEqual({
        errors: [],
        registered: expect.arrayContaining(["edge", "edge-host-preflight", "edge-collector-start"]) as string[],
    });
});
