import * as pulumi from "@pulumi/pulumi";
import { configure, printedFor, runProgram, secretText, valueOf } from "./mocks";
import { hostCommands, printed } from "./stepCases";
import { answerWith, hostConfig, hostKey, type Registration } from "./registrations";

const COMPONENT = "openbmp-aio-ipv6:index:OpenBmpCollector";
const lists = { bmpAllowedCidrs: '["2001:db8:1::/48"]', restAllowedCidrs: '["2001:db8:1::/48"]' };
const hosts = [
    { name: "ams", address: "2001:db8::20", user: "root", hostKey },
    { name: "fra-2", address: "2001:db8::30", user: "root", hostKey },
];

describe("the program with hosts besides hostAddress", () => {
    let alone: Registration[];
    let registered: Registration[];
    let outputs: Record<string, pulumi.Output<unknown>>;

    const scriptOf = (name: string) => secretText(registered.find((each) => each.name === name)?.inputs.stdin);

    async function runWith(config: Record<string, string>): Promise<Registration[]> {
        const registrations = await answerWith({ ...printed, ...printedFor("ams-"), ...printedFor("fra-2-") });
        configure({ ...hostConfig, ...lists, ...config });
        outputs = await runProgram();
        await valueOf(outputs.routerConfig as pulumi.Output<unknown>);
        return registrations;
    }

    beforeAll(async () => {
        alone = await runWith({});
        jest.resetModules();
        registered = await runWith({ hosts: JSON.stringify(hosts) });
    });

    test("registers the one of hostAddress as it is by itself", () => {
        const own = registered.filter(({ name }) => alone.some((each) => each.name === name));
        expect(own).toEqual(alone);
    });

    test("registers each of the others below a component of its own, and none waits for another", () => {
        const others = registered.filter(({ name }) => !alone.some((each) => each.name === name));
        for (const { name } of hosts) {
            const [component] = others.filter((each) => each.type === COMPONENT && each.name === name);
            expect(others.filter((each) => each.parent === component?.name).map(({ name: step }) => step)).toContain(
                `${name}-collector`,
            );
            const own = others.filter((each) => each.name.startsWith(`${name}-`));
            expect(own).toHaveLength(alone.length);
            for (const { dependsOn } of own) {
                expect(dependsOn.filter((each) => !each.startsWith(`${name}-`))).toEqual([]);
            }
        }
        expect(others).toHaveLength(hosts.length * (1 + alone.length));
    });

    test("gives each host an owner and an adminId of its own", () => {
        for (const { name } of hosts) {
            expect(scriptOf(`${name}-host-preflight`)).toMatch(new RegExp(`^OWNER=[^/\n]+/[^/\n]+/${name}$`, "m"));
            expect(scriptOf(`${name}-aio-container-create`) ?? "").toContain(`ADMIN_ID=${name}\n`);
        }
        expect(hostCommands.map((name) => scriptOf(`ams-${name}`)?.includes("MACHINE="))).not.toContain(false);
    });

    test("has the outputs of the first, those of each by its name, and lines for routers that send to all", async () => {
        expect(await valueOf(outputs.sshCommand as pulumi.Output<unknown>)).toContain("2001:db8::10");
        const each = (await valueOf(outputs.collectors as unknown as pulumi.Output<unknown>)) as Record<
            string,
            unknown
        >;
        expect(Object.keys(each)).toEqual(["first", "ams", "fra-2"]);
        expect(each.ams).toMatchObject({ ipv6Address: "2001:db8::20", bmpEndpoint: "[2001:db8::20]:5000" });
        expect(Object.keys(each.ams as object).sort()).toEqual(
            Object.keys(outputs)
                .filter((key) => !/^(deployed.*|collectors|routerConfig|readme)$/.test(key))
                .sort(),
        );
        const { frr, iosXr } = (await valueOf(outputs.routerConfig as pulumi.Output<unknown>)) as Record<
            string,
            string
        >;
        for (const address of ["2001:db8::10", "2001:db8::20", "2001:db8::30"]) {
            expect(frr).toContain(` bmp connect ${address} port 5000 `);
        }
        expect(iosXr).toMatch(/^bmp server 3\n host 2001:db8::30 port 5000\n description openbmp-fra-2$/m);
    });

    test("keeps for the next preview what each was deployed with, as a secret", async () => {
        const kept = outputs.deployedCollectors as unknown as Record<string, pulumi.Output<Record<string, string>>>;
        expect(Object.keys(kept)).toEqual(["ams", "fra-2"]);
        for (const [name, deployed] of Object.entries(kept)) {
            expect(await pulumi.isSecret(deployed)).toBe(true);
            expect((await valueOf(deployed)).adminId).toBe(name);
        }
    });
});
