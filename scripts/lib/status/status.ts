import { gunzipSync } from "node:zlib";
import ipaddr from "ipaddr.js";
import { type CollectorValues, listenModeIn, patEnabledIn, planEdits } from "../../../components/openbmpdConf";

/** Something on the host that is not as deployed. */
export interface Difference {
    readonly what: string;
    /** How to mend it, where a new `reapply` is not enough. */
    readonly cure?: string;
}

export interface Router {
    readonly name: string;
    /** The source address that the collector saw. */
    readonly address: string;
    readonly connected: boolean;
    /** When the collector last noted a change of it, as the REST API says it. */
    readonly since: string | null;
    readonly lastTermination: { readonly code: number | null; readonly reason: string } | null;
}

/** A row of the routers' list, with what is suspicious about its address. */
export interface MarkedRouter extends Router {
    /** Whose address it is, where it is one of the host's own: docker-proxy's doing. */
    readonly mark: string | null;
}

/** What scripts/host/status.sh prints. */
export interface HostStatus {
    readonly engine: { readonly version: string };
    readonly container: {
        readonly id: string;
        readonly image: string;
        readonly running: boolean;
        readonly startedAt: string;
        readonly network: string;
        readonly ipv6Address: string;
    } | null;
    /** How IPv6 to each published port reaches the container. */
    readonly ports: readonly {
        readonly name: "bmp" | "rest";
        readonly port: number;
        readonly datapath: "dnat" | "native" | "proxy" | "closed";
        readonly why: string;
    }[];
    /** Rules of ours, in their order, with what passed them since they were written. */
    readonly rules: readonly {
        readonly command: "iptables" | "ip6tables";
        readonly table: string;
        readonly rule: string;
        readonly packets: number;
        readonly bytes: number;
    }[];
    readonly units: readonly { readonly name: string; readonly enabled: string; readonly active: string }[];
    /** Null where the REST API does not answer. */
    readonly routers: readonly Router[] | null;
    /** The host's addresses, and the interfaces that have them. */
    readonly addresses: readonly { readonly address: string; readonly interface: string; readonly bridge: boolean }[];
    /** What the deployment wants in openbmpd.conf. */
    readonly wanted: CollectorValues;
    /** The file, gzipped, in base64; null where there is no regular file. */
    readonly openbmpdConf: string | null;
    readonly differences: readonly Difference[];
}

/** What `scripts/status --json` prints. */
export type Status = Omit<HostStatus, "addresses" | "wanted" | "openbmpdConf" | "routers"> & {
    /** `PROJECT/STACK`. */
    readonly owner: string;
    /** Where SSH went. */
    readonly host: string;
    readonly collector: { readonly listenMode: string | null; readonly patEnabled: boolean | null };
    readonly routers: readonly MarkedRouter[] | null;
};

/** Joins what the host said with what is worked out here: openbmpd.conf, and whose the routers' addresses are. */
export function statusOf(owner: string, host: string, found: HostStatus): Status {
    const { addresses, wanted, openbmpdConf, routers, differences, ...rest } = found;
    const file = openbmpdConf === null ? undefined : gunzipSync(Buffer.from(openbmpdConf, "base64"));
    const collector = file && readCollector(file, wanted);
    return {
        owner,
        host,
        ...rest,
        collector: { listenMode: collector?.listenMode ?? null, patEnabled: collector?.patEnabled ?? null },
        routers: routers?.map((router) => ({ ...router, mark: markOf(router.address, addresses) })) ?? null,
        differences: [...differences, ...(collector?.differences ?? [])],
    };
}

interface CollectorFile {
    readonly listenMode?: string | undefined;
    readonly patEnabled?: boolean | undefined;
    readonly differences: readonly Difference[];
}

/** A file that cannot be edited safely cannot be mended by a step either. */
function readCollector(file: Buffer, wanted: CollectorValues): CollectorFile {
    try {
        const differences = planEdits(file, wanted).map(({ reason }) => ({ what: `openbmpd.conf: ${reason}` }));
        return { listenMode: listenModeIn(file), patEnabled: patEnabledIn(file), differences };
    } catch (error) {
        return { differences: [{ what: (error as Error).message, cure: "mend the file by hand" }] };
    }
}

function markOf(address: string, own: HostStatus["addresses"]): string | null {
    const holder = own.find((each) => sameAddress(each.address, address));
    if (!holder) {
        return null;
    }
    return holder.bridge ? `the gateway on ${holder.interface}` : `the host's own, on ${holder.interface}`;
}

function sameAddress(one: string, other: string): boolean {
    return (
        ipaddr.isValid(one) &&
        ipaddr.isValid(other) &&
        ipaddr.process(one).toNormalizedString() === ipaddr.process(other).toNormalizedString()
    );
}
