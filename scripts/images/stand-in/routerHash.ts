import { createHash } from "node:crypto";

export interface RouterIdentity {
    readonly address: string;
    readonly sysName?: string;
    readonly bgpId?: string;
}

const md5 = (...parts: string[]) => parts.reduce((hash, part) => hash.update(part), createHash("md5")).digest("hex");

/**
 * The key of a router: its source address without PAT, and with PAT its BGP
 * identifier, else its sysName, else its source address.
 */
export function routerHash(router: RouterIdentity, adminId: string, patEnabled: boolean): string {
    const key = patEnabled ? router.bgpId || router.sysName || router.address : router.address;
    return md5(key, md5(adminId));
}
