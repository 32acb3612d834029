import type * as makeAwsHost from "../aws/makeAwsHost";
import { sshToHost } from "../settings/groups";
import type { LateAwsSettings, LateHostSettings, LateSettings } from "../settings/lateSettings";
import { type AtLeastOne, ofEach, type ScopedSettings } from "../settings/scope";
import type { MakeHost } from "../steps/preflight";
import { ExistingHost } from "./existingHost";

/** How the machine of each collector is made: there already, or created, with a network that all of them share. */
export function hostMakers(collectors: AtLeastOne<ScopedSettings<LateSettings>>): AtLeastOne<MakeHost> {
    const [{ settings }] = collectors;
    if (settings.target === "host") {
        return ofEach(collectors as AtLeastOne<ScopedSettings<LateHostSettings>>, existingHost);
    }
    // Only where it is used: the modules of @pulumi/aws take time to load.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const aws = require("../aws/makeAwsHost") as typeof makeAwsHost;
    return aws.awsHostMakers(collectors as AtLeastOne<ScopedSettings<LateAwsSettings>>);
}

function existingHost({ settings, scope }: ScopedSettings<LateHostSettings>): MakeHost {
    return (requirements) =>
        new ExistingHost(
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
