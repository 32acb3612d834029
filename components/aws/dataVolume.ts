import * as ebs from "@pulumi/aws/ebs";
import * as pulumi from "@pulumi/pulumi";
import type { Scope } from "../settings/scope";
import type { Encryption } from "./encryptionKey";
import { type DailySnapshotsArgs, dailySnapshots, startOfData } from "./snapshots";
import type { TagsOf } from "./tags";
import { refusal } from "../values/refusal";

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
    /** The tags of each resource, by the resource's name. */
    readonly tagsOf: TagsOf;
    /** Asks for the settings of the last deployment; with undefined, nothing is known of one. */
    readonly lastDeployment: Scope["lastDeployment"];
}

/** The volume's id, once it is known to be as it is asked for. */
export function dataVolume(
    name: string,
    args: DataVolumeArgs,
    { zone, encryption }: { readonly zone: pulumi.Input<string>; readonly encryption: Encryption },
    parent: pulumi.Resource,
): pulumi.Output<string> {
    const { dataVolumeGb, dataSnapshotId, snapshots, ephemeral, tagsOf, lastDeployment } = args;
    const tags = tagsOf("data");
    if (snapshots.retainDays > 0) {
        dailySnapshots(name, { ...snapshots, volumeTag: { Name: tags.Name }, tagsOf }, parent);
    }
    const start = dataSnapshotId === undefined ? {} : { snapshotId: startOfData(dataSnapshotId, args, parent) };
    const volume = new ebs.Volume(
        `${name}-data-volume`,
        { availabilityZone: zone, size: dataVolumeGb, type: "gp3", ...encryption, ...start, tags },
        // Neither an alias that names another key later, nor a snapshot that is named no longer, may cost the data.
        { parent, protect: !ephemeral, ignoreChanges: ["kmsKeyId", "snapshotId"] },
    );
    const asked = { ...start, ...(encryption.kmsKeyId === undefined ? {} : { kmsKeyId: encryption.kmsKeyId }) };
    return Object.keys(asked).length === 0
        ? volume.id
        : pulumi
              .all([volume.id, volume.snapshotId, volume.kmsKeyId, asked, lastDeployment()])
              .apply(([id, snapshotId, kmsKeyId, wanted, deployed]) => {
                  // Of what a finished one was made, the settings are compared.
                  if (deployed === undefined) {
                      demandAsked({ snapshotId, kmsKeyId }, wanted);
                  }
                  return id;
              });
}

type Origin = Readonly<Partial<Record<"snapshotId" | "kmsKeyId", string>>>;

/**
 * A first deployment that did not come to its end may have made the volume of something else, which it keeps.
 *
 * @throws pulumi.RunError where it did.
 */
export function demandAsked(made: Origin, asked: Origin): void {
    const keys = { snapshotId: "dataSnapshotId", kmsKeyId: "kmsKeyId" } as const;
    for (const part of ["snapshotId", "kmsKeyId"] as const) {
        if (asked[part] !== undefined && asked[part] !== made[part]) {
            throw refusal(
                `${keys[part]} must be as it was when the data volume was made (${made[part] || "left out"}), got "${asked[part]}": put it back, or destroy what the first deployment left, and deploy again`,
            );
        }
    }
}
