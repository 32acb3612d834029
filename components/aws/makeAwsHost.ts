import type { Host } from "../remote/machine";
import { grouped, sshLogin } from "../settings/groups";
import type { AwsSettings } from "../settings/schema";
import type { HostRequirements } from "../steps/preflight";
import { registryPortOf } from "../values/imageReference";
import { AwsHost } from "./awsHost";
import { AwsNetwork } from "./awsNetwork";
import { VM_USER } from "./cloudInit";
import { stackTags } from "./tags";

/** A VM in AWS, in a network of its own or in a subnet that is there: the only way into what is about AWS, so that other stacks do not load it. */
export function makeAwsHost(settings: AwsSettings, requirements: HostRequirements): Host {
    const { instanceType, publicIpv4, sshAllowedCidrs, ephemeral, dnsZoneId: zoneId, dnsName } = settings;
    const { ports, allowLists } = grouped(settings);
    const tagsOf = stackTags({ ephemeral, expiresAt: settings.expiresAt });
    const network = new AwsNetwork("network", {
        ...ports,
        ...allowLists,
        sshAllowedCidrs,
        publicIpv4,
        registryPort: registryPortOf(settings.image),
        vpcCidr: settings.vpcCidr,
        subnetId: settings.subnetId,
        securityGroupIds: settings.securityGroupIds,
        fixedCidrV6: settings.fixedCidrV6,
        instanceType,
        tagsOf,
    });
    return new AwsHost(
        "host",
        {
            ...requirements,
            network,
            instanceType,
            amiId: settings.amiId,
            rootVolumeGb: settings.rootVolumeGb,
            dataVolumeGb: settings.dataVolumeGb,
            dataSnapshotId: settings.dataSnapshotId,
            snapshots: { retainDays: settings.snapshotRetainDays, roleArn: settings.snapshotRoleArn },
            publicIpv4,
            dns: zoneId !== undefined && dnsName !== undefined ? { zoneId, dnsName } : undefined,
            kmsKeyId: settings.kmsKeyId,
            terminationProtection: settings.terminationProtection,
            sshAllowedCidrs,
            ephemeral,
            hostPrivateKey: settings.hostPrivateKey,
            login: sshLogin(settings, VM_USER),
            tagsOf,
        },
        { dependsOn: network },
    );
}
