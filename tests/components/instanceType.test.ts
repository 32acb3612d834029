import * as pulumi from "@pulumi/pulumi";
import { demandFitType } from "../../components/aws/instanceType";
import { recordAws } from "./awsMocks";

/** What AWS says of a type: its architectures, its memory in MiB, and its hypervisor by its effect. */
type Facts = readonly [architectures: readonly string[], memory: number, nvme: string];

/** Whether the type is accepted where AWS says that of it; the rest of the answer does not matter. */
async function judge(instanceType: string, [supportedArchitectures, memorySize, ebsNvmeSupport]: Facts): Promise<void> {
    await recordAws({
        "aws:ec2/getInstanceType:getInstanceType": (args) => ({
            ...args,
            supportedArchitectures,
            memorySize,
            ebsNvmeSupport,
        }),
    });
    await demandFitType(instanceType, new pulumi.ComponentResource("openbmp-aio-ipv6:test:Parent", "parent"));
}

afterAll(() => pulumi.runtime.disconnect());

// As DescribeInstanceTypes has them.
test.each<[string, Facts]>([
    ["t3.large", [["x86_64"], 8192, "required"]],
    ["t3a.medium", [["x86_64"], 4096, "required"]],
    ["c6id.metal", [["x86_64"], 262144, "required"]],
    ["u7in-16tb.224xlarge", [["x86_64"], 16777216, "required"]],
])("%s is accepted", async (instanceType, facts) => {
    await expect(judge(instanceType, facts)).resolves.toBeUndefined();
});

test.each<[string, Facts, string]>([
    ["t3.small", [["x86_64"], 2048, "required"], "x86_64, 2048 MiB, and volumes as NVMe devices required"],
    ["c7a.medium", [["x86_64"], 2048, "required"], "x86_64, 2048 MiB, and volumes as NVMe devices required"],
    ["t4g.large", [["arm64"], 8192, "required"], "arm64, 8192 MiB, and volumes as NVMe devices required"],
    ["mac1.metal", [["x86_64_mac"], 32768, "required"], "x86_64_mac, 32768 MiB, and volumes as NVMe devices required"],
    ["i3.large", [["x86_64"], 15616, "supported"], "x86_64, 15616 MiB, and volumes as NVMe devices supported"],
    [
        "t2.large",
        [["i386", "x86_64"], 8192, "unsupported"],
        "i386 and x86_64, 8192 MiB, and volumes as NVMe devices unsupported",
    ],
])("%s is refused, with what AWS says of it", async (instanceType, facts, said) => {
    const refusal = await judge(instanceType, facts).catch((error: unknown) => error);
    expect(pulumi.RunError.isInstance(refusal)).toBe(true);
    expect((refusal as Error).message).toBe(
        `instanceType must be a type of the Nitro system with x86_64 and 4096 MiB of memory or more, such as t3.large or m6i.large; ${instanceType} has, as AWS says, ${said}`,
    );
});
