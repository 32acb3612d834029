/** EC2 instances. */
import type { Properties } from "../../../../scripts/plugin/protocol/values";
import { isProperties } from "../../../../scripts/plugin/protocol/values";
import { type Cloud, type ResourceType, number, text, texts, valuesAt } from "../cloud";
import { demand } from "../errors";
import { publicIpOf } from "./interface";

/** EC2 user guide, "Run commands when you launch an EC2 instance": 16 KB before it is encoded. */
const USER_DATA_LIMIT_BYTES = 16 * 1024;

/** The size of the snapshot in Debian's images, GiB. */
const IMAGE_SIZE_GIB = 8;

export const instance: ResourceType = {
    idPrefix: "i",
    replaceOn: [
        ...[
            "ami",
            "availabilityZone",
            "keyName",
            "subnetId",
            "privateIp",
            "tenancy",
            "placementGroup",
            "ipv6Addresses",
        ],
        ...[
            "ipv6AddressCount",
            "primaryNetworkInterface",
            "networkInterfaces",
            "associatePublicIpAddress",
            "cpuOptions",
        ],
        ...[
            "rootBlockDevice.encrypted",
            "rootBlockDevice.kmsKeyId",
            "enclaveOptions",
            "hibernation",
            "ebsOptimized",
            "hostId",
        ],
    ],
    references: [
        {
            path: "primaryNetworkInterface.networkInterfaceId",
            to: "aws:ec2/networkInterface:NetworkInterface",
            notFound: "InvalidNetworkInterfaceID.NotFound",
            blocks: "InvalidParameterValue",
        },
    ],
    compute: (cloud, inputs, { id }) => {
        const interfaceId = demandInterface(cloud, inputs, id);
        demandImage(cloud, inputs);
        demandOptions(inputs);
        const card = cloud.properties(interfaceId);
        const subnetId = text(card, "subnetId") ?? "";
        return {
            arn: cloud.arn("instance", id),
            instanceState: "running",
            availabilityZone: demandZone(cloud, inputs, subnetId),
            subnetId,
            vpcSecurityGroupIds: texts(card, "securityGroups"),
            primaryNetworkInterfaceId: interfaceId,
            privateIp: text(card, "privateIp") ?? "",
            ipv6Addresses: texts(card, "ipv6Addresses"),
            publicIp: publicIpOf(cloud, interfaceId),
        };
    },
    remove: (cloud, { id, properties }) => {
        const isProtected = properties.disableApiTermination === true;
        demand(
            !isProtected,
            "OperationNotPermitted",
            `The instance '${id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
        );
        // AWS detaches what was attached.
        for (const attachment of cloud.all("aws:ec2/volumeAttachment:VolumeAttachment")) {
            if (attachment.properties.instanceId === id) {
                cloud.resources.delete(attachment.id);
            }
        }
    },
};

function demandInterface(cloud: Cloud, inputs: Properties, id: string): string {
    const [interfaceId] = valuesAt(inputs, "primaryNetworkInterface.networkInterfaceId");
    demand(interfaceId !== undefined, "NotEmulated", "an instance without primaryNetworkInterface");
    const excluded = [
        "subnetId",
        "vpcSecurityGroupIds",
        "securityGroups",
        "associatePublicIpAddress",
        "ipv6Addresses",
        "ipv6AddressCount",
        "privateIp",
        "networkInterfaces",
    ].find((name) => inputs[name] !== undefined);
    demand(
        excluded === undefined,
        "InvalidParameterCombination",
        `Network interfaces and an instance-level ${excluded ?? ""} may not be specified on the same request`,
    );
    const user = cloud
        .all("aws:ec2/instance:Instance")
        .find((other) => other.id !== id && other.properties.primaryNetworkInterfaceId === interfaceId);
    demand(user === undefined, "InvalidNetworkInterface.InUse", `interface: [${interfaceId}] in use`);
    return interfaceId;
}

function demandImage(cloud: Cloud, inputs: Properties): void {
    const ami = text(inputs, "ami") ?? "";
    const images = Object.values(cloud.settings.parameters[cloud.region] ?? {});
    demand(images.includes(ami), "InvalidAMIID.NotFound", `The image id '[${ami}]' does not exist`);
    demand(
        inputs.keyName === undefined,
        "InvalidKeyPair.NotFound",
        `The key pair '${text(inputs, "keyName") ?? ""}' does not exist`,
    );
}

function demandZone(cloud: Cloud, inputs: Properties, subnetId: string): string {
    const zone = text(cloud.properties(subnetId), "availabilityZone") ?? "";
    const wanted = text(inputs, "availabilityZone") ?? zone;
    demand(wanted === zone, "InvalidParameterValue", `The interface's subnet is in ${zone}, not in ${wanted}`);
    demand(
        zone !== cloud.settings.oldZone,
        "Unsupported",
        `Your requested instance type (${text(inputs, "instanceType") ?? ""}) is not supported in your requested Availability Zone (${zone}).`,
    );
    return zone;
}

function demandOptions(inputs: Properties): void {
    demand(
        /^[a-z][a-z0-9-]+\.[a-z0-9]+$/.test(text(inputs, "instanceType") ?? ""),
        "InvalidParameterValue",
        `Invalid value '${text(inputs, "instanceType") ?? ""}' for InstanceType.`,
    );
    const userData =
        inputs.userDataBase64 === undefined
            ? Buffer.from(text(inputs, "userData") ?? "")
            : Buffer.from(text(inputs, "userDataBase64") ?? "", "base64");
    demand(
        userData.length <= USER_DATA_LIMIT_BYTES,
        "InvalidParameterValue",
        `User data is limited to ${USER_DATA_LIMIT_BYTES} bytes, got ${userData.length}`,
    );
    const metadata = isProperties(inputs.metadataOptions) ? inputs.metadataOptions : {};
    demand(
        ["optional", "required", undefined].includes(text(metadata, "httpTokens")),
        "InvalidParameterValue",
        "httpTokens must be optional or required",
    );
    const hops = number(metadata, "httpPutResponseHopLimit") ?? 1;
    demand(hops >= 1 && hops <= 64, "InvalidParameterValue", "httpPutResponseHopLimit must be 1 to 64");
    const root = isProperties(inputs.rootBlockDevice) ? inputs.rootBlockDevice : {};
    const size = number(root, "volumeSize") ?? IMAGE_SIZE_GIB;
    demand(
        size >= IMAGE_SIZE_GIB,
        "InvalidBlockDeviceMapping",
        `Volume of size ${size}GB is smaller than snapshot, expect size >= ${IMAGE_SIZE_GIB}GB`,
    );
}
