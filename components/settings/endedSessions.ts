import { scryptSync } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { type Prefix, prefixContains, readPrefix, textsOf } from "../values/addresses";
import { shown } from "../values/printable";
import { keptSettings } from "./keptSettings";
import { type DeployedSettings, lastDeployment } from "./lastDeployment";
import type { Settings } from "./schema";

/** What ends the sessions of all routers when it changes, and why, by the configuration's keys. */
const ENDS_ALL: Readonly<Record<string, readonly string[]>> = {
    "the container is made anew": [
        "image",
        "adminId",
        "memoryGb",
        "environment",
        "kafkaFqdn",
        "kafkaAllowedCidrs",
        "mysqlAllowedCidrs",
        "bmpPort",
        "restPort",
        "dockerNetwork",
    ],
    "the collector starts again": ["listenMode", "mode", "kafkaBrokers", "kafkaSettings"],
    "the container's network gets another prefix": ["fixedCidrV6"],
};

/**
 * Those settings of which a change ends routers' sessions, or is refused.
 *
 * @param image - the reference that is run, with the digest where it is pinned
 * @param owner - PROJECT/STACK: the same variables of another stack do not look the same
 */
export function deployedSettings(settings: Settings, image: string, owner: string): DeployedSettings {
    const { environment, kafkaAllowedCidrs, mysqlAllowedCidrs, bmpAllowedCidrs } = settings;
    const variables = JSON.stringify(environment);
    return {
        image,
        adminId: settings.adminId ?? "",
        memoryGb: String(settings.memoryGb),
        // Passwords, which nobody shall guess from a log that shows what the engine reads.
        environment: variables === "{}" ? "" : scryptSync(variables, owner, 32).toString("base64"),
        kafkaFqdn: settings.kafkaFqdn,
        // Only whether the port is published belongs to the container.
        kafkaAllowedCidrs: String(kafkaAllowedCidrs.length > 0),
        mysqlAllowedCidrs: String(mysqlAllowedCidrs.length > 0),
        bmpPort: String(settings.bmpPort),
        restPort: String(settings.restPort),
        dockerNetwork: settings.dockerNetwork,
        listenMode: settings.listenMode,
        mode: settings.mode,
        fixedCidrV6: settings.fixedCidrV6,
        bmpAllowedCidrs: textsOf(bmpAllowedCidrs).join(" "),
        ...brokerSettings(settings),
        ...keptSettings(settings),
    };
}

/** Where the collector writes, which only one of its role is told. */
function brokerSettings({ role, kafkaBrokers, kafkaSettings }: Settings): DeployedSettings {
    return role === "aio" ? {} : { kafkaBrokers: kafkaBrokers.join(" "), kafkaSettings: JSON.stringify(kafkaSettings) };
}

/** Which sessions end, a line each, where `desired` takes the place of `deployed`. */
export function endedSessions(deployed: DeployedSettings, desired: DeployedSettings): string[] {
    const all = Object.entries(ENDS_ALL).flatMap(([why, keys]) => {
        const changed = keys.filter((key) => deployed[key] !== desired[key]);
        return changed.length > 0 ? [`${changed.join(", ")}: the sessions of all routers end, because ${why}`] : [];
    });
    const [before, after] = [deployed, desired].map(({ bmpAllowedCidrs = "" }) =>
        bmpAllowedCidrs.split(" ").flatMap((text) => readPrefix(text) ?? []),
    ) as [Prefix[], Prefix[]];
    const left = before.filter((prefix) => !after.some((other) => prefixContains(other, prefix)));
    return left.length > 0
        ? [
              ...all,
              `bmpAllowedCidrs: sessions end that ${textsOf(left).join(", ")} allowed, and no prefix allows any more`,
          ]
        : all;
}

/**
 * Warns in a preview of the routers' sessions that the deployment will end,
 * compared with the last one that came to its end.
 *
 * @param collector - the name of one that is not at the root of the stack
 * @returns what the stack exports for the next comparison: a secret
 */
export function previewEndedSessions(
    settings: Settings,
    image: pulumi.Input<string>,
    owner: string,
    collector?: string,
): pulumi.Output<DeployedSettings> {
    const desired = pulumi.secret(
        pulumi.output(image).apply((reference) => deployedSettings(settings, reference, owner)),
    );
    if (pulumi.runtime.isDryRun()) {
        desired.apply((known) => warn(known, collector));
    }
    return desired;
}

async function warn(desired: DeployedSettings, collector: string | undefined): Promise<void> {
    for (const line of await linesOfPreview(desired, collector)) {
        await pulumi.log.warn(collector === undefined ? line : `${collector}: ${line}`);
    }
}

async function linesOfPreview(desired: DeployedSettings, collector: string | undefined): Promise<string[]> {
    try {
        const deployed = await lastDeployment(collector);
        if (deployed === "by an earlier version") {
            return [
                "the last deployment was made by an earlier version: a container that it made is made anew once, which ends the sessions of all routers",
            ];
        }
        return deployed ? endedSessions(deployed, desired) : [];
    } catch (error) {
        return [`which sessions of routers this deployment ends cannot be told: ${shown(String(error))}`];
    }
}
