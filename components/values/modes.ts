/** How IPv6 gets to the collector: by DNAT, or by docker-proxy with PAT in the collector. */
export const MODES = ["dnat", "proxy"] as const;
/** How IPv6 gets to the collector. */
export type Mode = (typeof MODES)[number];

/** docker-proxy hides the routers' addresses: with PAT the collector tells them apart by what they say of themselves. */
export function needsPat(mode: Mode): boolean {
    return mode === "proxy";
}

/** The whole engine in one container, or a collector that writes into a Kafka that is there already. */
export const ROLES = ["aio", "collector"] as const;
/** What runs in the container. */
export type Role = (typeof ROLES)[number];

/** Docker's default bridge, or a network of the collector's own. */
export const DOCKER_NETWORKS = ["bridge", "dedicated"] as const;
/** The Docker network that the container is on. */
export type DockerNetwork = (typeof DOCKER_NETWORKS)[number];

/** The address families that the collector hears routers on. */
export const LISTEN_MODES = ["v4v6", "v6"] as const;
/** What the collector listens on. */
export type ListenMode = (typeof LISTEN_MODES)[number];
