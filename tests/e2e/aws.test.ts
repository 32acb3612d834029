import { hostCommands } from "../components/stepCases";
import type { UpResult } from "@pulumi/pulumi/automation";
import { AwsCloud } from "./awsCloud";
import { connectionsFrom } from "./connections";
import { type Deployment, proofOf } from "./deployment";
import type { Sandbox } from "./sandbox";
import { MINUTE } from "./story";

describe("a VM in AWS, from its first boot to its end", () => {
    let cloud: AwsCloud;
    let deployment: Deployment;
    let machine: Sandbox;
    let ipv6Address: string;
    let first: { address: string; starts: number; logins: number };

    beforeAll(async () => {
        cloud = await AwsCloud.create("aws");
        deployment = await cloud.deployment();
    }, 10 * MINUTE);

    afterAll(async () => {
        await (cloud as AwsCloud | undefined)?.down();
    }, MINUTE);

    /** What comes of connections to the VM from an address beside it. */
    const connections = (suffix: string, ports: readonly number[], address = ipv6Address) =>
        connectionsFrom(machine, suffix, address, ports);

    /** The address under which the collector records a router. */
    const recordedAddress = async (routerName: string, suffix: string) => {
        await machine.startRouter(routerName, suffix);
        return (await machine.connectedRouter(routerName)).RouterIP;
    };

    /** The device that holds the collector's data. */
    const dataDevice = async () =>
        (await machine.root("findmnt --noheadings --output SOURCE --target /var/openbmp/mysql")).trim();
    const volumeBytes = async () => Number(await machine.root(`blockdev --getsize64 ${await dataDevice()}`));

    /** What a VM must have in common with the one that it replaces, and what it went through. */
    const standing = async () => ({
        address: machine.info.address,
        starts: await machine.collectorStarts(),
        logins: await machine.acceptedLogins(),
    });

    test(
        "the first up makes the VM, waits for cloud-init, and proves the source address",
        async () => {
            const { outputs } = await deployment.up();
            machine = cloud.machine();
            ipv6Address = machine.info.address;
            expect(proofOf(outputs)).toEqual({ sentTo: ipv6Address, seenAsSent: true });
            expect(outputs.bmpEndpoint?.value).toBe(`[${ipv6Address}]:5000`);
            expect(await machine.root("cloud-init status")).toBe("status: done\n");
            first = await standing();
            expect(first).toEqual({ address: ipv6Address, starts: 1, logins: hostCommands.length + 1 });
        },
        5 * MINUTE,
    );

    test("the collector's data is on the data volume, an ext4 file system with its label", async () => {
        const device = await dataDevice();
        expect(await machine.root(`blkid --output value --match-tag TYPE --match-tag LABEL ${device}`)).toBe(
            "openbmp-data\next4\n",
        );
        expect(await volumeBytes()).toBe(50 * 2 ** 30);
    });

    test(
        "an allowed router is recorded under its own IPv6 address",
        async () => {
            expect(await recordedAddress("edge-1", "111")).toBe(machine.peerAddress("111"));
        },
        MINUTE,
    );

    test(
        "the security group lets nobody else in, and opens no other port",
        async () => {
            const none = "no answer";
            expect(await connections("211", [5000, 8001, 22])).toEqual([none, none, none]);
            expect(await connections("112", [8001, 22, 3306, 2181, 9092])).toEqual([
                "connected",
                none,
                none,
                none,
                none,
            ]);
            expect(await connections("112", [5000, 8001], machine.info.addressV4)).toEqual([none, none]);
        },
        MINUTE,
    );

    test("the security group lets out what its rules say, and nothing else", async () => {
        // Refused by the other side is an answer, too.
        const isTimeout = async (port: number) =>
            (await machine.tryRoot(`timeout 3 bash -c '</dev/tcp/${cloud.deployer}/${port}'`)).code === 124;
        expect(await isTimeout(443)).toBe(false);
        expect(await isTimeout(444)).toBe(true);
    });

    test(
        "an up without a change changes nothing and opens no SSH connection",
        async () => {
            const logins = await machine.acceptedLogins();
            const { summary } = await deployment.up();
            expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
            expect(await machine.acceptedLogins()).toBe(logins);
        },
        MINUTE,
    );

    test(
        "another instance type stops and starts the VM, a larger data volume is seen, and it serves again",
        async () => {
            const { id } = cloud.instance();
            await machine.removePeers();
            await deployment.configure({ instanceType: "t3.xlarge", dataVolumeGb: "60" });
            await deployment.up();
            expect(cloud.instance().id).toBe(id);
            // The file system follows only where ext4's online resize is allowed (CAP_SYS_RESOURCE).
            expect(await volumeBytes()).toBe(60 * 2 ** 30);
            expect(await recordedAddress("edge-2", "112")).toBe(machine.peerAddress("112"));
        },
        2 * MINUTE,
    );

    test.each<[string, () => Promise<UpResult>]>([
        [
            "another AMI makes a new VM",
            async () => {
                await deployment.configure({ amiId: AwsCloud.images[1] });
                return deployment.up();
            },
        ],
        [
            "a lost VM is made again",
            async () => {
                await cloud.lose();
                return deployment.up({ refresh: true });
            },
        ],
    ])(
        "%s with the same address and data, and every step is applied to it",
        async (_, replace) => {
            const [{ id }, { starts }] = [cloud.instance(), await standing()];
            await machine.removePeers();
            await replace();
            expect(cloud.instance().id).not.toBe(id);
            machine = cloud.machine();
            expect(await standing()).toEqual({ ...first, starts: starts + 1 });
            expect(await recordedAddress("edge-3", "113")).toBe(machine.peerAddress("113"));
        },
        4 * MINUTE,
    );

    test(
        "destroy completes with a VM that is gone, and leaves nothing in the account",
        async () => {
            await machine.removePeers();
            await cloud.lose();
            await deployment.destroy();
            expect(cloud.resources()).toEqual([]);
        },
        MINUTE,
    );
});
