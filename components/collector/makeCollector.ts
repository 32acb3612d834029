import type * as pulumi from "@pulumi/pulumi";
import { hostMakers } from "../host/makeHost";
import { bmpEndpoint, restUrl } from "../openbmpd/endpoints";
import { type RouterConfig, routerConfig } from "../openbmpd/routerConfig";
import type { Host } from "../remote/machine";
import { grouped, imageOf } from "../settings/groups";
import type { LateSettings } from "../settings/lateSettings";
import type { Scope } from "../settings/scope";
import { AioContainer, type ContainerSettings } from "../steps/aioContainer";
import { Backup } from "../steps/backup";
import { CollectorConfig } from "../steps/collectorConfig";
import { CollectorStart, type Verification } from "../steps/collectorStart";
import { DockerDaemonConfig } from "../steps/dockerDaemonConfig";
import { DockerRestart } from "../steps/dockerRestart";
import { Ipv6Dnat } from "../steps/ipv6Dnat";
import { Metrics } from "../steps/metrics";
import { PinnedImage } from "../steps/pinnedImage";
import type { MakeHost } from "../steps/preflight";

/** What a collector gives out. */
export interface Collector {
    /** The IPv6 address that routers are given. */
    readonly ipv6Address: pulumi.Output<string>;
    /** The IPv4 address of the machine, empty where it has none. */
    readonly ipv4Address: pulumi.Output<string>;
    /** Where routers send BMP: `[ADDRESS]:PORT`. */
    readonly bmpEndpoint: pulumi.Output<string>;
    /** Where the REST API lists the routers; empty in the role `collector`, whose image has none. */
    readonly restUrl: pulumi.Output<string>;
    /** The command that opens a shell on the machine. */
    readonly sshCommand: pulumi.Output<string>;
    /** The container's global IPv6 address at the end of the deployment. */
    readonly containerIpv6: pulumi.Output<string>;
    /** The image that is run, with its digest where it is pinned. */
    readonly imageRef: pulumi.Output<string>;
    /** What carries IPv6 to the container, and why. */
    readonly datapath: pulumi.Output<string>;
    /** What the verification saw. */
    readonly verification: pulumi.Output<Verification | "not verified: verify is false">;
    /** Lines to paste, by the system of the router. */
    readonly routerConfig: pulumi.Output<RouterConfig>;
}

/**
 * A collector: its machine, and on it every step, each after the one before.
 *
 * @param makeHost - where it is one of several, how its machine is made
 */
export function makeCollector(
    settings: LateSettings,
    scope: Scope,
    makeHost: MakeHost = hostMakers([{ settings, scope }])[0],
): Collector {
    const { docker, ports, allowLists, container, registryLogin } = grouped(settings);
    const { prefix, parent, owner } = scope;
    const { reapply } = settings;

    const image = settings.pinImage
        ? new PinnedImage(`${prefix}image`, { image: imageOf(settings), ...registryLogin }, { parent }).reference
        : imageOf(settings);
    const containerSettings = { ...docker, ...ports, ...allowLists, ...container, image, reapply };
    const host = makeHost({ ...containerSettings, owner });
    const { imageRef, collectorStart } = runChain(settings, { host, containerSettings, scope });
    addExtras(settings, { host, collectorStart, scope });

    const { ipv6Address, ipv4Address, sshCommand } = host;
    const { containerIpv6, datapath, verification } = collectorStart;
    return {
        ipv6Address,
        ipv4Address,
        bmpEndpoint: ipv6Address.apply((address) => bmpEndpoint(address, ports.bmpPort)),
        restUrl: ipv6Address.apply((address) => (ports.restPort === undefined ? "" : restUrl(address, ports.restPort))),
        sshCommand,
        containerIpv6,
        imageRef,
        datapath,
        verification,
        routerConfig: ipv6Address.apply((address) => routerConfig(address, ports.bmpPort)),
    };
}

/** What the steps are put together from. */
interface Parts {
    readonly host: Host;
    readonly containerSettings: ContainerSettings;
    readonly scope: Scope;
}

const after = ({ parent }: Scope, dependsOn: pulumi.Resource) => ({ parent, dependsOn });

function runChain(settings: LateSettings, { host, containerSettings, scope }: Parts) {
    const { docker, ports, allowLists, container, registryLogin, restLogin, collector, start } = grouped(settings);
    const { prefix, secretKeys } = scope;
    const common = { machine: host, reapply: settings.reapply, secretKeys };

    const daemonConfig = new DockerDaemonConfig(
        `${prefix}docker-daemon-config`,
        { ...common, ...docker },
        after(scope, host),
    );
    const dockerRestart = new DockerRestart(
        `${prefix}docker-restart`,
        { ...common, ...docker },
        after(scope, daemonConfig),
    );
    const aioContainer = new AioContainer(
        `${prefix}aio-container`,
        { ...common, ...containerSettings, ...registryLogin },
        after(scope, dockerRestart),
    );
    const collectorConfig = new CollectorConfig(
        `${prefix}collector-config`,
        { ...common, ...collector, containerId: aioContainer.containerId },
        after(scope, aioContainer),
    );
    const dnat = new Ipv6Dnat(
        `${prefix}ipv6-dnat`,
        { ...common, ...docker, ...ports, ...allowLists, ownRestLogin: restLogin.restPassword !== undefined },
        after(scope, collectorConfig),
    );
    const collectorStart = new CollectorStart(
        `${prefix}collector`,
        {
            ...common,
            ...docker,
            ...ports,
            ...restLogin,
            ...start,
            environment: container.environment,
            routerFacingAddress: host.ipv6Address,
            runsOn: {
                containerId: aioContainer.containerId,
                configSha256: collectorConfig.configSha256,
                rulesSha256: dnat.rulesSha256,
            },
        },
        after(scope, dnat),
    );
    return { imageRef: aioContainer.imageRef, collectorStart };
}

/** Steps behind the chain, where they are asked for. */
function addExtras(
    settings: LateSettings,
    { host, collectorStart, scope }: Pick<Parts, "host" | "scope"> & { readonly collectorStart: CollectorStart },
): void {
    const { prefix, secretKeys } = scope;
    const common = { machine: host, reapply: settings.reapply, secretKeys };
    if (settings.metrics) {
        const { metricsDirectory } = settings;
        new Metrics(
            `${prefix}metrics`,
            { ...common, metricsDirectory, routerFacingAddress: host.ipv6Address },
            after(scope, collectorStart),
        );
    }
    if (settings.target === "host" && settings.backupKeep > 0) {
        const { backupKeep, backupHour } = settings;
        new Backup(`${prefix}backup`, { ...common, backupKeep, backupHour }, after(scope, collectorStart));
    }
}
