import type { LocalWorkspace, TagMap } from "@pulumi/pulumi/automation";
import { branchDigest } from "./stackName";

/** What says that a stack is ephemeral: tags, which every backend keeps. */
export interface Marker {
    /** The branch, shortened where a tag has no room for all of it. */
    readonly branch: string;
    readonly branchSha256: string;
    readonly target: string;
    readonly createdAt: Date;
    readonly expiresAt: Date;
}

/** The tag without which no stack is touched. */
const EPHEMERAL_TAG = "ephemeral";

/** Pulumi's limit on the value of a tag, in characters; a byte more is not risked. */
export const TAG_BYTES = 256;

/** The marker in a stack's tags, if it has one. */
export function readMarker(tags: TagMap): Marker | undefined {
    if (tags[EPHEMERAL_TAG] !== "true") {
        return undefined;
    }
    return {
        branch: tags["ephemeral:branch"] ?? "",
        branchSha256: tags["ephemeral:branch-sha256"] ?? "",
        target: tags["ephemeral:target"] ?? "",
        createdAt: new Date(tags["ephemeral:created"] ?? ""),
        expiresAt: new Date(tags["ephemeral:expires"] ?? ""),
    };
}

/** The tags of an ephemeral stack; the one that makes it ephemeral is the last. */
export function markerTags(branch: string, target: string, createdAt: Date, expiresAt: Date): [string, string][] {
    return [
        ["ephemeral:branch", shortened(branch)],
        ["ephemeral:branch-sha256", branchDigest(branch)],
        ["ephemeral:target", target],
        ["ephemeral:created", createdAt.toISOString()],
        ["ephemeral:expires", expiresAt.toISOString()],
        [EPHEMERAL_TAG, "true"],
    ];
}

/** Sets the tags that differ. */
export async function writeTags(workspace: LocalWorkspace, name: string, tags: [string, string][], old: TagMap) {
    for (const [key, value] of tags) {
        if (old[key] !== value) {
            await workspace.setTag(name, key, value);
        }
    }
}

function shortened(text: string): string {
    // The cut may go through a character.
    return Buffer.from(text)
        .subarray(0, TAG_BYTES)
        .toString()
        .replace(/\uFFFD+$/, "");
}
