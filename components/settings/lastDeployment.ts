import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

/** Values of settings, by their keys, as a text each: what index.ts exports as `deployedSettings` for the next comparison. */
export type DeployedSettings = Readonly<Record<string, string>>;

/** Undefined where there was none; an earlier version exported nothing to compare. */
export type LastDeployment = DeployedSettings | "by an earlier version" | undefined;

const settings = z.record(z.string(), z.string());

/** What the engine says of a stack. */
const stackOutputs = z.object({
    outputs: z.looseObject({
        deployedSettings: settings.optional(),
        deployedCollectors: z.record(z.string(), settings).optional(),
    }),
});

/**
 * The settings of the stack's last deployment that came to its end.
 *
 * @param collector - the name of one that is not at the root of the stack
 * @throws Error where the engine does not say.
 */
export async function lastDeployment(collector?: string): Promise<LastDeployment> {
    const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
    // The engine's own: a StackReference would be a resource more.
    const answer: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name });
    const { outputs } = stackOutputs.parse(answer);
    if (collector !== undefined) {
        return outputs.deployedCollectors?.[collector];
    }
    return Object.keys(outputs).length === 0 ? undefined : (outputs.deployedSettings ?? "by an earlier version");
}
