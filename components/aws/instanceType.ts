import * as ec2 from "@pulumi/aws/ec2";
import type * as pulumi from "@pulumi/pulumi";
import { refusal } from "../values/refusal";

/** What the AIO image, Docker and Debian's own programs need together. */
const LEAST_MEMORY_MIB = 4096;

/** The AIO image is built for it alone. */
const ARCHITECTURE = "x86_64";

/** Refuses a type that the collector cannot run on, by what AWS says of it. */
export async function demandFitType(instanceType: string, parent: pulumi.Resource): Promise<void> {
    const type = await ec2.getInstanceType({ instanceType }, { parent });
    const { supportedArchitectures: architectures, memorySize, ebsNvmeSupport } = type;
    // On Nitro alone it is required, and by its NVMe device the VM knows the data volume (EC2 user guide).
    if (!architectures.includes(ARCHITECTURE) || memorySize < LEAST_MEMORY_MIB || ebsNvmeSupport !== "required") {
        throw refusal(
            `instanceType must be a type of the Nitro system with ${ARCHITECTURE} and ${LEAST_MEMORY_MIB} MiB of memory or more, such as t3.large or m6i.large; ${instanceType} has, as AWS says, ${architectures.join(" and ")}, ${memorySize} MiB, and volumes as NVMe devices ${ebsNvmeSupport}`,
        );
    }
}
