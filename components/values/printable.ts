/**
 * Texts from outside (of hosts, routers, containers, shared backends) as they
 * may go to a terminal, into an error text or into a report.
 */

/**
 * All but letters, digits, punctuation, symbols and the space. Besides, what is
 * not seen (Unicode, Default_Ignorable_Code_Point), and the blocks that are
 * written from right to left (Unicode, DerivedBidiClass), which turn around
 * what stands beside them.
 */
const NOT_PRINTABLE =
    /[^\p{L}\p{N}\p{P}\p{S} ]|\p{Default_Ignorable_Code_Point}|[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/gu;

/** One line, in which each character that could steer or deceive a terminal is seen as `\u{1b}`. */
export function printable(text: string): string {
    return text.replace(NOT_PRINTABLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same for a text of several lines; tabs stay. */
export function printableLines(text: string): string {
    return text.replaceAll("\r\n", "\n").replace(/[^\n\t]+/g, printable);
}

/** The value as indented JSON that is as safe for a terminal, and reads back as the same. */
export function printableJson(value: unknown): string {
    const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
    return JSON.stringify(value, undefined, 2).replace(NOT_PRINTABLE, (character) =>
        character === "\n" ? character : character.replace(/[^]/g, escaped),
    );
}

/** The beginning of a text that may be of any length. */
export function shortened(text: string, length: number): string {
    return text.length <= length ? text : `${text.slice(0, length)}…`;
}

/**
 * A cell of a table: no gap in it looks like the next one, and it does not push
 * the others out of sight.
 */
export function cell(text: string, length = 64): string {
    return shortened(printable(text.replace(/ {2,}/g, " ")), length);
}

/** The end of a text that may be of any length: it says what an error is. */
export function ending(text: string, length: number): string {
    return text.length <= length ? text : `…${text.slice(-length)}`;
}

/** A value that was given, as an error text shows it. */
export function shown(value: unknown): string {
    if (typeof value === "string") {
        return `"${printable(shortened(value, 80))}"`;
    }
    return value === undefined ? "nothing" : printable(shortened(JSON.stringify(value), 80));
}
