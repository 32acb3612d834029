import type { z } from "zod";
import {
    isHostName,
    type Prefix,
    prefixContains,
    prefixesOverlap,
    prefixOf,
    readPrefix,
    worldOpenReason,
} from "../values/addresses";
import { KAFKA_PORT, MYSQL_PORT, PUBLIC_REST_USER, SSH_PORT } from "../values/ports";
import { ADDED_CIDR, AWS_SERVICES_PREFIX } from "./fields";
import { checkRole, type RoleSettings } from "./roleChecks";
import { isEncrypted, publicKeyOf } from "../values/sshKeys";

type Refuse = (path: (string | number)[], message: string) => void;

const refuseIn =
    (context: z.RefinementCtx): Refuse =>
    (path, message) => {
        context.addIssue({ code: "custom", path, message });
    };

/** An allow list as it is while the whole configuration is checked: what is no prefix is refused on its own account. */
type AllowList = readonly (Prefix | undefined)[];

interface Lists {
    readonly bmpAllowedCidrs: AllowList;
    readonly restAllowedCidrs: AllowList;
    readonly kafkaAllowedCidrs: AllowList;
    readonly mysqlAllowedCidrs: AllowList;
    readonly sshAllowedCidrs?: AllowList;
    readonly allowWorldOpen: boolean;
    readonly fixedCidrV6: string;
}

function checkLists(settings: Lists, refuse: Refuse): void {
    const containers = readPrefix(settings.fixedCidrV6);
    for (const key of [
        "bmpAllowedCidrs",
        "restAllowedCidrs",
        "kafkaAllowedCidrs",
        "mysqlAllowedCidrs",
        "sshAllowedCidrs",
    ] as const) {
        settings[key]?.forEach((prefix, index) => {
            if (!prefix) {
                return;
            }
            const open = worldOpenReason(prefix);
            if (open !== undefined && !settings.allowWorldOpen) {
                refuse([key, index], `narrower than the whole Internet (${open}), unless allowWorldOpen is true`);
            }
            if (containers && prefixContains(containers, prefix)) {
                refuse([key, index], `outside fixedCidrV6 (${settings.fixedCidrV6}), where only containers are`);
            }
            if (prefixContains(AWS_SERVICES_PREFIX, prefix)) {
                refuse([key, index], `outside ${AWS_SERVICES_PREFIX.text}, where only services of AWS are`);
            }
        });
    }
}

interface Common extends Lists, RoleSettings {
    readonly bmpPort: number;
    readonly hostPort?: number;
    readonly bastionAddress?: string | undefined;
    readonly bastionPort: number;
    readonly bastionUser?: string | undefined;
    readonly bastionHostKey?: string | undefined;
    readonly environment: Readonly<Record<string, string>>;
    readonly image: string;
    readonly registryUser?: string | undefined;
    readonly registryPassword?: string | undefined;
    readonly metrics: boolean;
    readonly metricsDirectory?: string | undefined;
}

/** What must hold between the keys of either target. */
export function checkBoth(settings: Common, context: z.RefinementCtx): void {
    const refuse = refuseIn(context);
    checkRole(settings, refuse);
    checkPorts(settings, refuse);
    checkLists(settings, refuse);
    checkKafka(settings, refuse);
    checkMysql(settings, refuse);
    checkBastion(settings, refuse);
    if (settings.restUser !== PUBLIC_REST_USER && settings.restPassword === undefined) {
        refuse(["restPassword"], "given together with restUser");
    }
    if ((settings.registryUser === undefined) !== (settings.registryPassword === undefined)) {
        const [missing, given] =
            settings.registryUser === undefined
                ? ["registryUser", "registryPassword"]
                : ["registryPassword", "registryUser"];
        refuse([missing], `given together with ${given}`);
    }
    if (settings.metricsDirectory !== undefined && !settings.metrics) {
        refuse(["metricsDirectory"], "left out where metrics is false");
    }
}

function checkPorts(settings: Common, refuse: Refuse): void {
    if (settings.role === "aio" && settings.bmpPort === settings.restPort) {
        refuse(["restPort"], "another port than bmpPort");
    }
    const sshPort = settings.hostPort ?? SSH_PORT;
    for (const key of settings.role === "aio" ? (["bmpPort", "restPort"] as const) : (["bmpPort"] as const)) {
        if (settings[key] === sshPort) {
            refuse(
                [key],
                settings.hostPort === undefined
                    ? `another port than ${SSH_PORT}, where SSH listens`
                    : "another port than hostPort, where SSH listens",
            );
        }
    }
    const outside = [
        ["kafkaAllowedCidrs", KAFKA_PORT],
        ["mysqlAllowedCidrs", MYSQL_PORT],
    ] as const;
    for (const [list, port] of outside.filter(([key]) => settings[key].length > 0)) {
        for (const key of ["bmpPort", "restPort"] as const) {
            if (settings[key] === port) {
                refuse([key], `another port than ${port}, which ${list} publishes`);
            }
        }
        if (sshPort === port) {
            refuse([list], `left out where hostPort is ${port}: it would publish the port where SSH listens`);
        }
    }
}

/** The broker sends all its clients, those inside the container too, to the name that it advertises. */
function checkKafka({ kafkaFqdn, kafkaAllowedCidrs }: Common, refuse: Refuse): void {
    if (!isHostName(kafkaFqdn)) {
        // Refused on its own account.
        return;
    }
    if (kafkaAllowedCidrs.length === 0 && kafkaFqdn !== "localhost") {
        refuse(
            ["kafkaFqdn"],
            "localhost or left out where kafkaAllowedCidrs is empty, or no router's row would ever appear: remove kafkaFqdn, or list in kafkaAllowedCidrs who reads Kafka from outside",
        );
    } else if (kafkaAllowedCidrs.length > 0 && /(^|\.)localhost$/i.test(kafkaFqdn)) {
        refuse(["kafkaFqdn"], "the DNS name at which those of kafkaAllowedCidrs reach the host");
    }
}

/** What the image sets where the variable is not given; everybody knows them. */
const PUBLIC_PASSWORDS: readonly (string | undefined)[] = ["OpenBMP", "openbmp", "", undefined];

function checkMysql({ mysqlAllowedCidrs, environment }: Common, refuse: Refuse): void {
    for (const name of ["MYSQL_ROOT_PASSWORD", "OPENBMP_DB_PASSWORD"]) {
        if (mysqlAllowedCidrs.length > 0 && PUBLIC_PASSWORDS.includes(environment[name])) {
            refuse(
                ["environment", name],
                `a password of your own where mysqlAllowedCidrs is not empty, since the image's is public: scripts/pulumi config set --secret --path environment.${name}`,
            );
        }
    }
}

function checkBastion(settings: Common, refuse: Refuse): void {
    if (settings.bastionAddress !== undefined && settings.bastionHostKey === undefined) {
        refuse(["bastionHostKey"], "the bastion's public SSH host key when bastionAddress is given");
    }
    for (const key of ["bastionUser", "bastionHostKey"] as const) {
        if (settings.bastionAddress === undefined && settings[key] !== undefined) {
            refuse([key], "left out where bastionAddress is not given");
        }
    }
    if (settings.bastionAddress === undefined && settings.bastionPort !== SSH_PORT) {
        refuse(["bastionPort"], "left out where bastionAddress is not given");
    }
}

interface Host {
    readonly sshPrivateKey: string;
    readonly sshPrivateKeyPassword?: string | undefined;
}

/** What must hold where the machine is there already. */
export function checkHost(settings: Host, context: z.RefinementCtx): void {
    if (isEncrypted(settings.sshPrivateKey) && settings.sshPrivateKeyPassword === undefined) {
        refuseIn(context)(["sshPrivateKey"], "a key without a password, or given together with sshPrivateKeyPassword");
    }
}

/** The IPv4 prefix of a VPC of the stack's own, unless vpcCidr says otherwise. */
export const OWN_VPC_CIDR = "10.64.0.0/24";

interface Aws {
    readonly hostPrivateKey: string;
    readonly sshPrivateKey: string;
    readonly sshPrivateKeyPassword?: string | undefined;
    readonly sshAllowedCidrs: AllowList;
    readonly publicIpv4: boolean;
    readonly vpcCidr: string;
    readonly subnetId?: string | undefined;
    readonly securityGroupIds: readonly string[];
    readonly dnsZoneId?: string | undefined;
    readonly dnsName?: string | undefined;
    readonly snapshotRetainDays: number;
    readonly snapshotRoleArn?: string | undefined;
}

/** What must hold where the program creates the VM. */
export function checkAws(settings: Aws, context: z.RefinementCtx): void {
    const refuse = refuseIn(context);
    checkVm(settings, refuse);
    checkWhatIsThere(settings, refuse);
}

/** What must hold between the keys that name networks and names that are there already. */
function checkWhatIsThere(settings: Aws, refuse: Refuse): void {
    if (settings.subnetId !== undefined && settings.vpcCidr !== OWN_VPC_CIDR) {
        refuse(["vpcCidr"], "left out where subnetId is given: it has no effect, as no VPC is made");
    }
    if (settings.subnetId === undefined && settings.securityGroupIds.length > 0) {
        refuse(["securityGroupIds"], "left out where subnetId is not given: a group belongs to the VPC that it is in");
    }
    if ((settings.dnsZoneId === undefined) !== (settings.dnsName === undefined)) {
        const [missing, given] = settings.dnsZoneId === undefined ? ["dnsZoneId", "dnsName"] : ["dnsName", "dnsZoneId"];
        refuse([missing], `given together with ${given}`);
    }
    if (settings.snapshotRoleArn !== undefined && settings.snapshotRetainDays === 0) {
        refuse(["snapshotRoleArn"], "left out where snapshotRetainDays is 0: no snapshots are made");
    }
}

/**
 * What must hold where several VMs are made of the same settings.
 *
 * @param values - as the configuration has them: what is wrong by itself is refused on its own account
 */
export function checkSeveralVms(values: Readonly<Record<string, unknown>>, refuse: Refuse): void {
    const { subnetId, vpcCidr = OWN_VPC_CIDR, dataSnapshotId, kafkaFqdn = "localhost", dnsName } = values;
    const added = prefixOf(ADDED_CIDR);
    const vpc = readPrefix(String(vpcCidr));
    if (subnetId === undefined && vpc !== undefined && prefixesOverlap(vpc, added)) {
        refuse(
            ["vpcCidr"],
            `outside ${added.text} where collectors is more than 1: the VPC gets that for their subnets`,
        );
    }
    if (dataSnapshotId !== undefined) {
        refuse(
            ["dataSnapshotId"],
            "left out where collectors is more than 1: each would begin with the same data; restore it with one, and add the others later",
        );
    }
    if (kafkaFqdn !== "localhost" && kafkaFqdn !== dnsName) {
        refuse(
            ["kafkaFqdn"],
            "the same as dnsName where collectors is more than 1: of that each gets a name of its own, which its broker advertises",
        );
    }
}

function checkVm(settings: Aws, refuse: Refuse): void {
    // cloud-init writes it as it is, and the command provider pins no RSA key.
    if (readKey(settings.hostPrivateKey).type !== "ssh-ed25519") {
        refuse(["hostPrivateKey"], 'a private ed25519 key without a password, as "scripts/stack init" makes it');
    }
    const { problem } = readKey(settings.sshPrivateKey, settings.sshPrivateKeyPassword);
    if (problem !== undefined) {
        refuse(["sshPrivateKey"], `a private SSH key that can be read with sshPrivateKeyPassword (${problem})`);
    }
    if (settings.sshAllowedCidrs.length === 0) {
        refuse(
            ["sshAllowedCidrs"],
            "a list with the prefix that this deployment connects from: without it, SSH to the new VM is closed",
        );
    } else if (!settings.publicIpv4 && !settings.sshAllowedCidrs.some((prefix) => prefix?.family === "ipv6")) {
        refuse(["sshAllowedCidrs"], "a list with an IPv6 prefix where publicIpv4 is false: SSH goes over IPv6");
    }
}

function readKey(privateKey: string, password?: string): { type?: string; problem?: string } {
    try {
        return publicKeyOf(privateKey, password);
    } catch (error) {
        return { problem: (error as Error).message };
    }
}
