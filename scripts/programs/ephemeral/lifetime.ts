import ms, { type StringValue } from "ms";
import { Failure } from "./failure";

const LONGEST = ms("1y");
const SHORTEST = ms("1m");

/**
 * Reads how long a stack lives, such as 90m, 8h or 3d.
 *
 * @returns milliseconds, from a minute to a year.
 */
export function parseLifetime(text: string): number {
    // A number alone would be milliseconds, which nobody means.
    const duration = /^-?\d+(\.\d+)?$/.test(text.trim()) ? undefined : readDuration(text);
    if (duration === undefined) {
        throw new Failure(`--ttl must be a duration such as 90m, 8h or 3d, got "${text}"`);
    }
    if (duration < SHORTEST || duration > LONGEST) {
        throw new Failure(`--ttl must be from one minute to one year, got "${text}"`);
    }
    return duration;
}

function readDuration(text: string): number | undefined {
    // Too long a text makes it throw.
    return text.length > 100 || text === "" ? undefined : ms(text as StringValue);
}
