import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ipaddr from "ipaddr.js";
import { unsupported } from "./inputs";
import { isProperties, type Properties, unknown } from "../protocol/values";

/** The version of @pulumi/command that is emulated. */
export const emulatedVersion = "1.2.1";

const remedy =
    `install the real plugin (pulumi plugin install resource command ${emulatedVersion}), ` +
    `or name a folder with its archive pulumi-resource-command-v${emulatedVersion}-….tar.gz in OPENBMP_PULUMI_PLUGINS`;

/** The sandboxes made on this machine. */
export interface Sandboxes {
    readonly addresses: ReadonlySet<string>;
    /** Their public host keys, base64. */
    readonly hostKeys: ReadonlySet<string>;
}

/** Reads what `scripts/sandbox up` keeps for each sandbox: a known_hosts file of one line. */
export function sandboxesIn(stateDirectory: string): Sandboxes {
    const lines = directoriesIn(join(stateDirectory, "sandbox")).flatMap((directory) => lineOf(directory) ?? []);
    return {
        addresses: new Set(lines.map(({ address }) => normalised(address))),
        hostKeys: new Set(lines.map(({ hostKey }) => hostKey)),
    };
}

/**
 * Why the emulator does not run commands with these inputs (without marks of
 * secrets), a line for each reason; empty where it does. A reason never holds a
 * secret.
 *
 * @param cloudIsEmulated - whether a machine that is still to be made will be a sandbox; in a real
 * cloud it would be made before its address is known, and refused then
 */
export function refusals(inputs: Properties, sandboxes: Sandboxes, cloudIsEmulated: boolean): string[] {
    const { connection } = inputs;
    const hops = isProperties(connection) ? [connection, connection.proxy].filter(isProperties) : [];
    const isToCome = connection === unknown || hops.some(({ host }) => host === unknown);
    const reasons = [
        ...unsupported(inputs),
        ...(isToCome && !cloudIsEmulated ? ["the machine is still to be made, in a cloud that is not emulated"] : []),
        ...hops.flatMap((hop) => hostRefusal(hop, sandboxes) ?? []),
    ];
    return reasons.map((reason) => `the emulator of the command plugin refuses: ${reason}; ${remedy}`);
}

/**
 * A sandbox is told by its pinned key or by its address: with another key
 * pinned, the connection itself must fail.
 */
function hostRefusal(hop: Properties, { addresses, hostKeys }: Sandboxes): string | undefined {
    const { host, hostKey } = hop;
    if (typeof host !== "string" || typeof hostKey !== "string" || host === unknown || hostKey === unknown) {
        return undefined;
    }
    if (isLoopback(host) || addresses.has(normalised(host)) || hostKeys.has(hostKey.trim().split(/\s+/)[1] ?? "")) {
        return undefined;
    }
    return `${host} is neither a loopback address nor a sandbox made on this machine`;
}

function isLoopback(host: string): boolean {
    return ipaddr.isValid(host) && ipaddr.process(host).range() === "loopback";
}

/** One spelling for each address; names stay as they are. */
function normalised(host: string): string {
    return ipaddr.isValid(host) ? ipaddr.parse(host).toString() : host;
}

function directoriesIn(path: string): string[] {
    try {
        return readdirSync(path).map((name) => join(path, name));
    } catch {
        return [];
    }
}

function lineOf(sandboxDirectory: string): { address: string; hostKey: string } | undefined {
    try {
        const line = readFileSync(join(sandboxDirectory, "known_hosts"), "utf8");
        const [, address, hostKey] = /^(\S+) \S+ (\S+)$/m.exec(line) ?? [];
        return address && hostKey ? { address, hostKey } : undefined;
    } catch {
        // A sandbox that is just being made or removed.
        return undefined;
    }
}
