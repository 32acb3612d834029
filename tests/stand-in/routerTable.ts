import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A row of AIO's `v_routers` view, as its REST API shows it. */
export interface RouterRow {
    readonly RouterName: string;
    readonly RouterIP: string;
    readonly RouterAS: number | null;
    readonly description: string;
    readonly isConnected: 0 | 1;
    readonly isPassive: 0 | 1;
    readonly LastTermCode: number | null;
    readonly LastTermReason: string;
    readonly InitData: string;
    readonly LastModified: string;
}

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

/** The routers that the collector ever saw, kept in one file under AIO's database directory. */
export class RouterTable {
    private readonly file: string;
    private readonly rows: Record<string, RouterRow>;

    constructor(directory: string) {
        mkdirSync(directory, { recursive: true });
        this.file = join(directory, "routers.json");
        this.rows = existsSync(this.file)
            ? (JSON.parse(readFileSync(this.file, "utf8")) as Record<string, RouterRow>)
            : {};
        for (const [hash, row] of Object.entries(this.rows)) {
            this.rows[hash] = { ...row, isConnected: 0 };
        }
        this.save();
    }

    set(hash: string, row: Omit<RouterRow, "LastModified">): void {
        this.rows[hash] = { ...row, LastModified: new Date().toISOString() };
        this.save();
    }

    update(hash: string, change: Partial<RouterRow>): void {
        const row = this.rows[hash];
        if (row) {
            this.set(hash, { ...row, ...change });
        }
    }

    list(): RouterRow[] {
        return Object.values(this.rows);
    }

    private save(): void {
        writeFileSync(`${this.file}.new`, JSON.stringify(this.rows, null, 1));
        renameSync(`${this.file}.new`, this.file);
    }
}
