import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { byName, makeStackCollectors, named, routerConfigOfAll } from "./components/collector/stackCollectors";
import { enforcePolicy } from "./components/policy/policy";
import { demandKeptSettings } from "./components/settings/keptSettings";
import { loadCollectors, secretKeysOfStack } from "./components/settings/load";

const configured = loadCollectors();
const [{ settings }] = configured;
enforcePolicy(settings, demandKeptSettings(settings));

const deployed = makeStackCollectors(configured, secretKeysOfStack());
const [{ outputs: collector, deployedSettings: ofFirst }] = deployed;

export const deployedSettings = ofFirst;
export const ipv6Address = collector.ipv6Address;
export const ipv4Address = collector.ipv4Address;
export const bmpEndpoint = collector.bmpEndpoint;
export const restUrl = collector.restUrl;
export const sshCommand = collector.sshCommand;
export const containerIpv6 = collector.containerIpv6;
export const imageRef = collector.imageRef;
export const datapath = collector.datapath;
export const verification = collector.verification;
export const collectors = byName(named(deployed), (each) => each.outputs);
export const deployedCollectors = byName(
    deployed.filter(({ isRoot }) => !isRoot),
    (each) => each.deployedSettings,
);
export const routerConfig = routerConfigOfAll(deployed);
/** What Pulumi's console shows on the page of the stack, with the outputs put in. */
export const readme = pulumi.output(readFileSync(join(__dirname, "Pulumi.README.md"), "utf8"));
