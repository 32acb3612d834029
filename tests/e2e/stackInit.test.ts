import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { parseSettings } from "../parseSettings";
import { root, tryRun } from "./run";
import { MINUTE } from "./story";

const namespace = "openbmp-aio-ipv6:";

describe("scripts/stack init", () => {
    const names: string[] = [];
    const state = mkdtempSync(join(tmpdir(), "openbmp-stack-"));
    const env = { PULUMI_BACKEND_URL: `file://${state}`, PULUMI_CONFIG_PASSPHRASE: "of a test" };

    const fileOf = (name: string) => join(root, `Pulumi.${name}.yaml`);
    const init = (name: string, ...options: string[]) => {
        names.push(name);
        return tryRun("scripts/stack", ["init", name, ...options], "", env);
    };

    /** The stack's own keys, in clear, as the program gets them. */
    const configOf = async (name: string) => {
        const shown = await tryRun("scripts/pulumi", ["config", "--stack", name, "--show-secrets", "--json"], "", env);
        const values = JSON.parse(shown.stdout) as Record<string, { value?: string; objectValue?: unknown }>;
        return Object.fromEntries(
            Object.entries(values)
                .filter(([key]) => key.startsWith(namespace))
                .map(([key, { value, objectValue }]) => [
                    key.slice(namespace.length),
                    objectValue === undefined ? (value ?? "") : JSON.stringify(objectValue),
                ]),
        );
    };

    afterAll(() => {
        rmSync(state, { recursive: true, force: true });
        for (const name of names.filter((each) => /^init-/.test(each))) {
            rmSync(fileOf(name), { force: true });
        }
    });

    test(
        "makes a stack for AWS that lacks only what nobody else can know",
        async () => {
            const { code, stdout } = await init("init-aws");
            expect(code).toBe(0);
            expect(stdout).toContain("in Pulumi.init-aws.yaml: aws:region, sshAllowedCidrs and bmpAllowedCidrs");
            const config = await configOf("init-aws");
            expect(() => parseSettings(config)).toThrow(/valid:\n- sshAllowedCidrs must be a list[^\n]*$/);
            const settings = parseSettings({ ...config, sshAllowedCidrs: '["2001:db8::/48"]' });
            expect(settings).toMatchObject({ target: "aws", instanceType: "t3.large", dataVolumeGb: 50 });
        },
        MINUTE,
    );

    test(
        "leaves its comments in the file, and no key in clear",
        async () => {
            await init("init-file");
            const text = readFileSync(fileOf("init-file"), "utf8");
            const { config } = parse(text) as { config: Record<string, { secure?: string }> };
            expect(text).toContain("# Your routers. FILL IN");
            expect(text.indexOf("# Made by")).toBeLessThan(text.indexOf("sshPrivateKey:"));
            for (const key of ["sshPrivateKey", "hostPrivateKey"]) {
                expect(config[`${namespace}${key}`]?.secure).toMatch(/^v1:/);
            }
            expect(text).not.toContain("PRIVATE KEY-----");
        },
        MINUTE,
    );

    test(
        "makes a stack for a machine that is there, and shows the key to put on it",
        async () => {
            const { stdout } = await init("init-host", "--target", "host");
            expect(stdout).toMatch(/authorized_keys of hostUser:\n +ssh-ed25519 AAAA\S+ openbmp-init-host\n/);
            const config = await configOf("init-host");
            expect(config.hostPrivateKey).toBe("");
            const filled = {
                hostAddress: "2001:db8::10",
                hostUser: "admin",
                hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMWeg6/r6oA2s81dLkd7ESm8BRHQOUd2zOEAUG5rH+ef",
            };
            expect(parseSettings({ ...config, ...filled }).target).toBe("host");
        },
        MINUTE,
    );

    test(
        "makes the example its stack's file, which lacks only what is the host's own",
        async () => {
            const example = readFileSync(fileOf("dev"), "utf8");
            writeFileSync(fileOf("init-example"), example);
            expect((await init("init-example", "--target", "aws")).stderr).toContain("is for host: leave --target out");
            expect(readFileSync(fileOf("init-example"), "utf8")).toBe(example);
            expect((await init("init-example")).code).toBe(0);
            expect(readFileSync(fileOf("init-example"), "utf8")).toContain(example);
            expect(existsSync(`${fileOf("init-example")}.example`)).toBe(false);
            const config = await configOf("init-example");
            expect(() => parseSettings(config)).toThrow(/valid:\n- hostKey must be [^\n]*$/);
        },
        MINUTE,
    );

    test(
        "overwrites neither a file nor a stack",
        async () => {
            const stackFile = "encryptionsalt: v1:x\nconfig: {}\n";
            writeFileSync(fileOf("init-there"), stackFile);
            const refused = await init("init-there");
            expect([refused.code, refused.stderr]).toEqual([
                1,
                expect.stringContaining("Pulumi.init-there.yaml is already there"),
            ]);
            expect(readFileSync(fileOf("init-there"), "utf8")).toBe(stackFile);
            rmSync(fileOf("init-host"));
            const { code, stderr } = await init("init-host");
            expect(code).not.toBe(0);
            expect(stderr).toContain("already exists");
            expect(existsSync(fileOf("init-host"))).toBe(false);
            expect((await tryRun("scripts/pulumi", ["stack", "ls"], "", env)).stdout).toContain("init-host");
        },
        MINUTE,
    );

    test.each([
        [["init"], "NAME must be"],
        [["init", "a b"], 'got "a b"'],
        [["init", "../x"], 'got "../x"'],
        [["init", "-x"], "unknown option -x"],
        [["init", "a", "b"], 'NAME must be one name, got "a" and "b"'],
        [["init", "a", "--target", "gcp"], '--target must be aws or host, got "gcp"'],
        [["init", "a", "--target"], "--target must be aws or host, got nothing"],
        [["make", "a"], "usage: scripts/stack init NAME"],
    ])("%j is refused", async (args, text) => {
        const { code, stderr } = await tryRun("scripts/stack", args);
        expect([code, stderr]).toEqual([1, expect.stringContaining(text)]);
    });
});
