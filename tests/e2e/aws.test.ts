import { AwsCloud } from "./awsCloud";
import { connectProgram } from "./connect";
import { type Deployment, proofOf } from "./deployment";
import type { Sandbox } from "./sandbox";
import { MINUTE } from "./story";

describe("a VM in AWS, from its first boot to its end", () => {
    let cloud: AwsCloud;
    let deployment: Deployment;
    let machine: Sandbox;
    let ipv6Address: string;

    beforeAll(async () => {
        cloud = await AwsCloud.create("aws");
        deployment = await cloud.deployment();
    }, 10 * MINUTE);

    afterAll(async () => {
        await (machine as Sandbox | undefined)?.removePeers();
        await (cloud as AwsCloud | undefined)?.down();
        (deployment as Deployment | undefined)?.remove();
    }, MINUTE);

    /** Whether a connection from that address beside the VM comes about. */
    const connection = async (suffix: string, port: number) =>
        (await machine.runBeside(suffix, connectProgram, [ipv6Address, String(port)])).stdout.trim();

    /** How often the collector was started since there is the data volume. */
    const starts = async () => (await machine.root("cat /var/openbmp/mysql/starts.jsonl")).trim().split("\n");

    test(
        "the first up makes the VM, waits for cloud-init, and proves the source address",
        async () => {
            const { outputs } = await deployment.up();
            machine = cloud.machine();
            ipv6Address = machine.info.address;
            expect(proofOf(outputs)).toEqual({ sentTo: ipv6Address, seenAsSent: true });
            expect(outputs.bmpEndpoint?.value).toBe(`[${ipv6Address}]:5000`);
            expect(await machine.root("cloud-init status")).toBe("status: done\n");
            expect(await starts()).toHaveLength(1);
        },
        5 * MINUTE,
    );
});
