import type * as pulumi from "@pulumi/pulumi";
import { configure, runInStack, secretText, valueOf } from "./mocks";
import { digest, hostCommands } from "./stepCases";
import { answerWith, hostConfig, hostKey, type Registration } from "./registrations";

const config = {
    ...hostConfig,
    bmpAllowedCidrs: '["2001:db8:1::/48","192.0.2.0/24"]',
    adminId: "lab-1",
};

describe("the whole program on an existing host", () => {
    let registered: Registration[];
    let outputs: Record<string, pulumi.Output<unknown>> &
        Record<"verification" | "routerConfig" | "readme", pulumi.Output<unknown>>;

    /** The commands, by name. */
    const commands = () => registered.filter(({ type }) => type === "command:remote:Command");
    const inputsOf = (name: string) => commands().find((command) => command.name === name)?.inputs ?? {};
    const scriptOf = (name: string) => secretText(inputsOf(name).stdin) ?? "";

    beforeAll(async () => {
        registered = await answerWith();
        configure(config);
        outputs = await runInStack(() => jest.requireActual<typeof outputs>("../../index"));
        await valueOf(outputs.verification);
        await valueOf(outputs.routerConfig);
    });

    test("registers each step and its command, and nothing else", () => {
        expect(commands().map(({ name }) => name)).toEqual(hostCommands);
        const components = registered.filter(({ type }) => type.startsWith("openbmp-aio-ipv6:"));
        expect(components.map(({ name }) => name)).toEqual([...new Set(commands().map(({ parent }) => parent))]);
        expect(registered).toHaveLength(components.length + hostCommands.length);
    });

    test("pins the host key and sends the script as a secret, in every command", () => {
        for (const { inputs } of commands()) {
            expect(inputs).toMatchObject({ logging: "stderr", addPreviousOutputInEnv: false });
            expect(inputs.create).toMatch(/^sudo -n bash -euo pipefail -s -- (apply|read)$/);
            expect(JSON.stringify(inputs.connection)).toContain(hostKey);
            expect(inputs).not.toHaveProperty("triggers");
            expect(secretText(inputs.stdin)).toContain(`MACHINE='${hostKey}'`);
        }
    });

    test("undoes everything in the host's own command, and only there", () => {
        const removable = commands().filter(({ inputs }) => inputs.delete !== undefined);
        expect(removable.map(({ name, inputs }) => [name, inputs.delete])).toEqual([
            ["host-preflight", "sudo -n bash -euo pipefail -s -- remove"],
        ]);
    });

    test("gives each step its own input, so that a change runs only what it concerns", () => {
        expect(scriptOf("ipv6-dnat-arm")).toContain("BMP_ALLOWED=(2001:db8:1::/48 192.0.2.0/24)\nREST_ALLOWED=()\n");
        for (const name of hostCommands.filter((name) => name !== "ipv6-dnat-arm")) {
            expect(scriptOf(name)).not.toContain("2001:db8:1::/48");
        }
        expect(scriptOf("docker-restart-restart")).not.toMatch(/^ADMIN_ID=/m);
        expect(scriptOf("collector-start")).toContain(
            `CONTAINER_ID=${digest("c")}\nCONFIG_SHA256=${digest("f")}\nRULES_SHA256=${digest("a")}\n`,
        );
    });

    test("works out two edits of the image's openbmpd.conf", () => {
        const edits = /^EDITS=\((.*)\)$/m.exec(scriptOf("collector-config-write"))?.[1]?.match(/'[^']*'/g) ?? [];
        expect(edits.map((edit) => Buffer.from(edit.slice(1, -1).split(" ")[2] ?? "", "base64").toString())).toEqual([
            "lab-1",
            "v4v6",
        ]);
    });

    test("has the outputs of the contract", async () => {
        const values: Record<string, unknown> = {};
        for (const [name, output] of Object.entries(outputs)) {
            values[name] = await valueOf(output);
        }
        expect(values).toEqual({
            ipv6Address: "2001:db8::10",
            ipv4Address: "192.0.2.10",
            bmpEndpoint: "[2001:db8::10]:5000",
            restUrl: "http://[2001:db8::10]:8001/db_rest/v1/routers",
            sshCommand: "ssh -p 22 admin@2001:db8::10",
            containerIpv6: "fc00:172:17::2",
            imageRef: "openbmp/aio:latest",
            datapath: "dnat: the engine does no IPv6 NAT, our rules carry IPv6 to the container",
            verification: {
                sentTo: "2001:db8::77",
                sentFrom: "fd6f::2",
                bmpSeenFrom: "fd6f::2",
                restSeenFrom: "fd6f::2",
                restStatus: "HTTP/1.1 200 OK",
                consumers: "attached",
            },
            routerConfig: {
                iosXr: expect.stringContaining("host 2001:db8::10 port 5000") as string,
                iosXe: expect.stringContaining("address 2001:db8::10 port-number 5000") as string,
                junos: expect.stringContaining("station-address 2001:db8::10") as string,
                eos: expect.stringContaining("connection address 2001:db8::10") as string,
                srOs: expect.stringContaining("ip-address 2001:db8::10") as string,
                frr: expect.stringContaining("bmp connect 2001:db8::10 port 5000") as string,
                vyos: expect.stringContaining("address 2001:db8::10") as string,
                sonic: expect.stringContaining("bmp connect 2001:db8::10 port 5000") as string,
            },
            readme: expect.any(String) as string,
            deployedSettings: expect.objectContaining({ image: "openbmp/aio:latest", adminId: "lab-1" }) as object,
            collectors: {},
            deployedCollectors: {},
        });
    });

    test("has a page for the console that shows outputs which exist", async () => {
        const page = String(await valueOf(outputs.readme));
        const shown = [...page.matchAll(/\$\{outputs\.([A-Za-z0-9]+)/g)].map(([, name]) => name);
        expect(shown).toContain("bmpEndpoint");
        expect(Object.keys(outputs)).toEqual(expect.arrayContaining(shown));
    });
});
