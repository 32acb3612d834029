import * as pulumi from "@pulumi/pulumi";
import { type RouterConfig, routerConfigOf, STATION } from "../openbmpd/routerConfig";
import { previewEndedSessions } from "../settings/endedSessions";
import { type DeployedSettings, lastDeployment } from "../settings/lastDeployment";
import type { StackCollector, StackCollectors } from "../settings/load";
import { ownerOf, type Scope } from "../settings/scope";
import { type Collector, makeCollector } from "./makeCollector";
import { TOKEN } from "./openBmpCollector";

/** A collector of this project's own program. */
interface DeployedCollector extends StackCollector {
    readonly outputs: Omit<Collector, "routerConfig">;
    /** What the next deployment compares with: a secret. */
    readonly deployedSettings: pulumi.Output<DeployedSettings>;
}

type DeployedCollectors = readonly [DeployedCollector, ...DeployedCollector[]];

/** The collectors of a stack: none waits for another one. */
export function makeStackCollectors(
    [first, ...others]: StackCollectors,
    secretKeys: Scope["secretKeys"],
): DeployedCollectors {
    const make = (collector: StackCollector) => makeStackCollector(collector, secretKeys);
    return [make(first), ...others.map(make)];
}

/** At the root, where its resources have always been, or as OpenBmpCollector makes it. */
function makeStackCollector(collector: StackCollector, secretKeys: Scope["secretKeys"]): DeployedCollector {
    const { name, isRoot, settings } = collector;
    const owner = ownerOf(`${pulumi.getProject()}/${pulumi.getStack()}`, collector);
    const nameInStack = isRoot ? undefined : name;

    const { routerConfig, ...outputs } = makeCollector(settings, {
        prefix: isRoot ? "" : `${name}-`,
        parent: isRoot ? undefined : new pulumi.ComponentResource(TOKEN, name),
        owner,
        secretKeys,
        lastDeployment: () => lastDeployment(nameInStack),
    });
    const deployedSettings = previewEndedSessions(settings, outputs.imageRef, owner, nameInStack);
    return { ...collector, outputs, deployedSettings };
}

/** What `of` says of each, by their names; undefined where one is alone. */
export function byName<Value>(
    collectors: DeployedCollectors,
    of: (collector: DeployedCollector) => Value,
): Readonly<Record<string, Value>> | undefined {
    return collectors.length > 1 ? Object.fromEntries(collectors.map((each) => [each.name, of(each)])) : undefined;
}

/** Lines to paste into routers, which send to each of the collectors. */
export function routerConfigOfAll(collectors: DeployedCollectors): pulumi.Output<RouterConfig> {
    const stations = collectors.map(({ name, settings, outputs }, index) =>
        outputs.ipv6Address.apply((address) => ({
            address,
            port: settings.bmpPort,
            name: index === 0 ? STATION : `${STATION}-${name}`,
        })),
    );
    return pulumi.all(stations).apply(routerConfigOf);
}
