import { AwsCloud } from "../e2e/awsCloud";
import { type Deployment, proofOf } from "../e2e/deployment";
import { tryRun } from "../e2e/run";
import type { Sandbox } from "../e2e/sandbox";
import { MINUTE } from "../e2e/story";

/** What a stack with several collectors gives out of each. */
interface Outputs {
    readonly ipv6Address: string;
    readonly ipv4Address: string;
    readonly verification: unknown;
}

const OWNER_FILE = "/var/lib/openbmp-aio-ipv6/owner";

describe("a stack in AWS that goes from one VM to two and back", () => {
    let cloud: AwsCloud;
    let deployment: Deployment;
    let first: Sandbox;
    let second: Sandbox;
    let alone: ReturnType<AwsCloud["resources"]>;
    let standing: readonly [starts: number, logins: number];

    beforeAll(async () => {
        cloud = await AwsCloud.create("several", { subnets: 2 });
        // Data that must not go by itself.
        deployment = await cloud.deployment({ config: { ephemeral: "false" } });
        await deployment.up();
        first = cloud.machine();
        alone = cloud.resources();
        await first.startRouter("edge-1", "101");
        await first.connectedRouter("edge-1");
        standing = await standingOf(first);
    }, 15 * MINUTE);

    afterAll(async () => {
        await (cloud as AwsCloud | undefined)?.down();
    }, MINUTE);

    const changesOf = ({ summary }: Awaited<ReturnType<Deployment["up"]>>) =>
        Object.keys(summary.resourceChanges ?? {}).sort();

    /** What a VM went through: starts of its collector, and logins. */
    async function standingOf(machine: Sandbox) {
        return [await machine.collectorStarts(), await machine.acceptedLogins()] as const;
    }

    /** Nothing in the account that the first has, nothing on it, and no session with it changed. */
    async function expectFirstUntouched() {
        expect(cloud.resources()).toEqual(expect.arrayContaining(alone));
        expect(await standingOf(first)).toEqual(standing);
        expect(await first.sessionsOf("edge-1")).toBe(1);
    }

    test(
        "the second comes up beside the first, which stays as it is",
        async () => {
            await deployment.configure({ collectors: "2" });
            const result = await deployment.up();
            expect(changesOf(result)).toEqual(["create", "same"]);
            await expectFirstUntouched();
            second = cloud.machine(1);
            const { collectors, ...outputs } = result.outputs;
            const of = collectors?.value as Record<string, Outputs>;
            expect(Object.keys(of).sort()).toEqual(["collector-2", "first"]);
            expect(outputs.ipv6Address?.value).toBe(first.info.address);
            expect(of["collector-2"]).toMatchObject({ ipv6Address: second.info.address });
            expect(of["collector-2"]?.ipv4Address).not.toBe(outputs.ipv4Address?.value);
            for (const [verification, { info }] of [
                [outputs.verification?.value as unknown, first],
                [of["collector-2"]?.verification, second],
            ] as const) {
                expect(proofOf({ verification: { value: verification, secret: false } })).toEqual({
                    ...{ sentTo: info.address, seenAsSent: true },
                });
            }
        },
        8 * MINUTE,
    );

    test("is in the next zone, in a subnet of its own", () => {
        const subnets = cloud.resources().filter(({ token }) => token === "aws:ec2/subnet:Subnet");
        expect(subnets.map(({ properties }) => properties.availabilityZone)).toEqual([
            "eu-central-1b",
            "eu-central-1c",
        ]);
    });

    test(
        "a router has a row under its own address at each",
        async () => {
            const address = await second.startRouter("edge-2", "102");
            expect(await second.connectedRouter("edge-2")).toMatchObject({ RouterIP: address });
            expect(await first.connectedRouter("edge-1")).toMatchObject({ RouterIP: first.peerAddress("101") });
            expect((await first.routers()).map(({ RouterName }) => RouterName)).not.toContain("edge-2");
        },
        MINUTE,
    );

    test(
        "an up without a change changes nothing on either",
        async () => {
            const before = await standingOf(second);
            expect(changesOf(await deployment.up())).toEqual(["same"]);
            await expectFirstUntouched();
            expect(await standingOf(second)).toEqual(before);
        },
        MINUTE,
    );

    test(
        "the second goes alone, once its data is given up",
        async () => {
            await second.removePeers();
            const both = cloud.resources();
            await deployment.configure({ collectors: "1" });
            expect(await deployment.failingPreview()).toContain("protected");
            const { name, workspace } = deployment.stack;
            const pulumi = (...args: string[]) =>
                tryRun("pulumi", [...args, "--yes", "--stack", name], undefined, workspace.envVars);
            // With the preview that people see; without one the VM and its address would go, and the volume stay.
            const { code, stdout, stderr } = await pulumi("up", "--non-interactive");
            expect([code === 0, stdout + stderr]).toEqual([false, expect.stringContaining("protected")]);
            const urn = /urn:\S+::collector-2-host-data-volume/.exec(stdout + stderr)?.[0] ?? "";
            expect(cloud.resources()).toEqual(both);
            expect(await pulumi("state", "unprotect", urn)).toMatchObject({ code: 0 });
            const result = await deployment.up();
            expect(changesOf(result)).toEqual(["delete", "same"]);
            expect(result.outputs.collectors?.value).toEqual({});
            expect(cloud.resources()).toEqual(alone);
            await expectFirstUntouched();
        },
        4 * MINUTE,
    );

    test(
        "and comes again as before, beside the first",
        async () => {
            await deployment.configure({ collectors: "2" });
            expect(changesOf(await deployment.up())).toEqual(["create", "same"]);
            await expectFirstUntouched();
            expect(cloud.machine(1).info.address).toBe(second.info.address);
        },
        8 * MINUTE,
    );

    test(
        "one that fails does not keep the other from its update, and is named",
        async () => {
            second = cloud.machine(1);
            const owner = await second.root(`cat ${OWNER_FILE}; echo somebody/else >${OWNER_FILE}`);
            await deployment.configure({ reapply: "1" });
            const error = await deployment.failingUp({ continueOnError: true });
            expect(error).toContain("collector-2-");
            const updated = await standingOf(first);
            expect(updated[1]).toBeGreaterThan(standing[1]);
            await second.root(`echo '${owner.trim()}' >${OWNER_FILE}`);
            expect(changesOf(await deployment.up())).toEqual(["same", "update"]);
            // It had all of its update before.
            expect(await standingOf(first)).toEqual(updated);
        },
        4 * MINUTE,
    );
});
