import * as pulumi from "@pulumi/pulumi";

/** An error that is told by its message alone. */
export function refusal(message: string): Error {
    return withoutFrames(new pulumi.RunError(message));
}

/**
 * The error without its stack, which Pulumi does not show. It formats it all
 * the same, and there Node.js 20 and 22 do not come to an end where a frame is
 * in output.ts of Pulumi's, as all that an `apply` throws has one.
 */
export function withoutFrames<Kind extends Error>(error: Kind): Kind {
    error.stack = error.message;
    return error;
}
