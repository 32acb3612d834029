import { isDeepStrictEqual } from "node:util";
import { isProperties, isSecret, type Properties, type Value } from "./values";

export type Change = "add" | "delete" | "update";

/**
 * What differs between two sets of inputs, by path (`triggers[1]`). What is
 * inside a secret is not told apart.
 */
export function changedPaths(olds: Properties, news: Properties): Map<string, Change> {
    const changes = new Map<string, Change>();
    const compare = (path: string, before: Value | undefined, after: Value | undefined): void => {
        if (isDeepStrictEqual(before, after)) {
            return;
        }
        if (before === undefined || after === undefined) {
            changes.set(path, before === undefined ? "add" : "delete");
        } else if (isList(before) && isList(after)) {
            for (let index = 0; index < Math.max(before.length, after.length); index++) {
                compare(`${path}[${index}]`, before[index], after[index]);
            }
        } else if (isMap(before) && isMap(after)) {
            for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
                compare(path === "" ? name : `${path}.${name}`, before[name], after[name]);
            }
        } else {
            changes.set(path, "update");
        }
    };
    compare("", olds, news);
    return changes;
}

function isList(value: Value): value is readonly Value[] {
    return Array.isArray(value);
}

function isMap(value: Value): value is Properties {
    return isProperties(value) && !isSecret(value);
}
