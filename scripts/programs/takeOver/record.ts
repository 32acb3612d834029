import * as z from "zod/mini";
import { cell, printable, shortened } from "../../../components/values/printable";

/** A text of somebody else's: the host cuts what may be long. */
const words = z.string().check(z.maxLength(4096));

/** What scripts/host/inspect/record.sh prints. */
const hostRecord = z.object({
    /** `PROJECT/STACK`; null where no deployment is on the host. */
    owner: z.nullable(words),
    /** When that stack got the host. */
    since: z.nullable(words),
    /** Each file of the record, with what it says in words. */
    facts: z.array(z.object({ file: words, words })).check(z.maxLength(1000)),
});

export type HostRecord = z.output<typeof hostRecord>;

/** A record that somebody has. */
export type OwnedRecord = HostRecord & { readonly owner: string };

/**
 * Reads what the host printed, and takes only what has its form.
 *
 * @throws Error where it has not
 */
export function readRecord(stdout: string): HostRecord {
    const { data } = hostRecord.safeParse(parsed(stdout));
    if (!data) {
        throw new Error("the host's answer does not fit: it is not what scripts/host/inspect/record.sh prints");
    }
    return data;
}

function parsed(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

/** No line is longer, whatever the host says. */
const LINE_CHARACTERS = 600;

/** The record for people: whatever the host says, each line is one of ours. */
export function recordText(host: string, { owner, since, facts }: OwnedRecord): string {
    const lines = [
        `the host ${host} is deployed by the stack ${owner}, since ${since ?? "a time that it does not say"}`,
        facts.length === 0 ? "nothing of the host was recorded besides" : "what is recorded of it, for destroy:",
        ...facts.map((fact) => `- ${cell(fact.file)}: ${fact.words}`),
    ];
    return lines.map((line) => `${shortened(printable(line), LINE_CHARACTERS)}\n`).join("");
}
