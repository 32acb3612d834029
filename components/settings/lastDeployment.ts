import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

/** Values of settings, by their keys, as a text each: what index.ts exports as `deployedSettings` for the next comparison. */
export type DeployedSettings = Readonly<Record<string, string>>;

/** Undefined where there was none; an earlier version exported nothing to compare. */
export type LastDeployment = DeployedSettings | "by an earlier version" | undefined;

/** What the engine says of a stack. */
const stackOutputs = z.object({
    outputs: z.looseObject({ deployedSettings: z.record(z.string(), z.string()).optional() }),
});

/**
 * The settings of the stack's last deployment that came to its end.
 *
 * @throws Error where the engine does not say.
 */
export async function lastDeployment(): Promise<LastDeployment> {
    const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
    // The engine's own: a StackReference would be a resource more.
    const answer: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name });
    const { outputs } = stackOutputs.parse(answer);
    return Object.keys(outputs).length === 0 ? undefined : (outputs.deployedSettings ?? "by an earlier version");
}
