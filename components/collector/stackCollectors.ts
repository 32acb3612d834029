import * as pulumi from "@pulumi/pulumi";
import { hostMakers } from "../host/makeHost";
import { type RouterConfig, routerConfigOf, STATION } from "../openbmpd/routerConfig";
import { previewEndedSessions } from "../settings/endedSessions";
import { type DeployedSettings, lastDeployment, lastOutputs } from "../settings/lastDeployment";
import type { StackCollector, StackCollectors } from "../settings/load";
import { type AtLeastOne, COLLECTOR_TOKEN, ofEach, ownerOf, type Scope } from "../settings/scope";
import type { MakeHost } from "../steps/preflight";
import { holdBackOutputsOfLeftOut } from "./leftOut";
import { type Collector, makeCollector } from "./makeCollector";
import { orFormer } from "./orFormer";

/** A collector of this project's own program. */
interface DeployedCollector extends StackCollector {
    readonly outputs: Omit<Collector, "routerConfig">;
    /** What the next deployment compares with: a secret. */
    readonly deployedSettings: pulumi.Output<DeployedSettings>;
}

type DeployedCollectors = AtLeastOne<DeployedCollector>;

/** The collectors of a stack: none waits for another one. */
export function makeStackCollectors(collectors: StackCollectors, secretKeys: Scope["secretKeys"]): DeployedCollectors {
    holdBackOutputsOfLeftOut();
    const scoped = ofEach(collectors, (collector) => ({ ...collector, scope: scopeOf(collector, secretKeys) }));
    const makers = hostMakers(scoped);
    return ofEach(scoped, ({ scope, ...collector }, index) => makeStackCollector(collector, scope, makers[index]));
}

const nameInStack = ({ name, isRoot }: StackCollector) => (isRoot ? undefined : name);

/** At the root, where its resources have always been, or as OpenBmpCollector makes it. */
function scopeOf(collector: StackCollector, secretKeys: Scope["secretKeys"]): Scope {
    const { name, isRoot } = collector;
    return {
        prefix: isRoot ? "" : `${name}-`,
        parent: isRoot ? undefined : new pulumi.ComponentResource(COLLECTOR_TOKEN, name),
        owner: ownerOf(`${pulumi.getProject()}/${pulumi.getStack()}`, collector),
        secretKeys,
        lastDeployment: () => lastDeployment(nameInStack(collector)),
    };
}

function makeStackCollector(
    collector: StackCollector,
    scope: Scope,
    makeHost: MakeHost | undefined,
): DeployedCollector {
    const { settings } = collector;
    const { routerConfig, ...made } = makeCollector(settings, scope, makeHost);
    const desired = previewEndedSessions(settings, made.imageRef, scope.owner, nameInStack(collector));
    // Known when the last step has come to its end.
    const deployed = pulumi.all([desired, made.containerIpv6]).apply(([known]) => known);
    const outputs: unknown = Object.fromEntries(
        Object.entries<pulumi.Output<unknown>>(made).map(([key, output]) => [
            key,
            orFormer(output, () => formerOutput(collector, key)),
        ]),
    );
    return {
        ...collector,
        outputs: outputs as typeof made,
        deployedSettings: pulumi.secret(orFormer(deployed, () => formerSettings(scope))),
    };
}

/** What the last deployment exported; an earlier version, only at the top. */
async function formerOutput({ name, isRoot }: StackCollector, key: string): Promise<unknown> {
    const last = await lastOutputs();
    return last.collectors?.[name]?.[key] ?? (isRoot ? last[key] : undefined);
}

/** Of an earlier version there are none, and it stays so. */
async function formerSettings(scope: Scope): Promise<DeployedSettings | undefined> {
    const last = await scope.lastDeployment();
    return typeof last === "string" ? undefined : (last ?? {});
}

/** Those that outputs name. One by itself has its outputs at the top alone: a preview shows each change once. */
export function named(collectors: DeployedCollectors): readonly DeployedCollector[] {
    return collectors.some(({ isRoot }) => !isRoot) ? collectors : [];
}

/** What `of` says of each, by their names. */
export function byName<Value>(
    collectors: readonly DeployedCollector[],
    of: (collector: DeployedCollector) => Value,
): Readonly<Record<string, Value>> {
    return Object.fromEntries(collectors.map((each) => [each.name, of(each)]));
}

/** Lines to paste into routers, which send to each of the collectors whose address is known. */
export function routerConfigOfAll(collectors: DeployedCollectors): pulumi.Output<RouterConfig> {
    const stations = collectors.map(({ name, settings, outputs }, index) =>
        (outputs.ipv6Address as pulumi.Output<string | undefined>).apply((address) =>
            address === undefined
                ? []
                : [{ address, port: settings.bmpPort, name: index === 0 ? STATION : `${STATION}-${name}` }],
        ),
    );
    return pulumi.all(stations).apply((known) => routerConfigOf(known.flat()));
}
