/** An error as EC2's API words it: a code that the documentation lists, and a message. */
export class AwsError extends Error {
    constructor(
        readonly code: string,
        message: string,
    ) {
        super(`api error ${code}: ${message}`);
    }
}

/** Throws the error unless the condition holds. */
export function demand(condition: boolean, code: string, message: string): asserts condition {
    if (!condition) {
        throw new AwsError(code, message);
    }
}
