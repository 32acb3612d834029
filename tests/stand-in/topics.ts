/** The parsed topics, in the order in which the consumers subscribe to them. */
const parsedTopics = [
    "collector",
    "router",
    "peer",
    "base_attribute",
    "unicast_prefix",
    "l3vpn",
    "bmp_stat",
    "ls_node",
    "ls_link",
    "ls_prefix",
    "evpn",
] as const;

export type ParsedTopic = (typeof parsedTopics)[number];

export const topicName = (topic: ParsedTopic) => `openbmp.parsed.${topic}`;

/** What is subscribed to at each step; the last ones come together. */
export const subscriptionSteps: readonly (readonly string[])[] = [
    ...parsedTopics.slice(0, 7).map((topic) => [topicName(topic)]),
    parsedTopics.slice(7).map(topicName),
];

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
