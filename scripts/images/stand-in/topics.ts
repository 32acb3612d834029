/** What openbmpd writes of each kind of thing. */
export type ParsedTopic =
    | "collector"
    | "router"
    | "peer"
    | "base_attribute"
    | "unicast_prefix"
    | "l3vpn"
    | "bmp_stat"
    | "ls_node"
    | "ls_link"
    | "ls_prefix"
    | "evpn";

export const topicName = (topic: ParsedTopic) => `openbmp.parsed.${topic}`;

export const rawTopic = "openbmp.bmp_raw";
export const consumerGroup = "openbmp-mysql-consumer";

/** What openbmpd says of itself when it starts. */
export interface CollectorMessage {
    readonly collectorHash: string;
}

/** What openbmpd says of a router. */
export interface RouterMessage {
    readonly hash: string;
    readonly collectorHash: string;
    readonly address: string;
    /** Of one that ended before it told its name there is none. */
    readonly name?: string;
    readonly description?: string;
    readonly ended?: { readonly code: number | null; readonly reason: string };
}
