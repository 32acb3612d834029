import ms from "ms";
import { cell } from "../../../components/values/printable";
import { TAG_BYTES } from "./marker";
import { bareWorkspace, ephemeralStacks, type EphemeralStack } from "./stacks";

export interface ListedStack {
    readonly stack: string;
    readonly branch: string;
    readonly target: string;
    readonly createdAt: string | null;
    readonly expiresAt: string | null;
    readonly expired: boolean;
}

/** The ephemeral stacks that the backend has. */
export async function list(): Promise<ListedStack[]> {
    return (await ephemeralStacks(await bareWorkspace())).map(listed);
}

/** Whether its time is over; a date that cannot be read is not. */
export function isExpired({ marker }: EphemeralStack, now = new Date()): boolean {
    return marker.expiresAt.getTime() <= now.getTime();
}

function listed(stack: EphemeralStack): ListedStack {
    const { name, marker } = stack;
    return {
        stack: name,
        branch: marker.branch,
        target: marker.target,
        createdAt: isoOrNull(marker.createdAt),
        expiresAt: isoOrNull(marker.expiresAt),
        expired: isExpired(stack),
    };
}

function isoOrNull(date: Date): string | null {
    return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** A table for people. */
export function listText(stacks: readonly ListedStack[], now = new Date()): string {
    if (stacks.length === 0) {
        return "no ephemeral stacks";
    }
    const since = (iso: string | null) => (iso === null ? "?" : ms(Math.abs(now.getTime() - Date.parse(iso))));
    const expiry = ({ expiresAt, expired }: ListedStack) =>
        expired ? `${since(expiresAt)} ago` : `in ${since(expiresAt)}`;
    const rows = [
        ["BRANCH", "AGE", "EXPIRES", "TARGET", "STACK"],
        ...stacks.map((stack) => [
            cell(stack.branch, TAG_BYTES),
            since(stack.createdAt),
            expiry(stack),
            cell(stack.target),
            cell(stack.stack),
        ]),
    ];
    const widths = rows.reduce<number[]>(
        (most, row) => row.map((cell, at) => Math.max(most[at] ?? 0, cell.length)),
        [],
    );
    return rows
        .map((row) =>
            row
                .map((cell, at) => cell.padEnd(widths[at] ?? 0))
                .join("  ")
                .trimEnd(),
        )
        .join("\n");
}
