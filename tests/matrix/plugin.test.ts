import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { stringify } from "yaml";
import { fieldsByKey } from "../../components/settings/schema";
import { root, run } from "../e2e/run";
import { Sandbox, standInImage } from "../e2e/sandbox";
import { MINUTE } from "../e2e/story";

const TOKEN = "openbmp-aio-ipv6:index:OpenBmpCollector";

/** What Pulumi's Node.js language host runs for a plugin that it has the source of. */
const runPlugin = `#!/usr/bin/env bash
cd '${join(root, "plugin")}'
PULUMI_NODEJS_TYPESCRIPT=true exec node '${join(root, "node_modules/@pulumi/pulumi/cmd/run-plugin")}' . "$@"
`;

describe("a program in YAML that has the collector from the plugin", () => {
    const directory = mkdtempSync(join(tmpdir(), "openbmp-plugin-"));
    const plugin = join(directory, "pulumi-resource-openbmp-aio-ipv6");
    let sandbox: Sandbox;
    let stack: Stack;

    /** The program, with other properties. */
    const writeProgram = (changed: Readonly<Record<string, unknown>> = {}) => {
        const { address, user, hostKey } = sandbox.info;
        const routers = [`${sandbox.peerAddress("100")}/120`];
        const properties = {
            ...{ target: "host", hostAddress: address, hostUser: user, hostKey, sshPrivateKey: "${sshPrivateKey}" },
            ...{ image: standInImage, bmpAllowedCidrs: routers, restAllowedCidrs: routers, adminId: "edge" },
            ...changed,
        };
        const program = {
            name: "in-yaml",
            runtime: "yaml",
            plugins: { providers: [{ name: "openbmp-aio-ipv6", path: directory }] },
            config: { sshPrivateKey: { type: "string", secret: true } },
            resources: { edge: { type: TOKEN, properties } },
            outputs: { bmpEndpoint: "${edge.bmpEndpoint}", verification: "${edge.verification}" },
        };
        writeFileSync(join(directory, "Pulumi.yaml"), stringify(program, { aliasDuplicateObjects: false }));
    };

    beforeAll(async () => {
        sandbox = await Sandbox.up("plugin");
        writeFileSync(plugin, runPlugin, { mode: 0o755 });
        writeProgram();
        const envVars = {
            PULUMI_BACKEND_URL: `file://${directory}`,
            PULUMI_CONFIG_PASSPHRASE: "of a test",
            PULUMI_SKIP_UPDATE_CHECK: "true",
        };
        stack = await LocalWorkspace.createStack({ stackName: "lab", workDir: directory }, { envVars });
        await stack.setConfig("sshPrivateKey", { value: sandbox.privateKey, secret: true });
    }, 10 * MINUTE);
    afterAll(async () => {
        await sandbox?.down();
        rmSync(directory, { recursive: true });
    }, MINUTE);

    test(
        "is told by the CLI what the collector takes",
        async () => {
            const schema = JSON.parse(await run("pulumi", ["-C", directory, "package", "get-schema", plugin])) as {
                resources: Record<string, { inputProperties: object }>;
            };
            expect(Object.keys(schema.resources[TOKEN]?.inputProperties ?? {}).sort()).toEqual(
                [...fieldsByKey.keys()].sort(),
            );
        },
        MINUTE,
    );

    test(
        "is refused with what is wrong, before anything is touched",
        async () => {
            writeProgram({ bmpPort: 0 });
            await expect(stack.up()).rejects.toThrow("bmpPort must be a whole number from 1 to 65535, got 0");
            writeProgram({ restPassword: { "fn::secret": "short" } });
            await expect(stack.up()).rejects.toThrow("restPassword must be a text of 8 to 128 printable characters");
            expect(await sandbox.acceptedLogins()).toBe(0);
        },
        2 * MINUTE,
    );

    test(
        "deploys it, and takes it away",
        async () => {
            writeProgram();
            const { outputs } = await stack.up();
            expect(outputs.bmpEndpoint?.value).toBe(`[${sandbox.info.address}]:5000`);
            const address = await sandbox.startRouter("edge-1", "101");
            expect(await sandbox.connectedRouter("edge-1")).toMatchObject({ RouterIP: address });
            expect((await stack.up()).summary.resourceChanges).toEqual({ same: expect.any(Number) as number });
            await stack.destroy();
            expect(await sandbox.root("docker ps --all --quiet --filter name=openbmp_aio")).toBe("");
        },
        5 * MINUTE,
    );
});
