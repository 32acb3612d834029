import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { makeHost } from "./components/host/makeHost";
import { bmpEndpoint as bmpEndpointAt, restUrl as restUrlAt } from "./components/openbmpd/endpoints";
import { routerConfig as routerConfigFor } from "./components/openbmpd/routerConfig";
import { enforcePolicy } from "./components/policy/policy";
import { previewEndedSessions } from "./components/settings/endedSessions";
import { grouped } from "./components/settings/groups";
import { demandKeptSettings } from "./components/settings/keptSettings";
import { loadSettings, secretKeysOfStack } from "./components/settings/load";
import { AioContainer } from "./components/steps/aioContainer";
import { Backup } from "./components/steps/backup";
import { CollectorConfig } from "./components/steps/collectorConfig";
import { CollectorStart } from "./components/steps/collectorStart";
import { DockerDaemonConfig } from "./components/steps/dockerDaemonConfig";
import { DockerRestart } from "./components/steps/dockerRestart";
import { Ipv6Dnat } from "./components/steps/ipv6Dnat";
import { Metrics } from "./components/steps/metrics";
import { PinnedImage } from "./components/steps/pinnedImage";

const settings = loadSettings();
enforcePolicy(settings, demandKeptSettings(settings));
const { reapply } = settings;
const { docker, ports, allowLists, container, registryLogin, restLogin, collector, start } = grouped(settings);

const image = settings.pinImage
    ? new PinnedImage("image", { image: settings.image, ...registryLogin }).reference
    : settings.image;
const containerSettings = { ...docker, ...ports, ...allowLists, ...container, image, reapply };
const owner = `${pulumi.getProject()}/${pulumi.getStack()}`;
const host = makeHost(settings, { ...containerSettings, owner });
const common = { machine: host, reapply, secretKeys: secretKeysOfStack() };

const daemonConfig = new DockerDaemonConfig("docker-daemon-config", { ...common, ...docker }, { dependsOn: host });
const dockerRestart = new DockerRestart("docker-restart", { ...common, ...docker }, { dependsOn: daemonConfig });
const aioContainer = new AioContainer(
    "aio-container",
    { ...common, ...containerSettings, ...registryLogin },
    { dependsOn: dockerRestart },
);
const collectorConfig = new CollectorConfig(
    "collector-config",
    { ...common, ...collector, containerId: aioContainer.containerId },
    { dependsOn: aioContainer },
);
const dnat = new Ipv6Dnat(
    "ipv6-dnat",
    { ...common, ...docker, ...ports, ...allowLists, ownRestLogin: restLogin.restPassword !== undefined },
    { dependsOn: collectorConfig },
);
const collectorStart = new CollectorStart(
    "collector",
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
    { dependsOn: dnat },
);
if (settings.metrics) {
    new Metrics(
        "metrics",
        { ...common, metricsDirectory: settings.metricsDirectory, routerFacingAddress: host.ipv6Address },
        { dependsOn: collectorStart },
    );
}
if (settings.target === "host" && settings.backupKeep > 0) {
    const { backupKeep, backupHour } = settings;
    new Backup("backup", { ...common, backupKeep, backupHour }, { dependsOn: collectorStart });
}

export const deployedSettings = previewEndedSessions(settings, image, owner);
export const ipv6Address = host.ipv6Address;
export const ipv4Address = host.ipv4Address;
export const bmpEndpoint = ipv6Address.apply((address) => bmpEndpointAt(address, ports.bmpPort));
export const restUrl = ipv6Address.apply((address) => restUrlAt(address, ports.restPort));
export const sshCommand = host.sshCommand;
export const containerIpv6 = collectorStart.containerIpv6;
export const imageRef = aioContainer.imageRef;
export const datapath = collectorStart.datapath;
export const verification = collectorStart.verification;
export const routerConfig = ipv6Address.apply((address) => routerConfigFor(address, ports.bmpPort));
/** What Pulumi's console shows on the page of the stack, with the outputs put in. */
export const readme = pulumi.output(readFileSync(join(__dirname, "Pulumi.README.md"), "utf8"));
