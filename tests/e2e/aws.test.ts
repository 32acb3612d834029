import { AwsCloud } from "./awsCloud";
import { connectionFrom } from "./connections";
import { type Deployment, proofOf } from "./deployment";
import type { Sandbox } from "./sandbox";
import { MINUTE } from "./story";

describe("a VM in AWS, from its first boot to its end", () => {
    let cloud: AwsCloud;
    let deployment: Deployment;
    let machine: Sandbox;
    let ipv6Address: string;
    /** How many connections a whole deployment takes. */
    let firstLogins: number;

    beforeAll(async () => {
        cloud = await AwsCloud.create("aws");
        deployment = await cloud.deployment();
    }, 10 * MINUTE);

    afterAll(async () => {
        await (machine as Sandbox | undefined)?.removePeers();
        await (cloud as AwsCloud | undefined)?.down();
        (deployment as Deployment | undefined)?.remove();
    }, MINUTE);

    /** What comes of a connection to the VM from that address beside it. */
    const connection = (suffix: string, port: number, address = ipv6Address) =>
        connectionFrom(machine, suffix, address, port);

    /** How often the collector was started since there is the data volume. */
    const starts = () => machine.collectorStarts();

    /** A router from the allowed prefix is recorded under its own address. */
    const expectService = async (routerName: string, suffix: string) => {
        const address = await machine.startRouter(routerName, suffix);
        expect((await machine.connectedRouter(routerName)).RouterIP).toBe(address);
    };

    test(
        "the first up makes the VM, waits for cloud-init, and proves the source address",
        async () => {
            const { outputs } = await deployment.up();
            machine = cloud.machine();
            ipv6Address = machine.info.address;
            expect(proofOf(outputs)).toEqual({ sentTo: ipv6Address, seenAsSent: true });
            expect(outputs.bmpEndpoint?.value).toBe(`[${ipv6Address}]:5000`);
            expect(await machine.root("cloud-init status")).toBe("status: done\n");
            expect(await starts()).toBe(1);
            firstLogins = await machine.acceptedLogins();
        },
        5 * MINUTE,
    );

    test("the collector's data is on the data volume, an ext4 file system found by its label", async () => {
        const [fileSystem, label] = (
            await machine.root(
                "findmnt --noheadings --output FSTYPE --target /var/openbmp/mysql; blkid --label openbmp-data",
            )
        ).split("\n");
        expect(fileSystem).toBe("ext4");
        expect(label).toBe(
            (await machine.root("findmnt --noheadings --output SOURCE --target /var/openbmp/mysql")).trim(),
        );
    });

    test(
        "an allowed router is recorded under its own IPv6 address",
        async () => {
            await expectService("edge-1", "111");
        },
        MINUTE,
    );

    test(
        "the security group lets nobody else in, and opens no other port",
        async () => {
            expect(await connection("211", 5000)).toBe("no answer");
            expect(await connection("211", 8001)).toBe("no answer");
            expect(await connection("112", 8001)).toBe("connected");
            expect(await connection("112", 5000, machine.info.addressV4)).toBe("no answer");
            for (const port of [22, 3306, 2181, 9092]) {
                expect(await connection("112", port)).toBe("no answer");
            }
        },
        MINUTE,
    );

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
        "another instance type stops and starts the VM, and it serves again",
        async () => {
            const { id } = cloud.instance();
            await machine.removePeers();
            await deployment.configure({ instanceType: "t3.xlarge" });
            await deployment.up();
            expect(cloud.instance().id).toBe(id);
            await machine.root("systemctl is-system-running --wait || true");
            await expectService("edge-2", "112");
        },
        2 * MINUTE,
    );

    /** After the VM was replaced: the same address and data, and every step done on the new one. */
    const expectReplaced = async (formerId: string, formerStarts: number, routerName: string) => {
        expect(cloud.instance().id).not.toBe(formerId);
        machine = cloud.machine();
        expect(machine.info.address).toBe(ipv6Address);
        expect(await machine.acceptedLogins()).toBe(firstLogins);
        expect(await starts()).toBe(formerStarts + 1);
        await expectService(routerName, "113");
    };

    test(
        "another AMI makes a new VM with the same address and data, and every step is applied to it",
        async () => {
            const [{ id }, before] = [cloud.instance(), await starts()];
            await machine.removePeers();
            await deployment.configure({ amiId: AwsCloud.images[1] });
            await deployment.up();
            await expectReplaced(id, before, "edge-3");
        },
        4 * MINUTE,
    );

    test(
        "a lost VM is made again with the same address and data, and every step is applied to it",
        async () => {
            const [{ id }, before] = [cloud.instance(), await starts()];
            await machine.removePeers();
            await cloud.lose();
            await deployment.up({ refresh: true });
            await expectReplaced(id, before, "edge-4");
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
