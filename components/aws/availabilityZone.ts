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

/** The same, but for Local Zones and Wavelength Zones; a type that the collector cannot run on has none. */
async function usualZones(instanceType: string, parent: pulumi.Resource): Promise<string[]> {
    const zones = (await zonesOffering(instanceType, parent)).filter((zone) => ZONE.test(zone));
    if (zones.length === 0) {
        throw refusal(
            `AWS does not offer ${instanceType} in this region: set instanceType to another type, or aws:region to another region`,
        );
    }
    await demandFitType(instanceType, parent);
    return zones;
}

/**
 * A zone of the region that offers the VM's type. Where AWS chooses, it may be
 * one that does not, and the VM cannot be made.
 */
export async function availabilityZone(instanceType: string, parent: pulumi.Resource): Promise<string> {
    const [first = ""] = await usualZones(instanceType, parent);
    return first;
}

/** The zone so many places after that of the first subnet; after the last one comes the first again. */
export async function zoneAfter(
    first: string,
    places: number,
    instanceType: string,
    parent: pulumi.Resource,
): Promise<string> {
    const zones = await usualZones(instanceType, parent);
    // Of an older stack it may be one that does not offer the type any more.
    return zones[(zones.indexOf(first) + places) % zones.length] ?? first;
}
