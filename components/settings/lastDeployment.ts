import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

/** Values of settings, by their keys, as a text each: what index.ts exports for the next comparison, empty where no deployment came to its end. */
export type DeployedSettings = Readonly<Record<string, string>>;

/** Undefined where there was none; an earlier version exported nothing to compare. */
export type LastDeployment = DeployedSettings | "by an earlier version" | undefined;

const settings = z.record(z.string(), z.string());

/** What the engine says of a stack. */
const stackOutputs = z.object({
    outputs: z.looseObject({
        deployedSettings: settings.optional(),
        deployedCollectors: z.record(z.string(), settings).optional(),
        collectors: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
    }),
});

/**
 * What the stack's last deployment exported.
 *
 * @throws Error where the engine does not say.
 */
export async function lastOutputs(): Promise<z.output<typeof stackOutputs>["outputs"]> {
    const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
    // The engine's own: a StackReference would be a resource more.
    const answer: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name });
    return stackOutputs.parse(answer).outputs;
}

/**
 * The settings of a collector's last deployment that came to its end.
 *
 * @param collector - the name of one that is not at the root of the stack
 * @throws Error where the engine does not say.
 */
export async function lastDeployment(collector?: string): Promise<LastDeployment> {
    const outputs = await lastOutputs();
    if (collector === undefined && Object.keys(outputs).length > 0 && outputs.deployedSettings === undefined) {
        return "by an earlier version";
    }
    const deployed = collector === undefined ? outputs.deployedSettings : outputs.deployedCollectors?.[collector];
    return deployed === undefined || Object.keys(deployed).length === 0 ? undefined : deployed;
}
