/** How long the parts take: as the real image with STAND_IN_DELAYS=real, else as short as tests want it. */
export interface Delays {
    /** Between two topics that the consumers subscribe to, at first. */
    readonly subscriptionStep: number;
    /** Until the consumers look for topics that are new. */
    readonly metadataRefresh: number;
    /** From a start of the REST program until it answers. */
    readonly rest: number;
    /** Until a tool of Kafka gives up what it cannot reach. */
    readonly toolTimeout: number;
    /** What each start of a tool costs. */
    readonly toolStart: number;
    /** Whether a router that has told its name keeps its place for the rest of `initial_router_time`. */
    readonly routerKeepsPlace: boolean;
}

const real: Delays = {
    subscriptionStep: 10_000,
    metadataRefresh: 300_000,
    rest: 6_000,
    toolTimeout: 5_000,
    toolStart: 1_000,
    routerKeepsPlace: true,
};

const short: Delays = {
    subscriptionStep: 150,
    metadataRefresh: 4_000,
    rest: 0,
    toolTimeout: 1_000,
    toolStart: 0,
    routerKeepsPlace: false,
};

export const delays = process.env.STAND_IN_DELAYS === "real" ? real : short;
