import type * as pulumi from "@pulumi/pulumi";
import type { LastDeployment } from "./lastDeployment";

/** What a collector is given besides its settings. */
export interface Scope {
    /** The beginning of the name of every resource; empty for the collector of this project's own program. */
    readonly prefix: string;
    /** What the resources belong to; without, it is the stack. */
    readonly parent: pulumi.ComponentResource | undefined;
    /** Whose the machine is: what is on it is no other owner's to change. */
    readonly owner: string;
    /** Keys of the configuration that the stack's file has as secrets. */
    readonly secretKeys: ReadonlySet<string>;
    /** Asks for the settings of the last deployment; undefined where nothing is known of one. */
    readonly lastDeployment: () => Promise<LastDeployment>;
}

/** The type token of a collector that is not at the root of the stack. */
export const COLLECTOR_TOKEN = "openbmp-aio-ipv6:index:OpenBmpCollector";

/** Whose the machine of one of a stack's collectors is. */
export function ownerOf(stack: string, { name, isRoot }: { readonly name: string; readonly isRoot: boolean }): string {
    return isRoot ? stack : `${stack}/${name}`;
}

/** A collector that is to be made. */
export interface ScopedSettings<Settings> {
    readonly settings: Settings;
    readonly scope: Scope;
}

/** At least one. */
export type AtLeastOne<T> = readonly [T, ...T[]];

/** What `of` makes of each. */
export function ofEach<T, Result>(
    [first, ...others]: AtLeastOne<T>,
    of: (each: T, index: number) => Result,
): AtLeastOne<Result> {
    return [of(first, 0), ...others.map((each, index) => of(each, index + 1))];
}
