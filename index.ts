import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { makeCollector } from "./components/collector/makeCollector";
import { enforcePolicy } from "./components/policy/policy";
import { previewEndedSessions } from "./components/settings/endedSessions";
import { demandKeptSettings } from "./components/settings/keptSettings";
import { lastDeployment } from "./components/settings/lastDeployment";
import { loadSettings, secretKeysOfStack } from "./components/settings/load";

const settings = loadSettings();
enforcePolicy(settings, demandKeptSettings(settings));

const owner = `${pulumi.getProject()}/${pulumi.getStack()}`;
// What OpenBmpCollector is, too, but at the root of the stack, where its resources have always been.
const collector = makeCollector(settings, {
    prefix: "",
    parent: undefined,
    owner,
    secretKeys: secretKeysOfStack(),
    lastDeployment,
});

export const deployedSettings = previewEndedSessions(settings, collector.imageRef, owner);
export const ipv6Address = collector.ipv6Address;
export const ipv4Address = collector.ipv4Address;
export const bmpEndpoint = collector.bmpEndpoint;
export const restUrl = collector.restUrl;
export const sshCommand = collector.sshCommand;
export const containerIpv6 = collector.containerIpv6;
export const imageRef = collector.imageRef;
export const datapath = collector.datapath;
export const verification = collector.verification;
export const routerConfig = collector.routerConfig;
/** What Pulumi's console shows on the page of the stack, with the outputs put in. */
export const readme = pulumi.output(readFileSync(join(__dirname, "Pulumi.README.md"), "utf8"));
