import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { HOST_STEPS } from "../../components/remote/hostScript";
import { AwsCloud } from "./awsCloud";
import { linkPackages } from "./checkout";
import type { Deployment } from "./deployment";
import { dumpHost } from "./hostDump";
import { root, tryRun } from "./run";
import { MINUTE, story } from "./story";

/** The commit of the release 0.1.0. */
const RELEASE = "e04d87095f4b1ba493789481c92859c24087bec5";

const isThere = spawnSync("git", ["cat-file", "-e", `${RELEASE}^{commit}`], { cwd: root }).status === 0;
/** A step that the release has not is created, and nothing else. */
const STEPS_OF_RELEASE = 7;
const changes = HOST_STEPS.length > STEPS_OF_RELEASE ? ["create", "same", "update"] : ["same", "update"];

/** A clone without its history cannot deploy what it no longer has. */
const withRelease = isThere ? describe : describe.skip;
const skipped = isThere ? "" : ": skipped, this clone has not its commit";

/** Brings the stack up with the program of the release, and returns what its CLI prints. */
async function upOfRelease(deployment: Deployment): Promise<string> {
    const project = mkdtempSync(join(tmpdir(), "openbmp-release-"));
    try {
        const unpack = `git archive ${RELEASE} | tar -x -C '${project}'`;
        expect((await tryRun("bash", ["-o", "pipefail", "-c", unpack])).code).toBe(0);
        linkPackages(project);
        const { name, workspace } = deployment.stack;
        copyFileSync(join(root, `Pulumi.${name}.yaml`), join(project, `Pulumi.${name}.yaml`));
        const args = ["-C", project, "up", "--yes", "--skip-preview", "--non-interactive", "--stack", name];
        const { stdout, stderr } = await tryRun("pulumi", args, undefined, workspace.envVars);
        return stdout + stderr;
    } finally {
        rmSync(project, { recursive: true });
    }
}

/** What an `up` does, by kinds of operations. */
async function changesOfUp(deployment: Deployment): Promise<string[]> {
    const { summary } = await deployment.up();
    return Object.keys(summary.resourceChanges ?? {}).sort();
}

withRelease.each([
    { engine: "26.1", mode: "dnat" },
    // There 0.1.0 switched the engine's IPv6 NAT off for everybody.
    { engine: "28.5", mode: "proxy" },
])(`a deployment of 0.1.0 in the mode $mode on an engine $engine${skipped}`, ({ engine, mode }) => {
    let before: string;
    const shared = story(`upgrade-${mode}`, {
        engine,
        config: { mode, environment: '{"ENABLE_RPKI":"1"}' },
        prepare: async (sandbox) => {
            await sandbox.reboot();
            before = await dumpHost(sandbox);
        },
    });

    const ip6tables = async () => (await shared.sandbox.root("jq .ip6tables /etc/docker/daemon.json")).trim();

    test(
        "is brought about",
        async () => {
            expect(await upOfRelease(shared.deployment)).toContain("16 created");
            expect(await ip6tables()).toBe(mode === "proxy" ? "false" : "null");
        },
        3 * MINUTE,
    );

    test(
        "comes to the present state by one up: nothing is created, deleted or replaced",
        async () => {
            const address = await shared.sandbox.startRouter("edge-1", "101");
            await shared.sandbox.connectedRouter("edge-1");
            const starts = await shared.sandbox.collectorStarts();
            expect(await shared.deployment.preview()).toMatch(
                /^warning: the last deployment was made by an earlier version: a container that it made is made anew once, /m,
            );
            expect(await changesOfUp(shared.deployment)).toEqual(changes);
            const outputs = await shared.deployment.outputs();
            expect(outputs.datapath?.value).toMatch(new RegExp(`^${mode}: `));
            expect(await ip6tables()).toBe("null");
            // Its container is made anew. Where Docker restarts before that, so does the former one, which
            // may be stopped again before its openbmpd has started.
            const more = (await shared.sandbox.collectorStarts()) - starts;
            expect(mode === "proxy" ? [1, 2] : [1]).toContain(more);
            expect(await shared.deployment.status("--check")).toMatchObject({ code: 0 });
            const { RouterIP } = await shared.sandbox.connectedRouter("edge-1");
            expect(RouterIP === address).toBe(mode === "dnat");
        },
        3 * MINUTE,
    );

    test(
        "is then unchanged by another, and taken away as if it had never been",
        async () => {
            expect(await changesOfUp(shared.deployment)).toEqual(["same"]);
            await shared.sandbox.removePeers();
            await shared.deployment.destroy();
            await shared.sandbox.reboot();
            expect(await dumpHost(shared.sandbox)).toBe(before);
        },
        3 * MINUTE,
    );
});

withRelease(`a deployment of 0.1.0 in AWS${skipped}`, () => {
    let cloud: AwsCloud;
    let deployment: Deployment;

    beforeAll(async () => {
        cloud = await AwsCloud.create("upgrade");
        deployment = await cloud.deployment();
    }, 10 * MINUTE);

    afterAll(async () => {
        await (cloud as AwsCloud | undefined)?.down();
    }, MINUTE);

    test(
        "is brought about, with its VM",
        async () => {
            expect(await upOfRelease(deployment)).toMatch(/\b\d+ created/);
            expect(await cloud.machine().collectorStarts()).toBe(1);
        },
        5 * MINUTE,
    );

    test(
        "comes to the present state by one up: the VM and all in the account stay",
        async () => {
            const ids = () => cloud.resources().map(({ id }) => id);
            const before = ids();
            expect(await changesOfUp(deployment)).toEqual(changes);
            expect(ids()).toEqual(before);
            expect(await cloud.machine().collectorStarts()).toBe(2);
            expect(await deployment.status("--check")).toMatchObject({ code: 0 });
            expect(await changesOfUp(deployment)).toEqual(["same"]);
        },
        5 * MINUTE,
    );
});
