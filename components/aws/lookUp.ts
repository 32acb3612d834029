import { refusal } from "../values/refusal";

/**
 * What AWS says of something that a setting names.
 *
 * @param accepted - completes "KEY must be …"
 * @throws pulumi.RunError with the key, the value, and why AWS says nothing.
 */
export async function lookUp<T>(
    key: string,
    value: string | undefined,
    accepted: string,
    answer: Promise<T>,
): Promise<T> {
    try {
        return await answer;
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const given = value === undefined ? "nothing" : `"${value}"`;
        throw refusal(`${key} must be ${accepted}, got ${given}: ${reason}`);
    }
}
