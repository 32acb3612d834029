/** Progress, for who watches; the table is on stdout. */
export function say(text: string): void {
    process.stderr.write(`==> ${text}\n`);
}
