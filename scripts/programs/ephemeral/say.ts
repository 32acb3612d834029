import { printable, printableLines } from "../../../components/values/printable";

/**
 * Progress, for who watches; results are on stdout. Branches, tags of a shared
 * backend and hosts are others' texts.
 */
export function say(text: string): void {
    process.stderr.write(`==> ${printable(text)}\n`);
}

/** The Pulumi CLI's own progress. */
export function progress(text: string): void {
    process.stderr.write(printableLines(text));
}
