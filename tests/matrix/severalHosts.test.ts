import { Deployment } from "../e2e/deployment";
import { dumpHost } from "../e2e/hostDump";
import { type RunResult, run, tryRun } from "../e2e/run";
import { Sandbox } from "../e2e/sandbox";
import { MINUTE } from "../e2e/story";

const OWNER_FILE = "/var/lib/openbmp-aio-ipv6/owner";

/** What an entry of `hosts` says of a sandbox. */
const entryOf = (name: string, { info: { address, user, hostKey } }: Sandbox) => ({ name, address, user, hostKey });

describe("a stack that goes from one host to three", () => {
    let sandboxes: readonly [Sandbox, Sandbox, Sandbox];
    let deployment: Deployment;
    let before: string;

    /** By the command that people and pipelines use. */
    const up = (): Promise<RunResult> =>
        tryRun(
            "scripts/pulumi",
            ["up", "--stack", deployment.stack.name, "--yes", "--skip-preview", "--non-interactive", "--color", "never"],
            undefined,
            deployment.stack.workspace.envVars,
        );

    async function setHosts(...hosts: readonly object[]): Promise<void> {
        await deployment.stack.removeConfig("hosts");
        await deployment.stack.setConfig("hosts", { value: JSON.stringify(hosts) }, false);
    }

    const summaryOf = async () => {
        const { changeSummary } = await deployment.stack.preview();
        return Object.keys(changeSummary).sort();
    };

    /** A router of the sandbox's network has a row under its own address. */
    async function expectRow(sandbox: Sandbox): Promise<void> {
        const address = await sandbox.startRouter("edge-1", "101");
        expect(await sandbox.connectedRouter("edge-1")).toMatchObject({ RouterIP: address });
    }

    beforeAll(async () => {
        sandboxes = [
            await Sandbox.up("several-1"),
            await Sandbox.up("several-2", process.env.SEVERAL_ENGINE ?? "26.1"),
            await Sandbox.up("several-3"),
        ];
        const [first, second, third] = sandboxes;
        // One login key is good for all.
        const key = await run("ssh-keygen", ["-y", "-f", first.info.privateKeyFile]);
        for (const other of [second, third]) {
            await other.root(`cat >>/home/admin/.ssh/authorized_keys <<'END'\n${key}END\n`);
        }
        await second.reboot();
        before = await dumpHost(second);
        // Each is on a network of its own.
        const allowed = JSON.stringify(sandboxes.map((each) => `${each.peerAddress("100")}/120`));
        deployment = await Deployment.create(first, { bmpAllowedCidrs: allowed, restAllowedCidrs: allowed });
        await deployment.up();
    }, 10 * MINUTE);
    afterAll(async () => {
        for (const sandbox of (sandboxes as typeof sandboxes | undefined) ?? []) {
            await sandbox.down();
        }
        (deployment as Deployment | undefined)?.remove();
    }, MINUTE);

    test(
        "leaves the first one as it is, and the one that is refused keeps none of the others from being deployed",
        async () => {
            const [first, second, third] = sandboxes;
            await third.root(`mkdir -p ${OWNER_FILE.replace(/\/owner$/, "")}; echo other/stack >${OWNER_FILE}`);
            await setHosts(entryOf("two", second), entryOf("three", third));
            expect(await summaryOf()).toEqual(["create", "same"]);
            const starts = await first.collectorStarts();
            const { code, stdout, stderr } = await up();
            console.log(code, stdout, stderr);
            expect(code).not.toBe(0);
            expect(stdout + stderr).toMatch(/three-host-preflight/);
            expect(await first.collectorStarts()).toBe(starts);
            await expectRow(first);
            await expectRow(second);
            console.log(JSON.stringify(await deployment.outputs()));
        },
        4 * MINUTE,
    );
});
