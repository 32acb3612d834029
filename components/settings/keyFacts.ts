/** What a key's schema says of it besides its form, so that no other list has to. */
import { z } from "zod";

/** What of a value is secret: all of it, or what may be in it. */
type Secrecy = "all of it" | "parts of it";

const secrecies = z.registry<{ readonly secrecy: Secrecy }>();

/** The stack's file must have the value encrypted, and no message shows it. */
export function secret<Field extends z.ZodType>(field: Field): Field {
    secrecies.add(field, { secrecy: "all of it" });
    return field;
}

/** No message shows the value, because secrets may be in it. */
export function holdsSecrets<Field extends z.ZodType>(field: Field): Field {
    secrecies.add(field, { secrecy: "parts of it" });
    return field;
}

export function isSecret(field: z.core.$ZodType): boolean {
    return secrecyOf(field) === "all of it";
}

/** Whether messages may show what is wrong with the value. */
export function isShown(field: z.core.$ZodType): boolean {
    return secrecyOf(field) === undefined;
}

/** Whether Pulumi's configuration has the value as it is; numbers, flags, lists and objects it has as JSON. */
export function isPlainText(field: z.core.$ZodType): boolean {
    return ["string", "enum", "literal"].includes(layersOf(field).at(-1)?._zod.def.type ?? "");
}

function secrecyOf(field: z.core.$ZodType): Secrecy | undefined {
    return layersOf(field)
        .map((layer) => secrecies.get(layer)?.secrecy)
        .find((secrecy) => secrecy !== undefined);
}

/** The schema, and those that it was made of: with a default, optional, or changed after it is read. */
function layersOf(field: z.core.$ZodType): z.core.$ZodType[] {
    if (field instanceof z.ZodDefault || field instanceof z.ZodOptional) {
        return [field, ...layersOf(field.def.innerType)];
    }
    return field instanceof z.ZodPipe ? [field, ...layersOf(field.def.in)] : [field];
}
