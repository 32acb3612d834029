import * as ec2 from "@pulumi/aws/ec2";
import type { Host } from "../remote/machine";
import { grouped, imageOf, sshLogin } from "../settings/groups";
import { ADDED_CIDR } from "../settings/fields";
import type { LateAwsSettings } from "../settings/lateSettings";
import { type AtLeastOne, ofEach, type ScopedSettings } from "../settings/scope";
import type { HostRequirements, MakeHost } from "../steps/preflight";
import { brokerPortsOf } from "../values/ports";
import { registryPortOf } from "../values/imageReference";
import { AwsHost } from "./awsHost";
import { AwsNetwork, type VmNetwork } from "./awsNetwork";
import { AwsSubnet } from "./awsSubnet";
import { VM_USER } from "./cloudInit";
import { stackTags } from "./tags";

/** What a VM is made of. */
type Part = ScopedSettings<LateAwsSettings>;

/**
 * How the VM of each collector is made, the first in a network of its own or in a subnet that is there, the others beside
 * it: the only way into what is about AWS, so that other stacks do not load it.
 */
export function awsHostMakers(collectors: AtLeastOne<Part>): AtLeastOne<MakeHost> {
    const [first, ...others] = collectors;
    const network = makeNetwork(first);
    const subnetOf = others.length === 0 ? undefined : subnetMaker(first, network);
    return ofEach(collectors, (part, index): MakeHost => (requirements) => {
        const subnet = index === 0 ? undefined : subnetOf?.(part, index);
        return makeVm(part, requirements, subnet ?? network);
    });
}

const tagsOf = ({ settings: { ephemeral, expiresAt }, scope: { prefix } }: Part) =>
    stackTags(prefix, { ephemeral, expiresAt });

function makeNetwork(part: Part): AwsNetwork {
    const { settings, scope } = part;
    const { ports, allowLists } = grouped(settings);
    return new AwsNetwork(
        `${scope.prefix}network`,
        {
            ...ports,
            ...allowLists,
            sshAllowedCidrs: settings.sshAllowedCidrs,
            publicIpv4: settings.publicIpv4,
            brokerPorts: brokerPortsOf(settings.kafkaBrokers),
            registryPort: registryPortOf(imageOf(settings)),
            vpcCidr: settings.vpcCidr,
            subnetId: settings.subnetId,
            securityGroupIds: settings.securityGroupIds,
            fixedCidrV6: settings.fixedCidrV6,
            instanceType: settings.instanceType,
            tagsOf: tagsOf(part),
        },
        { parent: scope.parent },
    );
}

/** What makes a subnet for a further VM, where the VPC is the stack's own. */
function subnetMaker({ scope: { prefix, parent } }: Part, network: AwsNetwork) {
    const { vpc } = network;
    if (vpc === undefined) {
        return undefined;
    }
    // Beside the network, not in it: the first VM does not wait for it.
    const { cidrBlock } = new ec2.VpcIpv4CidrBlockAssociation(
        `${prefix}network-added-ipv4`,
        { vpcId: vpc.vpcId, cidrBlock: ADDED_CIDR },
        { parent },
    );
    return (part: Part, number: number): VmNetwork =>
        new AwsSubnet(
            `${part.scope.prefix}network`,
            { vpc, network, cidrBlock, number, instanceType: part.settings.instanceType, tagsOf: tagsOf(part) },
            { parent: part.scope.parent },
        );
}

function makeVm(part: Part, requirements: HostRequirements, network: VmNetwork): Host {
    const { settings, scope } = part;
    const { dnsZoneId: zoneId, dnsName } = settings;
    return new AwsHost(
        `${scope.prefix}host`,
        {
            ...requirements,
            network,
            instanceType: settings.instanceType,
            amiId: settings.amiId,
            rootVolumeGb: settings.rootVolumeGb,
            dataVolumeGb: settings.dataVolumeGb,
            dataSnapshotId: settings.dataSnapshotId,
            snapshots: { retainDays: settings.snapshotRetainDays, roleArn: settings.snapshotRoleArn },
            publicIpv4: settings.publicIpv4,
            dns: zoneId !== undefined && dnsName !== undefined ? { zoneId, dnsName } : undefined,
            kmsKeyId: settings.kmsKeyId,
            terminationProtection: settings.terminationProtection,
            sshAllowedCidrs: settings.sshAllowedCidrs,
            ephemeral: settings.ephemeral,
            hostPrivateKey: settings.hostPrivateKey,
            login: sshLogin(settings, VM_USER),
            tagsOf: tagsOf(part),
            lastDeployment: scope.lastDeployment,
        },
        { parent: scope.parent, dependsOn: network },
    );
}
