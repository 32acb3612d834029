import { Deployment } from "../e2e/deployment";
import { dumpHost } from "../e2e/hostDump";
import { type RunResult, tryRun } from "../e2e/run";
import { Sandbox } from "../e2e/sandbox";
import { hostsConfig } from "../e2e/severalHosts";
import { MINUTE } from "../e2e/story";

const RECORD = "/var/lib/openbmp-aio-ipv6";
const MORE = "2001:db8:7::/48";
const STILL_MORE = "2001:db8:8::/48";

describe("a stack that goes from one host to three", () => {
    let sandboxes: readonly [first: Sandbox, second: Sandbox, third: Sandbox];
    let deployment: Deployment;
    let before: string;

    /** By the command that people and pipelines use. */
    async function up(): Promise<RunResult & { readonly said: string }> {
        const flags = ["--yes", "--skip-preview", "--non-interactive", "--color", "never"];
        const { name, workspace } = deployment.stack;
        const result = await tryRun("scripts/pulumi", ["up", "--stack", name, ...flags], undefined, workspace.envVars);
        return { ...result, said: result.stdout + result.stderr };
    }

    /** Makes the list of hosts that of these sandboxes, by the names that they have in it. */
    async function setHosts(hosts: Readonly<Record<string, Sandbox>>): Promise<void> {
        await deployment.stack.removeConfig("hosts");
        const listed = Object.entries(hosts).map(([name, sandbox]) => ({ name, sandbox }));
        await deployment.stack.setAllConfig(hostsConfig(listed), true);
    }

    async function previewed(): Promise<string[]> {
        const { changeSummary } = await deployment.stack.preview();
        return Object.keys(changeSummary).sort();
    }

    /** A router of the sandbox's network has a row under its own address. */
    async function expectRow(sandbox: Sandbox): Promise<void> {
        const address = await sandbox.startRouter("edge-1", "101");
        expect(await sandbox.connectedRouter("edge-1")).toMatchObject({ RouterIP: address });
    }

    const starts = () => Promise.all(sandboxes.map((each) => each.collectorStarts()));
    /** Which of the hosts have the prefix in their allow list. */
    const withPrefix = (prefix: string) =>
        Promise.all(
            sandboxes.map(async (each) => (await each.root("cat /etc/openbmp-aio-ipv6/dnat.conf")).includes(prefix)),
        );
    const collectors = async () =>
        (await deployment.outputs()).collectors?.value as Readonly<Record<string, Record<string, string>>>;

    beforeAll(async () => {
        sandboxes = [await Sandbox.up("several-1"), await Sandbox.up("several-2"), await Sandbox.up("several-3")];
        const [first, second, third] = sandboxes;
        for (const other of [second, third]) {
            await first.mayLogInTo(other);
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
        "leaves the first one as it is, and deploys another one beside one that is refused",
        async () => {
            const [first, second, third] = sandboxes;
            await third.root(`mkdir -p ${RECORD}; echo other/stack >${RECORD}/owner`);
            await setHosts({ two: second, three: third });
            expect(await previewed()).toEqual(["create", "same"]);
            const startsBefore = await first.collectorStarts();
            const { code, said } = await up();
            expect(code).not.toBe(0);
            expect(said).toContain("command:remote:Command (three-host-preflight):\n");
            expect(said).toContain("the host is deployed by the stack other/stack: destroy that one first");
            expect(await first.collectorStarts()).toBe(startsBefore);
            await expectRow(first);
            await expectRow(second);
        },
        4 * MINUTE,
    );

    test(
        "has outputs of those that were deployed, and lines for routers with them alone",
        async () => {
            const [first, second, third] = sandboxes;
            expect(await collectors()).toMatchObject({
                first: { ipv6Address: first.info.address },
                two: { ipv6Address: second.info.address },
                three: {},
            });
            expect((await collectors()).three).not.toHaveProperty("ipv6Address");
            const { code: status, stderr } = await deployment.status("--check");
            expect(status).toBe(2);
            expect(stderr).toMatch(/\/three: the stack's deployment was never completed/);
            const { routerConfig, ipv6Address } = await deployment.outputs();
            expect(ipv6Address?.value).toBe(first.info.address);
            const { frr } = routerConfig?.value as Record<string, string>;
            expect([first, second, third].map(({ info }) => frr?.includes(`bmp connect ${info.address} `))).toEqual([
                true,
                true,
                false,
            ]);
        },
        MINUTE,
    );

    test(
        "deploys the one that was refused by the next up, without touching the others",
        async () => {
            const [first, second, third] = sandboxes;
            await third.root(`rm -r ${RECORD}`);
            const startsBefore = await Promise.all([first.collectorStarts(), second.collectorStarts()]);
            expect(await up()).toMatchObject({ code: 0 });
            expect((await starts()).slice(0, 2)).toEqual(startsBefore);
            await expectRow(third);
            expect(await deployment.status("--check")).toMatchObject({ code: 0 });
            const { stdout } = await deployment.status("--json");
            expect(
                (JSON.parse(stdout) as { owner: string }[]).map(({ owner }) => owner.split("/")[2] ?? "").sort(),
            ).toEqual(["", "three", "two"]);
            expect((await deployment.status("--json", "--collector", "three")).stdout).toMatch(
                /"owner": ?"[^"]*\/three"/,
            );
        },
        4 * MINUTE,
    );

    test(
        "changes the others where one does not answer, keeps its outputs, and the next up changes that one",
        async () => {
            const [, second] = sandboxes;
            await second.root("systemctl stop ssh.socket ssh.service");
            await deployment.stack.setConfig("bmpAllowedCidrs[3]", { value: MORE }, true);
            const { two } = await collectors();
            const { code, said } = await up();
            expect(code).not.toBe(0);
            expect(said).toMatch(/command:remote:Command \(two-[a-z0-9-]+\):\n *error: .*connection refused/);
            expect(said).toContain(second.info.address);
            expect(await withPrefix(MORE)).toEqual([true, false, true]);
            expect((await collectors()).two).toEqual(two);
            const { code: status, stderr } = await deployment.status("--check");
            expect(status).toBe(2);
            expect(stderr).toMatch(/\/two: the host cannot be inspected: /);
            await second.root("systemctl start ssh.service");
            expect(await up()).toMatchObject({ code: 0 });
            expect(await withPrefix(MORE)).toEqual([true, true, true]);
        },
        5 * MINUTE,
    );

    test(
        "changes the others where what one answers is none, keeps its outputs, and reapply brings it in again",
        async () => {
            const [, second] = sandboxes;
            const strange = "/usr/local/bin/sha256sum";
            await second.root(
                `printf '#!/bin/sh\\n[ $# -gt 0 ] || cat >/dev/null\\necho nobody knows\\n' >${strange}; chmod +x ${strange}`,
            );
            await deployment.stack.setConfig("bmpAllowedCidrs[4]", { value: STILL_MORE }, true);
            const { two, ...others } = await collectors();
            const { code, said } = await up();
            expect(code).not.toBe(0);
            expect(said).toMatch(
                /command:remote:Command \(two-ipv6-dnat-arm\):\n *error: the host's answer does not fit \(it must be one JSON object, got "nobody knows"/,
            );
            expect(await collectors()).toEqual({ two, ...others });
            expect(await withPrefix(STILL_MORE)).toEqual([true, true, true]);
            for (const name of ["first", "three"]) {
                expect(await deployment.status("--check", "--collector", name)).toMatchObject({ code: 0 });
            }
            await second.root(`rm ${strange}`);
            await deployment.stack.setConfig("reapply", { value: "2" });
            expect(await up()).toMatchObject({ code: 0 });
            expect(await deployment.status("--check")).toMatchObject({ code: 0 });
        },
        5 * MINUTE,
    );

    test(
        "restores the one that is taken from the list, and that one only",
        async () => {
            const [, second, third] = sandboxes;
            await setHosts({ three: third });
            expect(await previewed()).toEqual(["delete", "same"]);
            const startsBefore = await starts();
            expect(await up()).toMatchObject({ code: 0 });
            await second.removePeers();
            await second.reboot();
            expect(await dumpHost(second)).toBe(before);
            expect(await Promise.all([sandboxes[0].collectorStarts(), third.collectorStarts()])).toEqual([
                startsBefore[0],
                startsBefore[2],
            ]);
            expect(await deployment.status("--check")).toMatchObject({ code: 0 });
        },
        4 * MINUTE,
    );
});
