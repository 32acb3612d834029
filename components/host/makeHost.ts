import type * as makeAwsHost from "../aws/makeAwsHost";
import type { Host } from "../remote/machine";
import { sshToHost } from "../settings/groups";
import type { LateSettings } from "../settings/lateSettings";
import type { Scope } from "../settings/scope";
import type { HostRequirements } from "../steps/preflight";
import { ExistingHost } from "./existingHost";

/** The machine that the target asks for: created with its network, or there already. */
export function makeHost(settings: LateSettings, requirements: HostRequirements, scope: Scope): Host {
    if (settings.target === "host") {
        return new ExistingHost(
            `${scope.prefix}host`,
            {
                ...requirements,
                ...sshToHost(settings),
                routerFacingAddress: settings.routerFacingAddress,
                metrics: settings.metrics,
                metricsDirectory: settings.metricsDirectory,
            },
            { parent: scope.parent },
        );
    }
    // Only where it is used: the modules of @pulumi/aws take time to load.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const aws = require("../aws/makeAwsHost") as typeof makeAwsHost;
    return aws.makeAwsHost(settings, requirements, scope);
}
