import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import { debianAmi } from "./debianAmi";
import type { VmNetwork } from "./awsNetwork";
import { cloudInit, VM_USER } from "./cloudInit";
import { dataVolume, type DataVolumeArgs } from "./dataVolume";
import { type DnsNameArgs, dnsRecords } from "./dnsRecords";
import { type Encryption, encryptionBy } from "./encryptionKey";
import type { Host, Machine } from "../remote/machine";
import { type HostRequirements, preflight } from "../steps/preflight";
import { demandAccepted } from "../settings/acceptedArguments";
import { remoteStep } from "../remote/remoteStep";
import { sshCommandOf, sshConnection, type SshLogin } from "../remote/sshConnection";
import type { Prefix } from "../values/addresses";
import { SSH_PORT } from "../values/ports";
import { publicKeyOf } from "../values/sshKeys";

/** What the VM is made of, and what the deployment asks of it. */
export interface AwsHostArgs extends HostRequirements, DataVolumeArgs {
    /** Where it is. */
    readonly network: VmNetwork;
    /** x86_64, Nitro, 4 GB of memory or more. */
    readonly instanceType: string;
    /** An AMI of one's own, or a new one; without, Debian's newest when the VM is made. */
    readonly amiId: pulumi.Input<string> | undefined;
    /** Size of the root volume, in GB. */
    readonly rootVolumeGb: number;
    /** Whether it has a public IPv4 address, too. */
    readonly publicIpv4: boolean;
    /** The zone and the name that lead to the VM, where it has one. */
    readonly dns: Pick<DnsNameArgs, "zoneId" | "dnsName"> | undefined;
    /** The KMS key of the volumes: id, ARN or alias; without, the account's key for EBS. */
    readonly kmsKeyId: pulumi.Input<string> | undefined;
    /** Whether AWS refuses to terminate the VM. */
    readonly terminationProtection: boolean;
    /** Where SSH may come from; SSH goes over IPv4 where there is a public one and the list has an IPv4 prefix. */
    readonly sshAllowedCidrs: readonly Prefix[];
    /** Its SSH host key: ed25519, without a password. It is made a secret. */
    readonly hostPrivateKey: pulumi.Input<string>;
    /** How SSH logs in, over which jump host. */
    readonly login: Omit<SshLogin, "user">;
}

/** What the instance is put together from. */
interface Parts {
    readonly networkInterface: ec2.NetworkInterface;
    readonly dataVolumeId: pulumi.Output<string>;
    readonly publicIpv4: ec2.Eip | undefined;
    readonly encryption: Encryption;
}

/** Refused dials last seconds only, and a VM takes minutes to boot. */
const BOOT_DIAL_LIMIT = 60;

/**
 * A VM in AWS. Its address and its data belong to an interface and a volume of
 * their own: they stay when the VM is replaced.
 */
export class AwsHost extends pulumi.ComponentResource implements Host {
    readonly connection: Machine["connection"];
    readonly user = VM_USER;
    readonly identity: pulumi.Output<string>;
    readonly owner: string;
    readonly lifetime: ec2.Instance;
    readonly ipv6Address: pulumi.Output<string>;
    /** The public IPv4 address, empty where it has none. */
    readonly ipv4Address: pulumi.Output<string>;
    readonly sshCommand: pulumi.Output<string>;

    constructor(name: string, args: AwsHostArgs, opts: pulumi.ComponentResourceOptions) {
        demandAccepted(name, { ...args, sshPrivateKey: args.login.privateKey });
        super("openbmp-aio-ipv6:host:AwsHost", name, {}, opts);
        const networkInterface = this.makeInterface(name, args);
        const address = args.publicIpv4 ? this.makePublicIpv4(name, networkInterface, args) : undefined;
        this.ipv6Address = networkInterface.ipv6Addresses.apply(([first = ""]) => first);
        this.ipv4Address = address?.publicIp ?? pulumi.output("");

        if (args.dns) {
            dnsRecords(name, { ...args.dns, ipv6Address: this.ipv6Address, ipv4Address: address?.publicIp }, this);
        }

        const encryption = encryptionBy(args.kmsKeyId, this);
        const dataVolumeId = dataVolume(name, args, { encryption, zone: args.network.availabilityZone }, this);
        const parts = { networkInterface, dataVolumeId, publicIpv4: address, encryption };
        this.lifetime = this.makeInstance(name, args, parts);
        const attachment = this.attach(name, dataVolumeId);

        // The public half is no secret.
        const hostKey = pulumi.unsecret(pulumi.output(args.hostPrivateKey)).apply((key) => publicKeyOf(key).text);
        this.owner = args.owner;
        this.identity = pulumi.interpolate`${hostKey} ${this.lifetime.id}`;
        const ssh = {
            address:
                address && args.sshAllowedCidrs.some(({ family }) => family === "ipv4")
                    ? this.ipv4Address
                    : this.ipv6Address,
            port: SSH_PORT,
            user: this.user,
            hostKey,
            ...args.login,
        };
        this.connection = sshConnection(ssh);
        this.sshCommand = sshCommandOf(ssh);

        const { user, identity, owner, lifetime } = this;
        const booted = remoteStep(
            `${name}-cloud-init`,
            {
                machine: { connection: sshConnection(ssh, BOOT_DIAL_LIMIT), user, identity, owner, lifetime },
                script: "cloud-init",
                variables: { DATA_VOLUME_GB: String(args.dataVolumeGb) },
            },
            { parent: this, dependsOn: attachment },
        );
        preflight(`${name}-preflight`, this, args, { parent: this, dependsOn: booted });
        this.registerOutputs({
            ipv6Address: this.ipv6Address,
            ipv4Address: this.ipv4Address,
            sshCommand: this.sshCommand,
        });
    }

    /** The interface outlives the VM, and with it the addresses. */
    private makeInterface(name: string, { network, tagsOf }: AwsHostArgs): ec2.NetworkInterface {
        return new ec2.NetworkInterface(
            `${name}-network-interface`,
            {
                subnetId: network.subnetId,
                securityGroups: [...network.securityGroupIds],
                ipv6AddressCount: 1,
                description: "Addresses of the OpenBMP collector",
                tags: tagsOf("collector"),
            },
            { parent: this },
        );
    }

    private makePublicIpv4(
        name: string,
        networkInterface: ec2.NetworkInterface,
        { network, tagsOf }: AwsHostArgs,
    ): ec2.Eip {
        return new ec2.Eip(
            `${name}-public-ipv4`,
            { domain: "vpc", networkInterface: networkInterface.id, tags: tagsOf("collector") },
            // An address works only where the VPC has its gateway.
            { parent: this, dependsOn: network },
        );
    }

    private makeInstance(
        name: string,
        args: AwsHostArgs,
        { networkInterface, dataVolumeId: volumeId, publicIpv4, encryption }: Parts,
    ): ec2.Instance {
        const { tagsOf, amiId, login } = args;
        const userData = pulumi
            .all([volumeId, args.hostPrivateKey, login.privateKey, login.privateKeyPassword])
            .apply(([dataVolumeId, hostPrivateKey, privateKey, password]) =>
                cloudInit({
                    hostPrivateKey,
                    hostPublicKey: publicKeyOf(hostPrivateKey).text,
                    loginPublicKey: publicKeyOf(privateKey, password).text,
                    dataVolumeId,
                }),
            );
        return new ec2.Instance(
            `${name}-instance`,
            {
                ami: amiId ?? debianAmi(this),
                instanceType: args.instanceType,
                primaryNetworkInterface: { networkInterfaceId: networkInterface.id },
                userData: pulumi.secret(userData),
                // cloud-init reads it at the first boot only.
                userDataReplaceOnChange: true,
                // One hop: containers get no answer, so no host key.
                metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
                rootBlockDevice: {
                    volumeType: "gp3",
                    volumeSize: args.rootVolumeGb,
                    ...encryption,
                    tags: tagsOf("root"),
                },
                ebsOptimized: true,
                disableApiTermination: args.terminationProtection,
                tags: tagsOf("collector"),
            },
            {
                parent: this,
                // The first boot fetches packages.
                dependsOn: publicIpv4 ? [args.network, publicIpv4] : [args.network],
                // The interface and the volume can be on one VM only.
                deleteBeforeReplace: true,
                // A newer AMI replaces the VM only where it is asked for.
                ignoreChanges: [
                    ...(amiId === undefined ? ["ami"] : []),
                    ...(args.kmsKeyId === undefined ? [] : ["rootBlockDevice.kmsKeyId"]),
                ],
                additionalSecretOutputs: ["userData"],
            },
        );
    }

    private attach(name: string, volumeId: pulumi.Output<string>): ec2.VolumeAttachment {
        return new ec2.VolumeAttachment(
            `${name}-data-volume-attachment`,
            {
                instanceId: this.lifetime.id,
                volumeId,
                deviceName: "/dev/sdf",
                // A mounted volume is not detached.
                stopInstanceBeforeDetaching: true,
            },
            { parent: this, deletedWith: this.lifetime },
        );
    }
}
