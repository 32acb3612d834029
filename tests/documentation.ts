import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..");

/** Every page of the documentation. */
export const pages: readonly string[] = [
    ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "Pulumi.README.md"],
    ...readdirSync(join(root, "docs"))
        .filter((file) => file.endsWith(".md"))
        .map((file) => `docs/${file}`),
];

/** A fenced block of a page. */
export interface Block {
    /** The page and the heading above it; a second block below the same heading ends with " 2". */
    readonly name: string;
    readonly language: string;
    readonly text: string;
}

/** The text of a page. */
export function pageText(page: string): string {
    return readFileSync(join(root, page), "utf8");
}

/** The blocks of a page that are in that language, in their order. */
export function blocksOf(page: string, language: string): Block[] {
    const found = pageText(page).matchAll(/^#+ (?<heading>[^\n]*)$|^```(?<language>\w*)\n(?<text>.*?)^```$/gms);
    const blocks: Block[] = [];
    let heading = "";
    for (const { groups = {} } of found) {
        heading = groups.heading ?? heading;
        if (groups.language === language) {
            const name = `${page}: ${heading}`;
            const before = blocks.filter((block) => block.name.replace(/ \d+$/, "") === name).length;
            blocks.push({ name: before === 0 ? name : `${name} ${before + 1}`, language, text: groups.text ?? "" });
        }
    }
    return blocks;
}

/** The text of a page without its fenced blocks. */
export function proseOf(page: string): string {
    return pageText(page).replace(/^```\w*\n.*?^```$/gms, "");
}

/** The targets of a page's links. */
export function linksOf(page: string): string[] {
    const prose = proseOf(page).replace(/`[^`\n]*`/g, "");
    return [...prose.matchAll(/\]\(([^)\s]+)\)|<(https?:[^>\s]+)>/g)].map(([, link, bare]) => link ?? bare ?? "");
}

/** What a link to a heading of the page may name, as GitHub makes it of the heading. */
export function anchorsOf(page: string): string[] {
    const headings = [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) => text);
    return headings.map((text) =>
        text
            .toLowerCase()
            .replace(/[^\p{L}\p{N}_ -]/gu, "")
            .replaceAll(" ", "-"),
    );
}

/** A command of a block as it is typed. */
export function withoutComment(line: string): string {
    return line.replace(/\s+#.*$/, "").trim();
}
