import type { Host } from "../remote/machine";
import { grouped, imageOf, sshLogin } from "../settings/groups";
import type { LateAwsSettings } from "../settings/lateSettings";
import type { Scope } from "../settings/scope";
import type { HostRequirements } from "../steps/preflight";
import { brokerPortsOf } from "../values/ports";
import { registryPortOf } from "../values/imageReference";
import { AwsHost } from "./awsHost";
import { AwsNetwork } from "./awsNetwork";
import { VM_USER } from "./cloudInit";
import { stackTags } from "./tags";

/** A VM in AWS, in a network of its own or in a subnet that is there: the only way into what is about AWS, so that other stacks do not load it. */
export function makeAwsHost(settings: LateAwsSettings, requirements: HostRequirements, scope: Scope): Host {
    const { instanceType, publicIpv4, sshAllowedCidrs, ephemeral, dnsZoneId: zoneId, dnsName } = settings;
    const { ports, allowLists } = grouped(settings);
    const tagsOf = stackTags(scope.prefix, { ephemeral, expiresAt: settings.expiresAt });
    const { prefix, parent } = scope;
    const network = new AwsNetwork(
        `${prefix}network`,
        {
            ...ports,
            ...allowLists,
            sshAllowedCidrs,
            publicIpv4,
            brokerPorts: brokerPortsOf(settings.kafkaBrokers),
            registryPort: registryPortOf(imageOf(settings)),
            vpcCidr: settings.vpcCidr,
            subnetId: settings.subnetId,
            securityGroupIds: settings.securityGroupIds,
            fixedCidrV6: settings.fixedCidrV6,
            instanceType,
            tagsOf,
        },
        { parent },
    );
    return new AwsHost(
        `${prefix}host`,
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
            lastDeployment: scope.lastDeployment,
        },
        { parent, dependsOn: network },
    );
}
