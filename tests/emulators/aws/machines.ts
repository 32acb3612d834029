/** What the account's resources are on this machine: containers, disk images and firewall rules. */
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { prefixOf } from "../../../components/values/addresses";
import type { Account } from "./account";
import { type Cloud, type CloudResource, number, text, texts } from "./cloud";
import { firewallOf } from "./firewall";

const GIB = 2 ** 30;

/** Follows what happens in the account. Without a Docker network in its settings nothing is booted. */
export class Machines {
    constructor(
        private readonly account: Account,
        /** The executable tests/emulators/aws/machine. */
        private readonly command: string,
    ) {}

    async created(resource: CloudResource): Promise<void> {
        const { token, id, properties } = resource;
        if (token === "aws:ebs/volume:Volume") {
            const snapshotId = text(properties, "snapshotId");
            if (snapshotId !== undefined) {
                await this.copy(this.imageOf(snapshotId), this.imageOf(id));
            }
            this.resize(id, number(properties, "size") ?? 1);
        } else if (token === "aws:ec2/instance:Instance") {
            await this.boot(resource);
        } else if (token === "aws:ec2/volumeAttachment:VolumeAttachment") {
            await this.attachment("attach", properties);
        } else if (token === "aws:ec2/networkInterface:NetworkInterface") {
            await this.run("serve", nameOf(this.account.read(), id), texts(properties, "ipv6Addresses")[0] ?? "");
        }
        await this.followGroups(resource);
    }

    async updated(resource: CloudResource, before: CloudResource): Promise<void> {
        if (resource.token === "aws:ebs/volume:Volume") {
            this.resize(resource.id, number(resource.properties, "size") ?? 1);
            await this.run("grown", this.imageOf(resource.id));
        } else if (resource.token === "aws:ec2/instance:Instance" && needsStop(resource, before)) {
            // The guest keeps its disk and its instance id: cloud-init does not run user data again.
            await this.run("stop", nameOf(this.account.read(), resource.id));
            await this.run("start", nameOf(this.account.read(), resource.id));
        }
        await this.followGroups(resource);
    }

    /** Before the account forgets it. */
    async removing({ token, properties }: CloudResource): Promise<void> {
        if (token === "aws:ec2/volumeAttachment:VolumeAttachment") {
            const name = nameOf(this.account.read(), text(properties, "instanceId") ?? "");
            if (properties.stopInstanceBeforeDetaching === true) {
                await this.run("stop", name);
            }
            await this.attachment("detach", properties);
        }
    }

    /** After the account forgot it. */
    async removed(resource: CloudResource): Promise<void> {
        const { token, id } = resource;
        if (token === "aws:ebs/volume:Volume") {
            await this.run("release", this.imageOf(id));
            rmSync(this.imageOf(id), { force: true });
        } else if (token === "aws:ec2/instance:Instance") {
            await this.run("terminate", nameOf(this.account.read(), id));
        } else if (token === "aws:ec2/networkInterface:NetworkInterface") {
            await this.run("forget", nameOf(this.account.read(), id));
        }
        await this.followGroups(resource);
    }

    private async boot({ id, properties }: CloudResource): Promise<void> {
        const cloud = this.account.read();
        const directory = this.directoryOf(id);
        mkdirSync(directory, { recursive: true, mode: 0o700 });
        const privateIp = text(properties, "privateIp") ?? "";
        writeFileSync(join(directory, "user-data"), text(properties, "userData") ?? "");
        writeFileSync(
            join(directory, "meta-data"),
            JSON.stringify({ "instance-id": id, "local-hostname": `ip-${privateIp.replaceAll(".", "-")}` }),
        );
        this.writeFirewall(cloud, id);
        const [ipv6 = ""] = texts(properties, "ipv6Addresses");
        await this.run(
            "boot",
            nameOf(cloud, id),
            directory,
            networkOf(cloud, id),
            ipv6,
            privateIp,
            cloud.settings.image ?? "",
        );
    }

    /** The rules of every running instance, where a group may have changed. */
    private async followGroups({ token }: CloudResource): Promise<void> {
        if (!/SecurityGroup(In|E)gressRule$|NetworkInterface$/.test(token)) {
            return;
        }
        const cloud = this.account.read();
        for (const { id } of cloud.all("aws:ec2/instance:Instance")) {
            this.writeFirewall(cloud, id);
            await this.run("firewall", nameOf(cloud, id), this.directoryOf(id));
        }
    }

    private writeFirewall(cloud: Cloud, instanceId: string): void {
        const interfaceId = text(cloud.properties(instanceId), "primaryNetworkInterfaceId") ?? "";
        for (const family of ["ipv4", "ipv6"] as const) {
            const file = join(this.directoryOf(instanceId), `firewall.${family}`);
            mkdirSync(this.directoryOf(instanceId), { recursive: true, mode: 0o700 });
            writeFileSync(file, firewallOf(cloud, interfaceId, family));
        }
    }

    private async attachment(verb: "attach" | "detach", properties: CloudResource["properties"]): Promise<void> {
        const [volumeId, instanceId] = [text(properties, "volumeId") ?? "", text(properties, "instanceId") ?? ""];
        await this.run(verb, nameOf(this.account.read(), instanceId), volumeId, this.imageOf(volumeId));
    }

    /** A file of that size that holds what was written to it only. */
    private resize(volumeId: string, gib: number): void {
        mkdirSync(join(this.account.directory, "volumes"), { recursive: true });
        writeFileSync(this.imageOf(volumeId), "", { flag: "a", mode: 0o600 });
        truncateSync(this.imageOf(volumeId), gib * GIB);
    }

    /** A snapshot is a file beside the volumes. */
    async snapshot(volumeId: string, snapshotId: string): Promise<void> {
        await this.copy(this.imageOf(volumeId), this.imageOf(snapshotId));
    }

    private async copy(from: string, to: string): Promise<void> {
        await promisify(execFile)("cp", ["--sparse=always", from, to]);
    }

    private imageOf(volumeId: string): string {
        return join(this.account.directory, "volumes", `${volumeId}.img`);
    }

    private directoryOf(instanceId: string): string {
        return join(this.account.directory, "instances", instanceId);
    }

    private async run(...args: readonly string[]): Promise<void> {
        if (this.account.settings.networks === undefined) {
            return;
        }
        try {
            await promisify(execFile)(this.command, args);
        } catch (error) {
            const { stderr, message } = error as Error & { stderr?: string };
            throw new Error((stderr ?? "").trim() || message);
        }
    }
}

/** The Docker network of an instance's subnet; none where nothing is booted. */
function networkOf(cloud: Cloud, instanceId: string): string {
    const { networks } = cloud.settings;
    const networkInterface = cloud.properties(text(cloud.properties(instanceId), "primaryNetworkInterfaceId") ?? "");
    const prefix = prefixOf(text(cloud.properties(text(networkInterface, "subnetId") ?? ""), "ipv6CidrBlock") ?? "");
    const network = networks === undefined ? "" : networks[prefix.text];
    if (network === undefined) {
        throw new Error(`the test has no Docker network for ${prefix.text}: make its account with more subnets`);
    }
    return network;
}

/** Whether AWS stops and starts the instance to make the change. */
function needsStop(after: CloudResource, before: CloudResource): boolean {
    return ["instanceType", "userData"].some((name) => after.properties[name] !== before.properties[name]);
}

/** The name of an instance's sandbox, or of what an interface's address is kept under. */
export function nameOf({ settings }: Cloud, instanceId: string): string {
    return `${settings.namePrefix ?? "aws"}-${instanceId.slice(-8)}`;
}
