import { shown } from "../values/printable";
import { type DeployedSettings, lastDeployment } from "./lastDeployment";
import type { Settings } from "./schema";
import { refusal } from "../values/refusal";

/** What a stack in AWS keeps for its life: with another value, its addresses or its data would be made anew. */
export function keptSettings(settings: Settings): DeployedSettings {
    if (settings.target === "host") {
        return {};
    }
    const { subnetId = "", kmsKeyId = "", dataSnapshotId = "" } = settings;
    return { subnetId, kmsKeyId, dataSnapshotId };
}

/** What is wrong with the settings of a stack that is there already: a line each. */
export function keptSettingsRefusal(deployed: DeployedSettings, desired: DeployedSettings): string[] {
    return Object.entries(desired).flatMap(([key, value]) => {
        const { [key]: kept = "" } = deployed;
        const accepted = kept === "" ? "left out" : `"${kept}"`;
        const given = value === "" ? "nothing" : `"${value}"`;
        // What the data began from is no longer needed.
        return value === kept || (key === "dataSnapshotId" && value === "")
            ? []
            : [
                  `${key} must be ${accepted} on this stack, whose addresses or data would be lost otherwise, got ${given}: make a new stack with it, and restore the data there (docs/aws.md, "What a stack keeps")`,
              ];
    });
}

/**
 * Compares with the last deployment that came to its end, in a preview and
 * before anything is touched.
 *
 * @throws pulumi.RunError with a line for each setting that the stack cannot change.
 */
export async function demandKeptSettings(settings: Settings): Promise<void> {
    const desired = keptSettings(settings);
    if (Object.keys(desired).length === 0) {
        return;
    }
    const deployed = await lastDeployment().catch((error: unknown) => {
        throw refusal(`what this stack was deployed with cannot be told: run again (${shown(String(error))})`);
    });
    const problems =
        deployed === undefined ? [] : keptSettingsRefusal(typeof deployed === "string" ? {} : deployed, desired);
    if (problems.length > 0) {
        throw refusal(problems.join("\n"));
    }
}
