/** Values against the shapes that the vendor declares. */
import { isProperties, type Properties, unknown, type Value } from "../../../scripts/plugin/protocol/values";
import type { PropertiesOf, Shape } from "./declarations";

/** A property that is not as declared. */
export interface Misfit {
    readonly path: string;
    readonly reason: string;
}

/** What is unknown, missing or of another kind, at any depth. A value that is known only later is not judged. */
export function misfits(values: Properties, declared: PropertiesOf, prefix = ""): Misfit[] {
    const found: Misfit[] = [];
    for (const [name, value] of Object.entries(values)) {
        const path = prefix + name;
        const property = Object.hasOwn(declared, name) ? declared[name] : undefined;
        found.push(...(property ? misfitsOf(value, property.shape, path) : [{ path, reason: "is not declared" }]));
    }
    for (const [name, { required }] of Object.entries(declared)) {
        if (required && !Object.hasOwn(values, name)) {
            found.push({ path: prefix + name, reason: "is required and missing" });
        }
    }
    return found;
}

function misfitsOf(value: Value, shape: Shape, path: string): Misfit[] {
    if (value === unknown || shape.kind === "any") {
        return [];
    }
    if (shape.kind === "list") {
        return Array.isArray(value)
            ? (value as Value[]).flatMap((item, index) => misfitsOf(item, shape.of, `${path}[${index}]`))
            : [{ path, reason: "must be a list" }];
    }
    if (shape.kind === "map" || shape.kind === "object") {
        if (!isProperties(value)) {
            return [{ path, reason: "must be an object" }];
        }
        return shape.kind === "object"
            ? misfits(value, shape.properties, `${path}.`)
            : Object.entries(value).flatMap(([name, item]) => misfitsOf(item, shape.of, `${path}.${name}`));
    }
    return typeof value === shape.kind ? [] : [{ path, reason: `must be a ${shape.kind}` }];
}
