/** Progress, for who watches; results are on stdout. */
export function say(text: string): void {
    process.stderr.write(`==> ${text}\n`);
}

/** The Pulumi CLI's own progress. */
export function progress(text: string): void {
    process.stderr.write(text);
}
