import { setTimeout } from "node:timers/promises";
import { AwsCloud } from "../e2e/awsCloud";
import { type Deployment, proofOf } from "../e2e/deployment";
import type { Sandbox } from "../e2e/sandbox";
import { MINUTE } from "../e2e/story";

describe("a VM in a network that is there already", () => {
    let cloud: AwsCloud;
    let deployment: Deployment;
    let machine: Sandbox;
    let network: ReturnType<AwsCloud["makeNetwork"]>;
    let config: Record<string, string>;

    beforeAll(async () => {
        cloud = await AwsCloud.create("given");
        network = cloud.makeNetwork();
        const { subnetId, securityGroupId } = network;
        config = {
            ...{ vpcCidr: "", subnetId, securityGroupIds: JSON.stringify([securityGroupId]) },
            ...{ dnsZoneId: AwsCloud.zone, dnsName: "bmp.example.net", kmsKeyId: "alias/collector" },
            ...{ snapshotRetainDays: "7", terminationProtection: "true" },
        };
        deployment = await cloud.deployment({ config });
    }, 10 * MINUTE);

    afterAll(async () => {
        await (cloud as AwsCloud | undefined)?.down();
    }, MINUTE);

    const one = (type: string) => cloud.resources().filter(({ token }) => token.endsWith(`:${type}`));
    const madeIds = () => cloud.resources().map(({ id }) => id);
    const changesOfUp = async () => Object.keys((await deployment.up()).summary.resourceChanges ?? {}).sort();

    test(
        "is deployed and proven, in that subnet and beside that group, with its name and its snapshots",
        async () => {
            const { outputs } = await deployment.up();
            machine = cloud.machine();
            const { address } = machine.info;
            expect(proofOf(outputs)).toEqual({ sentTo: address, seenAsSent: true });
            expect([one("Vpc").length, one("Subnet").length, one("Route").length]).toEqual([1, 1, 2]);
            expect(one("NetworkInterface")[0]?.properties).toMatchObject({
                subnetId: network.subnetId,
                securityGroups: [expect.stringMatching(/^sg-/), network.securityGroupId],
            });
            expect(one("Record").map(({ properties: { type, records } }) => [type, records])).toEqual(
                expect.arrayContaining([
                    ["AAAA", [address]],
                    ["A", [outputs.ipv4Address?.value]],
                ]),
            );
            expect(one("LifecyclePolicy")).toHaveLength(1);
            expect(await changesOfUp()).toEqual(["same"]);
        },
        6 * MINUTE,
    );

    test(
        "keeps its subnet, its key and its data: another one is refused before anything is touched",
        async () => {
            const before = cloud.resources();
            const others = {
                ...{ subnetId: "subnet-00000000", kmsKeyId: "alias/other", dataSnapshotId: "snap-00000000" },
                ...{ bmpPort: "5001", securityGroupIds: "[]" },
            };
            await deployment.configure(others);
            for (const error of [
                await deployment.failingPreview(),
                await deployment.failingUp(),
                await deployment.failingUp(),
            ]) {
                for (const [key, kept] of [
                    ["subnetId", `"${network.subnetId}"`],
                    ["kmsKeyId", '"alias/collector"'],
                    ["dataSnapshotId", "left out"],
                ]) {
                    expect(error).toContain(`${key} must be ${kept} on this stack`);
                }
            }
            expect(cloud.resources()).toEqual(before);
            await deployment.configure({ ...config, bmpPort: "5000", dataSnapshotId: "" });
            expect(await changesOfUp()).toEqual(["same"]);
        },
        3 * MINUTE,
    );

    test(
        "is not terminated while it is protected, and stands again after the attempt",
        async () => {
            const { id } = cloud.instance();
            await expect(deployment.destroy()).rejects.toThrow("may not be terminated");
            expect(cloud.instance().id).toBe(id);
            await deployment.configure({ terminationProtection: "false" });
            await deployment.up();
            expect(cloud.instance().id).toBe(id);
            expect(await changesOfUp()).toEqual(["same"]);
        },
        4 * MINUTE,
    );

    test(
        "goes, but for the network, and comes again with the data of a snapshot",
        async () => {
            const address = await machine.startRouter("edge-1", "111");
            await machine.connectedRouter("edge-1");
            await machine.removePeers();
            const starts = await machine.collectorStarts();
            // The image's MariaDB writes its log once a second.
            await setTimeout(3000);
            const dataSnapshotId = await cloud.snapshot();
            await deployment.destroy();
            expect(madeIds().sort()).toEqual([...network.ids].sort());
            await deployment.configure({ dataSnapshotId, dataVolumeGb: "60" });
            await deployment.up();
            machine = cloud.machine();
            expect(await machine.collectorStarts()).toBe(starts + 1);
            const rows = await machine.routers();
            expect(rows.map(({ RouterName, RouterIP }) => [RouterName, RouterIP])).toContainEqual(["edge-1", address]);
            await deployment.configure({ dataSnapshotId: "" });
            expect(await changesOfUp()).toEqual(["same"]);
        },
        6 * MINUTE,
    );
});
