import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { printable, shown } from "../../../components/values/printable";
import { writableFile } from "./writeWhole";

/** What scripts/status is asked for. */
export interface Options {
    readonly stack: string | undefined;
    /** The name of one collector; undefined for all of the stack's. */
    readonly collector: string | undefined;
    readonly check: boolean;
    readonly json: boolean;
    /** The file of the page, absolute; undefined where none is asked for. */
    readonly html: string | undefined;
    readonly watch: boolean;
}

/**
 * Reads the arguments, before anything is asked.
 *
 * @param calledIn the folder that a relative file is in
 * @throws Error where they do not go together, or the page's file could not be written
 */
export function readOptions(args: readonly string[], calledIn: string): Options {
    const { values } = parseArgs({
        args: [...args],
        options: {
            stack: { type: "string" },
            collector: { type: "string" },
            check: { type: "boolean", default: false },
            json: { type: "boolean", default: false },
            html: { type: "string" },
            watch: { type: "boolean", default: false },
        },
    });
    const { stack, collector, check, json, html, watch } = values;
    if (watch && (check || json || html !== undefined)) {
        throw new Error("--watch must be given without --check, --json and --html: it goes on until it is stopped");
    }
    if (json && html !== undefined) {
        throw new Error("--html must be given without --json: run scripts/status once for each of them");
    }
    return { stack, collector, check, json, html: html === undefined ? undefined : pageFile(html, calledIn), watch };
}

function pageFile(given: string, calledIn: string): string {
    try {
        return writableFile(resolve(calledIn, given));
    } catch (error) {
        const reason = printable((error as Error).message);
        throw new Error(`--html must be a file in a folder that you may write to, got ${shown(given)}: ${reason}`, {
            cause: error,
        });
    }
}
