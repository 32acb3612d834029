// Made of Pulumi.yaml and components/settings/schema.ts by "npm run docs"; edit it there.
import type * as pulumi from "@pulumi/pulumi";

/**
 * The arguments of an OpenBmpCollector: the keys of this project's configuration. What is an Input may be an output of
 * another resource, or a secret; the others decide which resources there are. Empty texts are not taken: leave out.
 */
export interface OpenBmpCollectorArgs {
    /**
     * aws: create a VM; host: use an existing machine.
     *
     * @default aws
     */
    readonly target?: "aws" | "host";
    /**
     * aio: the whole engine in one container; collector: openbmpd alone, which writes into a Kafka that is there
     * already (docs/kafka.md). Must be "aio" or "collector".
     *
     * @default aio
     */
    readonly role?: "aio" | "collector";
    /**
     * dnat: real source addresses by DNAT; proxy: docker-proxy, with PAT in the collector; which of them:
     * docs/dnat-or-pat.md. Must be "dnat" or "proxy".
     *
     * @default dnat
     */
    readonly mode?: "dnat" | "proxy";
    /**
     * The private key of the login, a secret. Must be a private SSH key in PEM form, -----BEGIN … PRIVATE KEY-----.
     */
    readonly sshPrivateKey: pulumi.Input<string>;
    /**
     * The password of that key, where it has one, a secret.
     */
    readonly sshPrivateKeyPassword?: pulumi.Input<string>;
    /**
     * A jump host on the way; the login key must be good for it, too. Must be an IPv4 or IPv6 address or a DNS name,
     * without brackets, prefix length, zone or spaces.
     */
    readonly bastionAddress?: pulumi.Input<string>;
    /**
     * The jump host's port of SSH. Must be a whole number from 1 to 65535.
     *
     * @default 22
     */
    readonly bastionPort?: number;
    /**
     * The login name on the jump host; the host's where it is empty. Must be a login name of up to 64 letters,
     * digits and _ . - + @ \.
     */
    readonly bastionUser?: string;
    /**
     * The jump host's public SSH host key. Must be a public SSH host key "ssh-ed25519 AAAA…" or "ecdsa-sha2-nistp256
     * AAAA…", as in the host's /etc/ssh/ssh_host_ed25519_key.pub.
     */
    readonly bastionHostKey?: pulumi.Input<string>;
    /**
     * The container image, with tag or digest; in the role collector openbmp/collector:latest, unless another one is
     * named. Must be an image reference such as openbmp/aio:latest or openbmp/aio@sha256:….
     *
     * @default openbmp/aio:latest
     */
    readonly image?: string;
    /**
     * The login name of a private registry. Must be a text of one line.
     */
    readonly registryUser?: string;
    /**
     * The password or token of that login, a secret. Must be a text of one line.
     */
    readonly registryPassword?: pulumi.Input<string>;
    /**
     * KAFKA_FQDN, the DNS name at which those of kafkaAllowedCidrs reach the host; left as it is where nobody
     * outside reads Kafka. Must be a DNS name, and left out where nobody outside reads Kafka.
     *
     * @default localhost
     */
    readonly kafkaFqdn?: string;
    /**
     * Role collector: the brokers of the Kafka that is there, HOST:PORT each, IPv6 in brackets; those that are
     * needed to find the others are enough: docs/kafka.md. Each must be a broker, HOST:PORT such as
     * kafka.example.net:9092 or [2001:db8::9]:9092, and not the container itself (localhost).
     *
     * @default []
     */
    readonly kafkaBrokers?: readonly string[];
    /**
     * Role collector: settings of librdkafka that openbmpd reads, such as compression.codec; TLS and SASL are not
     * among them: docs/kafka.md.
     *
     * @default {}
     */
    readonly kafkaSettings?: Readonly<Record<string, string>>;
    /**
     * The login name of the REST API. Must be a text of up to 50 printable characters of ASCII without blanks,
     * colons, quotation marks and backslashes.
     *
     * @default openbmp
     */
    readonly restUser?: string;
    /**
     * Its password, a secret; with one, the program gives the REST API that login, and the image's own, which
     * everybody knows, is gone. Must be a text of 8 to 128 printable characters of ASCII without blanks, colons,
     * quotation marks and backslashes.
     */
    readonly restPassword?: pulumi.Input<string>;
    /**
     * The collector's name, base.admin_id; with one, routers keep their entries in the database when the container
     * is made anew. Must be 1 to 64 letters, digits, . _ -, a letter or a digit first.
     */
    readonly adminId?: string;
    /**
     * MEM, the memory for the image's parts in GB, 3 or more, and no more than the host has; 0 means the host's
     * memory less 4 GB, 3 at least, fixed when the container is made. Must be 0, or a whole number from 3 to 4096:
     * with less the image ends.
     *
     * @default 0
     */
    readonly memoryGb?: number;
    /**
     * Further variables of the image, but not REINIT_DB, which empties the database at every start; a secret one
     * with --secret --path environment.NAME.
     *
     * @default {}
     */
    readonly environment?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
    /**
     * bridge: Docker's default bridge; dedicated: a network of its own with a fixed address, without a restart of
     * Docker; which of them: docs/docker-network.md. Must be "bridge" or "dedicated".
     *
     * @default bridge
     */
    readonly dockerNetwork?: "bridge" | "dedicated";
    /**
     * The IPv6 prefix of that network. Must be an IPv6 prefix of length 16 to 80 such as fc00:172:17::/64.
     *
     * @default fc00:172:17::/64
     */
    readonly fixedCidrV6?: string;
    /**
     * What the collector listens on: v4v6 or v6. Must be "v4v6" or "v6".
     *
     * @default v4v6
     */
    readonly listenMode?: "v4v6" | "v6";
    /**
     * The port on the host for BMP. Must be a whole number from 1 to 65535.
     *
     * @default 5000
     */
    readonly bmpPort?: number;
    /**
     * The port on the host for the REST API. Must be a whole number from 1 to 65535.
     *
     * @default 8001
     */
    readonly restPort?: number;
    /**
     * Who may open BMP sessions, IPv4 and IPv6 prefixes; nobody else may. Each must be an IPv4 or IPv6 prefix such
     * as 192.0.2.0/24 or 2001:db8::/32.
     *
     * @default []
     */
    readonly bmpAllowedCidrs?: readonly string[];
    /**
     * Who may use the REST API, IPv4 and IPv6 prefixes; nobody else may, but the host itself. Each must be an IPv4
     * or IPv6 prefix such as 192.0.2.0/24 or 2001:db8::/32.
     *
     * @default []
     */
    readonly restAllowedCidrs?: readonly string[];
    /**
     * Who may read Kafka at port 9092, IPv4 and IPv6 prefixes, together with kafkaFqdn; empty, the port is not
     * published: docs/outside-consumers.md. Each must be an IPv4 or IPv6 prefix such as 192.0.2.0/24 or
     * 2001:db8::/32.
     *
     * @default []
     */
    readonly kafkaAllowedCidrs?: readonly string[];
    /**
     * Who may read the database at port 3306, IPv4 and IPv6 prefixes, with MYSQL_ROOT_PASSWORD and
     * OPENBMP_DB_PASSWORD in environment; empty, the port is not published: docs/outside-consumers.md. Each must be
     * an IPv4 or IPv6 prefix such as 192.0.2.0/24 or 2001:db8::/32.
     *
     * @default []
     */
    readonly mysqlAllowedCidrs?: readonly string[];
    /**
     * Whether 0.0.0.0/0, ::/0 and what comes near (IPv4 shorter than /8, IPv6 than /12, IPv6 that stands for as much
     * of IPv4, as 64:ff9b::/96 does) are accepted in those lists.
     *
     * @default false
     */
    readonly allowWorldOpen?: boolean;
    /**
     * false: refuse instead of restarting Docker under other running containers.
     *
     * @default true
     */
    readonly restartDocker?: boolean;
    /**
     * Whether an openbmp_aio that exists and does not fit is backed up and replaced; destroy restores it.
     *
     * @default false
     */
    readonly replaceContainer?: boolean;
    /**
     * Whether the database is backed up and begun anew when PAT changes with the mode; every router begins in an
     * empty one.
     *
     * @default false
     */
    readonly purgeStaleData?: boolean;
    /**
     * Any new value runs every step again, which fixes what was changed by hand.
     */
    readonly reapply?: string;
    /**
     * Whether the deployment ends with the verification that real IPv6 sources are seen.
     *
     * @default true
     */
    readonly verify?: boolean;
    /**
     * Whether a timer writes Prometheus metrics once a minute for node_exporter's textfile collector:
     * docs/monitoring.md.
     *
     * @default false
     */
    readonly metrics?: boolean;
    /**
     * Where that collector reads; empty: where a node_exporter on the host says, or its package in Debian. Must be
     * an absolute path such as /var/lib/node_exporter, of letters, digits and _ . - /.
     */
    readonly metricsDirectory?: string;
    /**
     * A branch's test stack, whose data goes with it; set by scripts/ephemeral.
     *
     * @default false
     */
    readonly ephemeral?: boolean;
    /**
     * Until when a branch's test stack is of use, also a tag in AWS; set by scripts/ephemeral. Must be a date and
     * time such as 2026-01-31T12:00:00Z.
     */
    readonly expiresAt?: string;
    /**
     * host target: where SSH goes, an IPv4 or IPv6 address or a DNS name. Must be an IPv4 or IPv6 address or a DNS
     * name, without brackets, prefix length, zone or spaces.
     */
    readonly hostAddress?: pulumi.Input<string>;
    /**
     * host target: the port of SSH. Must be a whole number from 1 to 65535.
     *
     * @default 22
     */
    readonly hostPort?: number;
    /**
     * host target: the login name; root, or one that may use sudo without a password. Must be a login name of up to
     * 64 letters, digits and _ . - + @ \.
     */
    readonly hostUser?: string;
    /**
     * host target: the machine's public SSH host key, ed25519 or ecdsa; no other machine is spoken to. Must be a
     * public SSH host key "ssh-ed25519 AAAA…" or "ecdsa-sha2-nistp256 AAAA…", as in the host's
     * /etc/ssh/ssh_host_ed25519_key.pub.
     */
    readonly hostKey?: pulumi.Input<string>;
    /**
     * host target: the host's IPv6 address that routers are given; where it is empty that of the default route's
     * interface, a global one before a local one; of another tunnel or bridge of guests none. Must be an IPv6
     * address such as 2001:db8::10, without prefix length and zone.
     */
    readonly routerFacingAddress?: pulumi.Input<string>;
    /**
     * host target: how many daily backups of database and configuration are kept in /var/openbmp/backup; 0: none are
     * made: docs/restore.md. Must be a whole number from 0 to 365.
     *
     * @default 0
     */
    readonly backupKeep?: number;
    /**
     * host target: the hour of the day, 0 to 23, at which one is made, by the host's clock. Must be a whole number
     * from 0 to 23.
     *
     * @default 3
     */
    readonly backupHour?: number;
    /**
     * True or false: whether the tag is resolved to a digest at each deployment, and the digest is run; where it is
     * empty, true for aws and false for host.
     *
     * @default true where target is aws, false where it is host
     */
    readonly pinImage?: boolean;
    /**
     * aws target: the VM's SSH host key, ed25519 without a password, a secret; scripts/stack init makes it. Must be
     * a private SSH key in PEM form, -----BEGIN … PRIVATE KEY-----.
     */
    readonly hostPrivateKey?: pulumi.Input<string>;
    /**
     * aws target: who may log in, IPv4 and IPv6 prefixes; this deployment must be among them. Each must be an IPv4
     * or IPv6 prefix such as 192.0.2.0/24 or 2001:db8::/32.
     *
     * @default []
     */
    readonly sshAllowedCidrs?: readonly string[];
    /**
     * aws target: the VM's type: x86_64, Nitro, 4 GB or more. Must be an instance type such as t3.large or
     * m6i.large.
     *
     * @default t3.large
     */
    readonly instanceType?: string;
    /**
     * aws target: the size of the root volume in GB; it can grow, never shrink. Must be a whole number from 10 to
     * 16384.
     *
     * @default 20
     */
    readonly rootVolumeGb?: number;
    /**
     * aws target: the size of the volume for /var/openbmp in GB; it can grow, never shrink. Must be a whole number
     * from 10 to 16384.
     *
     * @default 50
     */
    readonly dataVolumeGb?: number;
    /**
     * aws target: the AMI; where it is empty, Debian 13's newest when the VM is made, and then the same until this
     * key changes. Must be the id of an AMI such as ami-0123456789abcdef0.
     */
    readonly amiId?: pulumi.Input<string>;
    /**
     * aws target: the IPv4 prefix of the VPC, private, /16 to /28; only where one is made, without subnetId. Must be
     * an IPv4 prefix of length 16 to 28 such as 10.64.0.0/24.
     *
     * @default 10.64.0.0/24
     */
    readonly vpcCidr?: string;
    /**
     * aws target: whether the VM has a public IPv4 address, too.
     *
     * @default true
     */
    readonly publicIpv4?: boolean;
    /**
     * aws target: a subnet that is there already, with an IPv6 block and a route for ::/0; where it is empty, a VPC
     * with one is made; fixed for the stack's life: docs/aws.md. Must be the id of a subnet such as
     * subnet-0123456789abcdef0.
     */
    readonly subnetId?: pulumi.Input<string>;
    /**
     * aws target: security groups of that subnet's VPC which the VM joins besides its own; what they open is open.
     * Each must be the id of a security group such as sg-0123456789abcdef0.
     *
     * @default []
     */
    readonly securityGroupIds?: readonly pulumi.Input<string>[];
    /**
     * aws target: a hosted zone of Route 53 for dnsName. Must be the id of a hosted zone of Route 53 such as
     * Z0123456789ABCDEFGHIJ.
     */
    readonly dnsZoneId?: pulumi.Input<string>;
    /**
     * aws target: a name in that zone, which gets the VM's addresses. Must be a DNS name such as
     * collector.example.net.
     */
    readonly dnsName?: string;
    /**
     * aws target: the KMS key of the volumes, by id, ARN or alias; where it is empty, the account's key for EBS;
     * fixed for the stack's life: docs/aws.md. Must be the id of a KMS key, its ARN, alias/NAME, or an alias's ARN.
     */
    readonly kmsKeyId?: pulumi.Input<string>;
    /**
     * aws target: whether AWS refuses to terminate the VM, also when destroy or a replacement asks for it.
     *
     * @default false
     */
    readonly terminationProtection?: boolean;
    /**
     * aws target: for how many days each of the daily snapshots of the data volume is kept; 0 means that there are
     * none: docs/aws.md. Must be a whole number from 0 to 3650.
     *
     * @default 0
     */
    readonly snapshotRetainDays?: number;
    /**
     * aws target: the role by which Data Lifecycle Manager makes them; where it is empty, the account's
     * AWSDataLifecycleManagerDefaultRole. Must be the ARN of an IAM role such as
     * arn:aws:iam::123456789012:role/snapshots.
     */
    readonly snapshotRoleArn?: pulumi.Input<string>;
    /**
     * aws target: the snapshot that the data volume of a new stack begins from: docs/aws.md. Must be the id of a
     * snapshot of a volume such as snap-0123456789abcdef0.
     */
    readonly dataSnapshotId?: string;
}
