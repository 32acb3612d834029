import ipaddr from "ipaddr.js";
import * as z from "zod/mini";
import { isIpv6Address } from "../../../components/values/addresses";
import {
    type CollectorValues,
    listenModeIn,
    listenProblemsIn,
    patEnabledIn,
    planEdits,
    unpackFile,
    warningsOf,
} from "../../../components/openbmpd/openbmpdConf";
import { LISTEN_MODES } from "../../../components/values/modes";
import { cell, shortened } from "../../../components/values/printable";

/** A text of somebody else's: the host cuts what may be long. */
const words = z.string().check(z.maxLength(4096));
const count = z.int().check(z.nonnegative());
/** An address, or empty. */
const ipv6Address = z.string().check(z.refine((text) => text === "" || isIpv6Address(text)));

const portName = z.enum(["bmp", "rest", "kafka", "mysql"]);

const router = z.object({
    name: words,
    /** The source address that the collector saw. */
    address: words,
    connected: z.boolean(),
    /** When the collector last noted a change of it, as the REST API says it. */
    since: z.nullable(words),
    lastTermination: z.nullable(z.object({ code: z.nullable(z.number()), reason: words })),
});

const difference = z.object({
    what: words,
    /** The remedy, where a new `reapply` is not enough. */
    cure: z.optional(words),
});

/** What scripts/host/inspect/status.sh prints. */
const hostStatus = z.object({
    engine: z.object({ version: words }),
    container: z.nullable(
        z.object({
            id: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
            image: words,
            running: z.boolean(),
            startedAt: words,
            network: words,
            ipv6Address,
        }),
    ),
    /** Bytes, null where they cannot be told. */
    disk: z.object({
        /** Where the database is; its file system has the three next ones. */
        path: words,
        size: z.nullable(count),
        used: z.nullable(count),
        free: z.nullable(count),
        /** What the container wrote into its own layer, all that its programs log there included. */
        containerLayer: z.nullable(count),
        /** Docker's log of the container; null where its driver keeps no file. */
        containerLog: z.nullable(count),
    }),
    /** How IPv6 to each published port reaches the container. */
    ports: z.array(
        z.object({
            name: portName,
            port: z.int().check(z.minimum(1), z.maximum(65535)),
            datapath: z.enum(["dnat", "native", "proxy", "closed"]),
            why: words,
        }),
    ),
    /** Rules of ours, in their order, with what passed them since they were written. */
    rules: z.array(
        z.object({
            command: z.enum(["iptables", "ip6tables"]),
            table: words,
            rule: words,
            packets: count,
            bytes: count,
        }),
    ),
    /** Entries of the allow lists, with the packets from each to its port. */
    allowed: z.array(z.object({ port: portName, prefix: words, packets: count })),
    /** Who is on no list and asked for a port within a day; null where the host has no nftables for that. */
    outside: z.nullable(z.array(z.object({ address: words, port: count, packets: count }))),
    units: z.array(z.object({ name: words, enabled: words, active: words })),
    /** Whether the REST API accepts the stack's login, and the image's own; null where it does not answer. */
    login: z.object({ accepted: z.nullable(z.boolean()), publicAccepted: z.nullable(z.boolean()) }),
    kafka: z.object({
        /** Where the broker sends its clients, HOST:PORT; empty where none answers. */
        advertised: words,
        /** Whether a consumer in the container reads what openbmpd writes of routers. */
        consumersAttached: z.nullable(z.boolean()),
    }),
    /** Those that an image with openbmpd alone writes to, and whether they answer to it; null where it has one of its own. */
    brokers: z.nullable(z.array(z.object({ broker: words, answers: z.boolean() }))),
    /** Null where the REST API does not answer. */
    routers: z.nullable(z.array(router)),
    /** Why the list is not all that there is to it. */
    routersNote: z.nullable(words),
    /** The host's addresses, and the interfaces that have them. */
    addresses: z.array(z.object({ address: words, interface: words, bridge: z.boolean() })),
    /** What the deployment wants in openbmpd.conf. */
    wanted: z.object({
        listenMode: z.enum(LISTEN_MODES),
        patEnabled: z.boolean(),
        adminId: z.optional(words),
        kafkaBrokers: z.optional(z.array(words)),
        kafkaSettings: z.optional(z.record(words, words)),
    }),
    /** The file, gzipped, in base64; null where there is no regular file. */
    openbmpdConf: z.nullable(z.string()),
    differences: z.array(difference),
});

export type HostStatus = z.output<typeof hostStatus>;
/** Something on the host that is not as deployed. */
export type Difference = z.output<typeof difference>;

/** A row of the routers' list, with what is suspicious about its address. */
export type MarkedRouter = z.output<typeof router> & {
    /** What is wrong with the address: it is one of the host's own, which is docker-proxy's doing, or none at all. */
    readonly mark: string | null;
};

/**
 * Reads what the host printed, and takes only what has its form.
 *
 * @throws Error naming what has not
 */
export function readHostStatus(stdout: string): HostStatus {
    const { data, error } = hostStatus.safeParse(parsed(stdout));
    if (!data) {
        const [issue] = error.issues;
        throw new Error(
            `the host's answer does not fit: ${issue?.path.join(".") || "it"} is not what scripts/host/inspect/status.sh prints there`,
        );
    }
    return data;
}

function parsed(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

/** What `scripts/status --json` prints. */
export type Status = Omit<HostStatus, "addresses" | "allowed" | "wanted" | "openbmpdConf" | "routers"> & {
    /** `PROJECT/STACK`. */
    readonly owner: string;
    /** Where SSH went. */
    readonly host: string;
    readonly collector: {
        readonly listenMode: string | null;
        readonly patEnabled: boolean | null;
        /** What in openbmpd.conf has no effect, though it looks as if it had. */
        readonly warnings: readonly string[];
    };
    readonly routers: readonly MarkedRouter[] | null;
    /** Entries of the allow lists from which no packet came to their port, since the rules were first written or the host started. */
    readonly unused: readonly { readonly port: string; readonly prefix: string }[];
};

/** The mark of what cannot be a router's address at all. */
export const NO_ADDRESS = "no IP address";

/** Joins what the host said with what is worked out here: openbmpd.conf, and whose the routers' addresses are. */
export function statusOf(owner: string, host: string, found: HostStatus): Status {
    const { addresses, allowed, wanted, openbmpdConf, routers, differences, ...rest } = found;
    const collector = openbmpdConf === null ? undefined : readCollector(openbmpdConf, wanted);
    const marked = routers?.map((router) => ({ ...router, mark: markOf(router.address, addresses) })) ?? null;
    return {
        owner,
        host,
        ...rest,
        collector: {
            listenMode: collector?.listenMode ?? null,
            patEnabled: collector?.patEnabled ?? null,
            warnings: collector?.warnings ?? [],
        },
        routers: marked,
        unused: allowed.filter(({ packets }) => packets === 0).map(({ port, prefix }) => ({ port, prefix })),
        differences: [
            ...differences,
            ...(collector?.differences ?? []),
            ...serviceDifferences(found),
            // With PAT, docker-proxy carries every router, and its identifier tells it apart.
            ...(wanted.patEnabled ? [] : (marked ?? []).flatMap(addressDifference)),
        ],
    };
}

/** A session that is there now and was recorded under an address of somebody else's. */
function addressDifference({ name, address, connected, mark }: MarkedRouter): Difference[] {
    return connected && mark !== null
        ? [
              {
                  what: `the router ${cell(name)} is connected as ${cell(address)}, which is ${mark}`,
                  cure: "it comes under its own address when its session begins anew",
              },
          ]
        : [];
}

/** How long the image's consumers may take to come, in milliseconds. */
const CONSUMER_PATIENCE = 120_000;

/** What a collector that runs does not do, so that routers have no rows, or nobody may see them. */
function serviceDifferences({ container, login, kafka, brokers }: HostStatus): Difference[] {
    if (brokers !== null) {
        return container?.running && !brokers.some(({ answers }) => answers)
            ? [
                  {
                      what: `none of the brokers ${brokers.map(({ broker }) => broker).join(", ")} answers to the container, so nothing of a router gets into Kafka`,
                      cure: "find out what is between the host and the brokers; the collector goes on trying by itself",
                  },
              ]
            : [];
    }
    const age = container?.running ? Date.now() - Date.parse(container.startedAt) : 0;
    return [
        ...(login.accepted === false
            ? [{ what: "the REST API does not accept the login of restUser and restPassword" }]
            : []),
        ...(kafka.consumersAttached !== true && age > CONSUMER_PATIENCE
            ? [
                  {
                      what: `no consumer in the container reads what routers send, so none gets a row; the broker sends its clients to ${kafka.advertised || "nowhere, it does not answer"}`,
                      cure: "docker restart openbmp_aio",
                  },
              ]
            : []),
    ];
}

interface CollectorFile {
    readonly listenMode?: string | undefined;
    readonly patEnabled?: boolean | undefined;
    readonly warnings: readonly string[];
    readonly differences: readonly Difference[];
}

const BY_HAND = "edit the file by hand";

/** A file that cannot be edited safely cannot be changed by a step either. */
function readCollector(packed: string, wanted: CollectorValues): CollectorFile {
    try {
        const file = unpackFile(packed);
        const differences = [
            ...planEdits(file, wanted).map(({ reason }) => ({ what: `openbmpd.conf: ${reason}` })),
            ...listenProblemsIn(file).map((problem) => ({ what: problem, cure: BY_HAND })),
        ];
        const listenMode = listenModeIn(file);
        return {
            // Whatever its author likes.
            listenMode: listenMode === undefined ? undefined : shortened(listenMode, 80),
            patEnabled: patEnabledIn(file),
            warnings: warningsOf(file, wanted),
            differences,
        };
    } catch (error) {
        return { warnings: [], differences: [{ what: (error as Error).message, cure: BY_HAND }] };
    }
}

function markOf(address: string, own: HostStatus["addresses"]): string | null {
    if (!ipaddr.IPv6.isValid(address) && !ipaddr.IPv4.isValidFourPartDecimal(address)) {
        return NO_ADDRESS;
    }
    const holder = own.find((each) => sameAddress(each.address, address));
    if (!holder) {
        return null;
    }
    return holder.bridge ? `the gateway on ${holder.interface}` : `the host's own, on ${holder.interface}`;
}

function sameAddress(one: string, other: string): boolean {
    return (
        ipaddr.isValid(one) && ipaddr.process(one).toNormalizedString() === ipaddr.process(other).toNormalizedString()
    );
}
