import { printable } from "../../../components/values/printable";

const MARKUP = Symbol("markup");

/** Markup that was made here. No text of somebody else's becomes one: JSON has no symbols. */
export interface Html {
    readonly [MARKUP]: string;
}

type Part = string | number | Html | readonly Part[];

/** A template for HTML and SVG: what stands in it as a text is shown as that text, without what nobody sees. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
    return trusted(String.raw({ raw: strings }, ...parts.map(markupOf)));
}

/** Markup, or a style sheet, that is no text from outside. */
export function trusted(markup: string): Html {
    return { [MARKUP]: markup };
}

/** The text of a page. */
export function markupOf(part: Part): string {
    if (typeof part === "string" || typeof part === "number") {
        return printable(String(part)).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
    }
    return MARKUP in part ? part[MARKUP] : part.map(markupOf).join("");
}
