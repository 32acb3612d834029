import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { AioContainer } from "./components/steps/aioContainer";
import { bracketed } from "./components/values/addresses";
import { CollectorConfig } from "./components/steps/collectorConfig";
import { CollectorStart } from "./components/steps/collectorStart";
import { DockerDaemonConfig } from "./components/steps/dockerDaemonConfig";
import { DockerRestart } from "./components/steps/dockerRestart";
import { previewEndedSessions } from "./components/settings/endedSessions";
import { enforcePolicy } from "./components/policy/policy";
import { makeHost } from "./components/host/makeHost";
import { Ipv6Dnat } from "./components/steps/ipv6Dnat";
import { PinnedImage } from "./components/steps/pinnedImage";
import { routerConfig as routerConfigFor } from "./components/openbmpd/routerConfig";
import { loadSettings } from "./components/settings/load";

const settings = loadSettings();
enforcePolicy(settings);
// docker-proxy hides the routers' addresses: only their identifiers tell them apart.
const patEnabled = settings.mode === "proxy";
const stack = {
    ...settings,
    owner: `${pulumi.getProject()}/${pulumi.getStack()}`,
    environment: pulumi.secret(settings.environment),
    image: settings.pinImage ? new PinnedImage("image", settings).reference : settings.image,
};

const host = makeHost(settings, stack);
const common = { ...stack, machine: host };

const daemonConfig = new DockerDaemonConfig("docker-daemon-config", common, { dependsOn: host });
const dockerRestart = new DockerRestart("docker-restart", common, { dependsOn: daemonConfig });
const container = new AioContainer("aio-container", common, { dependsOn: dockerRestart });
const collectorConfig = new CollectorConfig(
    "collector-config",
    { ...common, patEnabled, containerId: container.containerId },
    { dependsOn: container },
);
const dnat = new Ipv6Dnat("ipv6-dnat", common, { dependsOn: collectorConfig });
const collector = new CollectorStart(
    "collector",
    {
        ...common,
        patEnabled,
        runsOn: {
            containerId: container.containerId,
            configSha256: collectorConfig.configSha256,
            rulesSha256: dnat.rulesSha256,
        },
    },
    { dependsOn: dnat },
);

export const deployedSettings = previewEndedSessions(settings, stack.image, stack.owner);
export const ipv6Address = host.ipv6Address;
export const ipv4Address = host.ipv4Address;
export const bmpEndpoint = ipv6Address.apply((address) => `${bracketed(address)}:${settings.bmpPort}`);
export const restUrl = ipv6Address.apply(
    (address) => `http://${bracketed(address)}:${settings.restPort}/db_rest/v1/routers`,
);
export const sshCommand = host.sshCommand;
export const containerIpv6 = collector.containerIpv6;
export const imageRef = container.imageRef;
export const datapath = collector.datapath;
export const verification = collector.verification;
export const routerConfig = ipv6Address.apply((address) => routerConfigFor(address, settings.bmpPort));
/** What Pulumi's console shows on the page of the stack, with the outputs put in. */
export const readme = pulumi.output(readFileSync(join(__dirname, "Pulumi.README.md"), "utf8"));
