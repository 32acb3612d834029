import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { isAddress, isIpv6Address } from "../values/addresses";
import { shown } from "../values/printable";
import { text } from "../values/forms";
import { withoutFrames } from "../values/refusal";

/** What a step prints is a handful of short fields. */
const MAXIMUM_CHARACTERS = 65_536;

/** Forms of what hosts report: stack outputs and lines for routers are made of it. */
export const ipv6Address = text("an IPv6 address", isIpv6Address);
export const address = text("an IPv4 or IPv6 address", isAddress);
export const ipv4AddressOrNone = text(
    "an IPv4 address, or empty",
    (value) => value === "" || (isAddress(value) && !isIpv6Address(value)),
);
export const sha256 = text("64 hexadecimal digits", (value) => /^[0-9a-f]{64}$/.test(value));

/** The JSON object that a step prints, with the fields that it must have. */
export const answerOf = <Shape extends z.ZodRawShape>(shape: Shape) => z.object(shape, "one JSON object");

/**
 * What a step printed. The provider marks the output as secret because the
 * input is; what the steps print is not.
 */
export function stepResult<Schema extends z.ZodObject>(
    step: command.remote.Command,
    schema: Schema,
): pulumi.Output<z.output<Schema>> {
    return pulumi.unsecret(step.stdout).apply((stdout) => {
        const printed = parsed(stdout);
        const { success, data, error } = schema.safeParse(printed);
        if (!success) {
            const problems = error.issues.map(
                ({ path, message }) => `${path.join(".") || "it"} must be ${message}, got ${shown(at(printed, path))}`,
            );
            throw answerRefusal(step, problems.join("; "));
        }
        return data;
    });
}

/**
 * Says what is wrong with what a step printed; bound to the step's resource.
 * The answer is in the state, and the step runs again only with another input.
 */
export function answerRefusal(step: pulumi.Resource, problem: string): Error {
    return withoutFrames(
        new pulumi.ResourceError(
            `the host's answer does not fit (${problem}): find out what runs there, then give "reapply" a new value and run again`,
            step,
            true,
        ),
    );
}

/** Its own text where it is no JSON, or too long. */
function parsed(stdout: string): unknown {
    try {
        return stdout.length <= MAXIMUM_CHARACTERS ? JSON.parse(stdout) : stdout;
    } catch {
        return stdout;
    }
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
    return path.reduce<unknown>(
        (found, key) => (found as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[key],
        value,
    );
}
