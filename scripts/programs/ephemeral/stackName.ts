import { createHash } from "node:crypto";

/** Of the readable part; Pulumi allows 100 characters in all, and clouds often fewer. */
const READABLE_LENGTH = 40;
const DIGEST_LENGTH = 16;

/** What tells branches apart, whatever is left of their names in the stack's. */
export function branchDigest(branch: string): string {
    return createHash("sha256").update(branch).digest("hex");
}

/**
 * The name of a branch's stack: what can be read of the branch's name, and a
 * digest of all of it. Letters, digits and hyphens, as Pulumi accepts.
 */
export function stackName(branch: string): string {
    const readable = branch
        .normalize("NFKD")
        .replace(/\p{Mark}/gu, "")
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .slice(0, READABLE_LENGTH)
        .replace(/^-|-$/g, "");
    const digest = branchDigest(branch).slice(0, DIGEST_LENGTH);
    return `br-${readable}${readable && "-"}${digest}`;
}
