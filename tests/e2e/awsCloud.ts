import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ADDED_CIDR } from "../../components/settings/fields";
import { numberedSubnet, prefixOf } from "../../components/values/addresses";
import { Account } from "../emulators/aws/account";
import { type CloudResource, type CloudSettings, text, texts } from "../emulators/aws/cloud";
import { Machines, nameOf } from "../emulators/aws/machines";
import { Deployment, type StackOptions } from "./deployment";
import { root, run, tryRun } from "./run";
import { Sandbox, standInImage } from "./sandbox";

const region = "eu-central-1";
const amiParameter = "/aws/service/debian/release/13/latest/amd64";

const defaultRole = "AWSDataLifecycleManagerDefaultRole";

/** An account of the emulated AWS, with a Docker network that stands in for the Internet. */
export class AwsCloud {
    /** Images of the region, the newest first. */
    static readonly images = ["ami-0123456789abcdef0", "ami-0fedcba9876543210"] as const;

    /** A hosted zone of the account, for names in example.net. */
    static readonly zone = "Z0123456789ABC";

    private readonly deployments: Deployment[] = [];

    private constructor(
        readonly name: string,
        private readonly directory: string,
        /**
         * The first /64 of the VPC's /56. Routers have addresses in it, too:
         * Docker gives out none of a wider prefix.
         */
        private readonly prefix: string,
        private readonly vpcCidr: string,
        /** How many subnets of the VPC instances can boot in. */
        private readonly subnets: number,
    ) {}

    /** An account whose instances boot, unless they are only to be kept in the books. */
    static async create(name: string, { boots = true, subnets = 1 } = {}): Promise<AwsCloud> {
        const digest = createHash("sha256").update(`aws/${name}`).digest();
        const [first, second, third] = [0xfd00 + (digest[0] ?? 0), digest.readUInt16BE(1), digest.readUInt16BE(3)];
        const prefix = [first, second, third].map((group) => group.toString(16)).join(":");
        // Private, and rarely used: 10.200.0.0 to 10.249.255.0.
        const vpcCidr = `10.${200 + ((digest[10] ?? 0) % 50)}.${digest[11] ?? 0}.0/24`;
        const cloud = new AwsCloud(name, mkdtempSync(join(tmpdir(), "openbmp-aws-")), prefix, vpcCidr, subnets);
        const settings: CloudSettings = {
            amazonPrefix: `${prefix}::/56`,
            oldZone: `${region}a`,
            parameters: { [region]: { [amiParameter]: AwsCloud.images[0] } },
            roles: { [defaultRole]: `arn:aws:iam::123456789012:role/${defaultRole}` },
            snapshots: {},
            zones: { [AwsCloud.zone]: "example.net" },
            keys: { "alias/collector": `arn:aws:kms:${region}:123456789012:key/01234567-89ab-cdef-0123-456789abcdef` },
            ...(boots ? await cloud.makeMachinery() : {}),
        };
        writeFileSync(join(cloud.directory, "cloud.json"), JSON.stringify(settings));
        return cloud;
    }

    /** The address of this machine on the network of the first subnet: where SSH comes from. */
    get deployer(): string {
        return `${this.prefixes[0] ?? ""}::1`;
    }

    /** What the addresses of each subnet begin with. */
    private get prefixes(): string[] {
        return Array.from({ length: this.subnets }, (_, number) =>
            number === 0 ? this.prefix : `${this.prefix}:${number.toString(16)}`,
        );
    }

    /** Variables that lead Pulumi to the emulator. */
    get environment(): Record<string, string> {
        return {
            PATH: `${join(root, "tests/emulators/aws")}:${process.env.PATH ?? ""}`,
            OPENBMP_AWS_EMULATOR: this.directory,
            AWS_REGION: region,
            AWS_ACCESS_KEY_ID: "of-a-test",
            AWS_SECRET_ACCESS_KEY: "of-a-test",
        };
    }

    /** What a stack in the account needs besides its keys; the routers at `…::100/120` of each subnet may connect. Lists as JSON. */
    get config(): Record<string, string> {
        const allowed = JSON.stringify(this.prefixes.map((prefix) => `${prefix}::100/120`));
        return {
            target: "aws",
            image: standInImage,
            // There is no registry to ask.
            pinImage: "false",
            vpcCidr: this.vpcCidr,
            bmpAllowedCidrs: allowed,
            restAllowedCidrs: allowed,
            sshAllowedCidrs: JSON.stringify(this.prefixes.map((prefix) => `${prefix}::1/128`)),
        };
    }

    /** A stack in the account, whose data goes with it. */
    async deployment(options: Partial<StackOptions> = {}): Promise<Deployment> {
        const deployment = await Deployment.of({
            name: this.name,
            config: { ...this.config, ephemeral: "true", ...options.config },
            secrets: { sshPrivateKey: await this.newKey("login"), hostPrivateKey: await this.newKey("host") },
            environment: { ...this.environment, ...options.environment },
        });
        this.deployments.push(deployment);
        return deployment;
    }

    /** What is in the account. */
    resources(): CloudResource[] {
        return [...this.account.read().resources.values()];
    }

    /** The instance in that subnet of the VPC, the first without a number. */
    instance(subnet = 0): CloudResource {
        const instance = this.account
            .read()
            .all("aws:ec2/instance:Instance")
            .find(({ properties }) => texts(properties, "ipv6Addresses")[0]?.startsWith(`${this.prefixes[subnet]}::`));
        if (!instance) {
            throw new Error(`there is no instance in the subnet ${subnet}`);
        }
        return instance;
    }

    /** The instance in that subnet as a host to look into. */
    machine(subnet = 0): Sandbox {
        const { id, properties } = this.instance(subnet);
        const info = {
            address: texts(properties, "ipv6Addresses")[0] ?? "",
            addressV4: text(properties, "privateIp") ?? "",
            user: "admin",
            privateKeyFile: join(this.directory, "login"),
            hostKey: readFileSync(join(this.directory, "host.pub"), "utf8").trim(),
            network: this.networks[subnet] ?? "",
        };
        return Sandbox.of(nameOf(this.account.read(), id), info);
    }

    /** A network that somebody else made: a subnet with routes out, and a security group beside it. */
    makeNetwork(): { subnetId: string; securityGroupId: string; ids: string[] } {
        return this.account.change((cloud) => {
            const { id: vpcId } = cloud.create("aws:ec2/vpc:Vpc", {
                cidrBlock: this.vpcCidr,
                assignGeneratedIpv6CidrBlock: true,
            });
            const { id: subnetId } = cloud.create("aws:ec2/subnet:Subnet", {
                ...{ vpcId, cidrBlock: this.vpcCidr, ipv6CidrBlock: `${this.prefix}::/64` },
                availabilityZone: `${region}c`,
            });
            const { id: gatewayId } = cloud.create("aws:ec2/internetGateway:InternetGateway", { vpcId });
            const { id: routeTableId } = cloud.create("aws:ec2/routeTable:RouteTable", { vpcId });
            const others = [
                cloud.create("aws:ec2/routeTableAssociation:RouteTableAssociation", { routeTableId, subnetId }),
                cloud.create("aws:ec2/route:Route", { routeTableId, gatewayId, destinationCidrBlock: "0.0.0.0/0" }),
                cloud.create("aws:ec2/route:Route", { routeTableId, gatewayId, destinationIpv6CidrBlock: "::/0" }),
            ];
            const { id: securityGroupId } = cloud.create("aws:ec2/securityGroup:SecurityGroup", { vpcId });
            const ids = [vpcId, subnetId, gatewayId, routeTableId, ...others.map(({ id }) => id), securityGroupId];
            return { subnetId, securityGroupId, ids };
        });
    }

    /** A snapshot of the data volume while everything runs: what was not synced is not in it. */
    async snapshot(): Promise<string> {
        const [volume] = this.account.read().all("aws:ebs/volume:Volume");
        const id = "snap-0123456789abcdef0";
        const container = `openbmp-sandbox-${nameOf(this.account.read(), this.instance().id)}`;
        // A file is not copied in a moment, as AWS does it.
        await run("docker", ["exec", container, "sync"]);
        await run("docker", ["pause", container]);
        await this.machines.snapshot(volume?.id ?? "", id);
        await run("docker", ["unpause", container]);
        const settings: CloudSettings = { ...this.account.settings, snapshots: { [id]: 50 } };
        writeFileSync(join(this.directory, "cloud.json"), JSON.stringify(settings));
        return id;
    }

    /** The instance is gone, and Pulumi was not told. */
    async lose(): Promise<void> {
        const instance = this.instance();
        this.account.change((cloud) => {
            cloud.remove(instance.id);
        });
        await this.machines.removed(instance);
    }

    /** All of it goes, with the stacks in it and whoever is on its network. */
    async down(): Promise<void> {
        // Instances before the volumes on them.
        for (const resource of this.resources().sort((one) => (one.token === "aws:ec2/instance:Instance" ? -1 : 1))) {
            await this.machines.removed(resource);
        }
        await this.removeNetworks();
        rmSync(this.directory, { recursive: true, force: true });
        this.deployments.forEach((deployment) => {
            deployment.remove();
        });
    }

    private get account(): Account {
        return new Account(this.directory, region);
    }

    private get machines(): Machines {
        return new Machines(this.account, join(root, "tests/emulators/aws/machine"));
    }

    /** The Docker network of each subnet. */
    private get networks(): string[] {
        return this.prefixes.map((_, number) => `openbmp-aws-${this.name}${number === 0 ? "" : `-${number}`}`);
    }

    /** The networks, and what every instance has loaded. */
    private async makeMachinery(): Promise<Partial<CloudSettings>> {
        await this.removeNetworks();
        const networks: Record<string, string> = {};
        for (const [number, prefix] of this.prefixes.entries()) {
            const network = this.networks[number] ?? "";
            const ipv6 = ["--ipv6", "--subnet", `${prefix}::/64`, "--gateway", `${prefix}::1`];
            const ipv4 = number === 0 ? this.vpcCidr : numberedSubnet(ADDED_CIDR, 28, number);
            await run("docker", ["network", "create", ...ipv6, "--subnet", ipv4, network]);
            networks[prefixOf(`${prefix}::/64`).text] = network;
        }
        return { networks, namePrefix: this.name, image: (await run("scripts/stand-in", [])).trim() };
    }

    /** With what an interrupted run left on them. */
    private async removeNetworks(): Promise<void> {
        for (const network of this.networks) {
            const { stdout } = await tryRun("docker", ["ps", "--all", "--quiet", "--filter", `network=${network}`]);
            const containers = stdout.split("\n").filter((id) => id !== "");
            if (containers.length > 0) {
                await tryRun("docker", ["rm", "--force", "--volumes", ...containers]);
            }
            await tryRun("docker", ["network", "rm", network]);
        }
    }

    private async newKey(name: string): Promise<string> {
        const file = join(this.directory, name);
        await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file]);
        return readFileSync(file, "utf8");
    }
}
