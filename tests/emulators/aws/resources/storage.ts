/** EBS volumes and their attachments. */
import { type ResourceType, number, text } from "../cloud";
import { demand } from "../errors";
import { availabilityZone } from "./network";

export const volume: ResourceType = {
    idPrefix: "vol",
    replaceOn: ["availabilityZone", "encrypted", "kmsKeyId", "snapshotId", "outpostArn", "multiAttachEnabled"],
    references: [],
    compute: (cloud, inputs, { id, before }) => {
        availabilityZone(cloud, text(inputs, "availabilityZone"));
        const type = text(inputs, "type") ?? "gp2";
        demand(["gp2", "gp3"].includes(type), "NotEmulated", `volume type ${type}`);
        const size = number(inputs, "size");
        demand(
            size !== undefined && Number.isInteger(size) && size >= 1 && size <= 65536,
            "InvalidParameterValue",
            `Volume of ${size ?? "no"} GiB is invalid; sizes are 1 to 65536 GiB`,
        );
        const had = number(before ?? {}, "size") ?? size;
        demand(size >= had, "InvalidParameterValue", `New size cannot be smaller than existing size: ${size} < ${had}`);
        const isGp3 = type === "gp3";
        demand(
            isGp3 || inputs.throughput === undefined,
            "InvalidParameterCombination",
            `The parameter Throughput is not supported for ${type}`,
        );
        return {
            arn: cloud.arn("volume", id),
            type,
            encrypted: inputs.encrypted ?? false,
            iops: inputs.iops ?? (isGp3 ? 3000 : Math.max(100, 3 * size)),
            throughput: inputs.throughput ?? (isGp3 ? 125 : 0),
            kmsKeyId:
                inputs.kmsKeyId ??
                (inputs.encrypted === true
                    ? `arn:aws:kms:${cloud.region}:${cloud.settings.accountId}:key/aws-ebs`
                    : ""),
            snapshotId: inputs.snapshotId ?? "",
        };
    },
};

export const volumeAttachment: ResourceType = {
    idPrefix: "vai",
    replaceOn: ["deviceName", "instanceId", "volumeId"],
    references: [
        { path: "instanceId", to: "aws:ec2/instance:Instance", notFound: "InvalidInstanceID.NotFound" },
        { path: "volumeId", to: "aws:ebs/volume:Volume", notFound: "InvalidVolume.NotFound", blocks: "VolumeInUse" },
    ],
    compute: (cloud, inputs, { id }) => {
        const [device, volumeId, instanceId] = ["deviceName", "volumeId", "instanceId"].map(
            (name) => text(inputs, name) ?? "",
        );
        // EC2 user guide, "Device names for volumes on Amazon EC2 instances".
        demand(
            /^(\/dev\/sd[f-p]|\/dev\/xvd[f-p])$/.test(device ?? ""),
            "InvalidParameterValue",
            `Value (${device ?? ""}) for parameter device is invalid. ${device ?? ""} is not a valid EBS device name.`,
        );
        const zones = [volumeId, instanceId].map((each) => cloud.properties(each ?? "").availabilityZone);
        demand(
            zones[0] === zones[1],
            "InvalidVolume.ZoneMismatch",
            `The volume '${volumeId ?? ""}' is not in the same availability zone as instance '${instanceId ?? ""}'`,
        );
        const others = cloud.all("aws:ec2/volumeAttachment:VolumeAttachment").filter((other) => other.id !== id);
        demand(
            !others.some(({ properties }) => properties.volumeId === volumeId),
            "VolumeInUse",
            `${volumeId ?? ""} is already attached to an instance`,
        );
        const deviceTaken = others.some(
            ({ properties }) => properties.instanceId === instanceId && properties.deviceName === device,
        );
        demand(!deviceTaken, "InvalidParameterValue", `${device ?? ""} is already in use on ${instanceId ?? ""}`);
        return {};
    },
};
