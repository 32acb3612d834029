import * as ec2 from "@pulumi/aws/ec2";
import type * as pulumi from "@pulumi/pulumi";
import { demandFitType } from "./instanceType";
import { refusal } from "../values/refusal";

/** A zone's own name: Local Zones and Wavelength Zones have longer ones (AWS, Regions and Zones). */
const ZONE = /^[a-z]+(-[a-z]+)+-\d[a-z]$/;

/** The zones of the region, of any kind, that offer a type. */
export async function zonesOffering(instanceType: string, parent: pulumi.Resource): Promise<string[]> {
    const { locations } = await ec2.getInstanceTypeOfferings(
        { locationType: "availability-zone", filters: [{ name: "instance-type", values: [instanceType] }] },
        { parent },
    );
    return [...locations].sort();
}

/**
 * A zone of the region that offers the VM's type. Where AWS chooses, it may be
 * one that does not, and the VM cannot be made. A type that the collector
 * cannot run on has none.
 */
export async function availabilityZone(instanceType: string, parent: pulumi.Resource): Promise<string> {
    const [first] = (await zonesOffering(instanceType, parent)).filter((zone) => ZONE.test(zone));
    if (first === undefined) {
        throw refusal(
            `AWS does not offer ${instanceType} in this region: set instanceType to another type, or aws:region to another region`,
        );
    }
    await demandFitType(instanceType, parent);
    return first;
}
