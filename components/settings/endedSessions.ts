import { scryptSync } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type Prefix, prefixContains, readPrefix, textsOf } from "../values/addresses";
import { shown } from "../values/printable";
import type { Settings } from "./schema";

/** What the engine says of a stack; the output that index.ts exports for the next comparison. */
const stackOutputs = z.object({
    outputs: z.looseObject({ deployedSettings: z.record(z.string(), z.string()).optional() }),
});

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
    "the collector starts again": ["listenMode", "mode"],
    "the container's network gets another prefix": ["fixedCidrV6"],
};

/** Values of settings, by their keys, as a text each; bmpAllowedCidrs is a list of prefixes with a blank between. */
export type DeployedSettings = Readonly<Record<string, string>>;

/**
 * Those settings of which a change ends routers' sessions.
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
    };
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
 * @returns what the stack exports for the next comparison: a secret
 */
export function previewEndedSessions(
    settings: Settings,
    image: pulumi.Input<string>,
    owner: string,
): pulumi.Output<DeployedSettings> {
    const desired = pulumi.secret(
        pulumi.output(image).apply((reference) => deployedSettings(settings, reference, owner)),
    );
    if (pulumi.runtime.isDryRun()) {
        desired.apply(warn);
    }
    return desired;
}

async function warn(desired: DeployedSettings): Promise<void> {
    const deployed = await lastDeployment();
    const lines = typeof deployed === "string" ? [deployed] : deployed ? endedSessions(deployed, desired) : [];
    for (const line of lines) {
        await pulumi.log.warn(line);
    }
}

/** What the last deployment exported; undefined where there was none, a text where it cannot be told. */
async function lastDeployment(): Promise<DeployedSettings | string | undefined> {
    const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
    try {
        // The engine's own: a StackReference would be a resource more, and it is asked in previews only.
        const answer: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name });
        const { outputs } = stackOutputs.parse(answer);
        if (Object.keys(outputs).length === 0) {
            return undefined;
        }
        return (
            outputs.deployedSettings ??
            "the last deployment was made by an earlier version: a container that it made is made anew once, which ends the sessions of all routers"
        );
    } catch (error) {
        return `which sessions of routers this deployment ends cannot be told: ${shown(String(error))}`;
    }
}
