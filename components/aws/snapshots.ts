import * as dlm from "@pulumi/aws/dlm";
import * as ebs from "@pulumi/aws/ebs";
import * as iam from "@pulumi/aws/iam";
import type * as pulumi from "@pulumi/pulumi";
import type { Scope } from "../settings/scope";
import { lookUp } from "./lookUp";
import type { TagsOf } from "./tags";
import { refusal } from "../values/refusal";

/** The daily snapshots of a volume. */
export interface DailySnapshotsArgs {
    /** How long each is kept, in days. */
    readonly retainDays: number;
    /** The role of Data Lifecycle Manager; without, the account's default one for it. */
    readonly roleArn: pulumi.Input<string> | undefined;
    /** The tag by which the volume is found. */
    readonly volumeTag: Pick<ReturnType<TagsOf>, "Name">;
    /** The tags of each resource, by the resource's name. */
    readonly tagsOf: TagsOf;
}

/** As "aws dlm create-default-role" and the console name it. */
const DEFAULT_ROLE = "AWSDataLifecycleManagerDefaultRole";

/** When in the day, UTC; within the hour after it. */
const TIME = "03:00";

/** Snapshots of a volume by Data Lifecycle Manager, encrypted as the volume is. */
export function dailySnapshots(name: string, args: DailySnapshotsArgs, parent: pulumi.Resource): void {
    const { retainDays, roleArn, volumeTag, tagsOf } = args;
    new dlm.LifecyclePolicy(
        `${name}-snapshots`,
        {
            description: "Daily snapshots of the data of the OpenBMP collector",
            executionRoleArn: roleArn ?? defaultSnapshotRole(parent),
            policyDetails: {
                resourceTypes: ["VOLUME"],
                targetTags: volumeTag,
                schedules: [
                    {
                        name: "daily",
                        createRule: { interval: 24, intervalUnit: "HOURS", times: TIME },
                        retainRule: { interval: retainDays, intervalUnit: "DAYS" },
                        tagsToAdd: tagsOf("data-snapshot"),
                    },
                ],
            },
            tags: tagsOf("data-snapshots"),
        },
        { parent },
    );
}

/**
 * The ARN of the account's default role for snapshots.
 *
 * @throws pulumi.RunError where it cannot be read.
 */
export async function defaultSnapshotRole(parent: pulumi.Resource): Promise<string> {
    const { arn } = await lookUp(
        "snapshotRoleArn",
        undefined,
        `the ARN of a role for Data Lifecycle Manager where ${DEFAULT_ROLE} cannot be read, which "aws dlm create-default-role" makes`,
        iam.getRole({ name: DEFAULT_ROLE }, { parent }),
    );
    return arn;
}

/**
 * The snapshot that a new data volume begins from. It is looked at until the
 * volume is there: later it may be gone.
 *
 * @throws pulumi.RunError where no volume of that size can begin from it.
 */
export async function startOfData(
    dataSnapshotId: string,
    {
        dataVolumeGb,
        lastDeployment,
    }: { readonly dataVolumeGb: number; readonly lastDeployment: Scope["lastDeployment"] },
    parent: pulumi.Resource,
): Promise<string> {
    const deployed = await lastDeployment();
    if (typeof deployed === "object" && deployed.dataSnapshotId === dataSnapshotId) {
        return dataSnapshotId;
    }
    const { state, volumeSize } = await lookUp(
        "dataSnapshotId",
        dataSnapshotId,
        "a snapshot in this region that the account may use",
        ebs.getSnapshot({ snapshotIds: [dataSnapshotId] }, { parent }),
    );
    if (state !== "completed") {
        throw refusal(
            `dataSnapshotId must be a snapshot that is completed, got "${dataSnapshotId}", which is ${state}`,
        );
    }
    if (volumeSize > dataVolumeGb) {
        throw refusal(`dataVolumeGb must be ${volumeSize} or more, as ${dataSnapshotId} has it, got ${dataVolumeGb}`);
    }
    return dataSnapshotId;
}
