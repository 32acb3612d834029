import * as ebs from "@pulumi/aws/ebs";
import type * as pulumi from "@pulumi/pulumi";
import type { Encryption } from "./encryptionKey";
import { type DailySnapshotsArgs, dailySnapshots, startOfData } from "./snapshots";
import type { TagsOf } from "./tags";

/** The volume for /var/openbmp, what it begins from, and what becomes of it. */
export interface DataVolumeArgs {
    /** In GB. It can grow, never shrink. */
    readonly dataVolumeGb: number;
    /** The snapshot that a new one begins from; without, it is blank. */
    readonly dataSnapshotId: string | undefined;
    /** Its snapshots; with 0 days there are none. */
    readonly snapshots: Pick<DailySnapshotsArgs, "retainDays" | "roleArn">;
    /** Whether destroy takes the data, too. */
    readonly ephemeral: boolean;
    readonly tagsOf: TagsOf;
}

export function dataVolume(
    name: string,
    { dataVolumeGb, dataSnapshotId, snapshots, ephemeral, tagsOf }: DataVolumeArgs,
    { zone, encryption }: { readonly zone: pulumi.Input<string>; readonly encryption: Encryption },
    parent: pulumi.Resource,
): ebs.Volume {
    const tags = tagsOf("data");
    if (snapshots.retainDays > 0) {
        dailySnapshots(name, { ...snapshots, volumeTag: { Name: tags.Name }, tagsOf }, parent);
    }
    const start = dataSnapshotId === undefined ? {} : { snapshotId: startOfData(dataSnapshotId, dataVolumeGb, parent) };
    return new ebs.Volume(
        `${name}-data-volume`,
        { availabilityZone: zone, size: dataVolumeGb, type: "gp3", ...encryption, ...start, tags },
        // Neither an alias that names another key later, nor a snapshot that is named no longer, may cost the data.
        { parent, protect: !ephemeral, ignoreChanges: ["kmsKeyId", "snapshotId"] },
    );
}
