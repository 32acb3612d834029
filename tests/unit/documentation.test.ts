import { existsSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { parse } from "yaml";
import { collectorArgs } from "../../scripts/programs/docs/collectorArgs";
import { configurationTable, withTable } from "../../scripts/programs/docs/configurationTable";
import { anchorsOf, blocksOf, linksOf, pages, pageText, proseOf, withoutComment } from "../documentation";
import { chapters, notRun } from "../e2e/chapters";

const root = join(__dirname, "..", "..");

test("the README's table of configuration keys is what Pulumi.yaml says (npm run docs)", () => {
    const readme = pageText("README.md");
    expect(readme).toBe(withTable(readme, configurationTable(pageText("Pulumi.yaml"))));
});

test("the arguments of OpenBmpCollector are the keys of the configuration (npm run docs)", () => {
    const written = pageText("components/collector/openBmpCollectorArgs.ts");
    expect(written).toBe(collectorArgs(pageText("Pulumi.yaml")));
});

test("the README's table of outputs has what index.ts exports", () => {
    const [, section = ""] = /^## Outputs\n(.*?)^## /ms.exec(pageText("README.md")) ?? [];
    const listed = [...section.matchAll(/^\| (`.*?) +\|/gm)].flatMap(([, cell = ""]) => cell.match(/\w+/g) ?? []);
    const exported = [...pageText("index.ts").matchAll(/^export const (\w+)/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual(exported.sort());
});

/** Whether the link of a page leads somewhere; the Internet is not asked. */
function leadsSomewhere(page: string, link: string): boolean {
    if (/^[a-z]+:/.test(link)) {
        return URL.canParse(link) && link.startsWith("https://");
    }
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : normalize(join(dirname(page), path));
    return existsSync(join(root, target)) && (anchor === undefined || anchorsOf(target).includes(anchor));
}

test.each(pages)("every link of %s leads to a file, and to a heading of it", (page) => {
    expect(linksOf(page).filter((link) => !leadsSomewhere(page, link))).toEqual([]);
});

test("every page of docs/, and SECURITY.md, is linked from the README", () => {
    const linked = linksOf("README.md");
    const unlinked = pages.filter((page) => /^(docs\/|SECURITY)/.test(page) && !linked.includes(page));
    expect(unlinked).toEqual([]);
});

test.each([
    ["a file that is not there", "nowhere.md"],
    ["a heading that is not there", "#nothing-of-that-name"],
    ["a heading that is not there of another page", "docs/aws.md#nothing"],
    ["a connection that nobody protects", "http://example.org"],
])("a link to %s is found", (_, link) => {
    expect(leadsSomewhere("README.md", link)).toBe(false);
});

describe("SECURITY.md", () => {
    const sections = pageText("SECURITY.md")
        .split(/^## /m)
        .filter((section) => section.includes("| defended"));
    const title = (section: string) => section.split("\n")[0] ?? "";

    test("is about everybody who could do something", () => {
        expect(sections.map(title)).toEqual([
            "A router",
            "A neighbour on the link",
            "A user of the host",
            "The container",
            "The one who deploys",
            "A pull request",
            "The host",
        ]);
    });

    test.each(sections.map((section) => [title(section), section]))(
        "names a test for each thing that is defended against %s, and what is not",
        (_, section) => {
            const rows = section.split("\n").filter((line) => /^\| (?!defended|-)/.test(line));
            expect(rows.length).toBeGreaterThan(2);
            expect(
                rows.filter(
                    (row) => !/^(`tests\/[\w./-]+\.(test\.ts|bats)`(, )?)+$/.test(row.split("|")[3]?.trim() ?? ""),
                ),
            ).toEqual([]);
            expect(section).toMatch(/^Not defended:\n\n- /m);
        },
    );
});

test.each(pages)("%s names only files of the project that are there", (page) => {
    const text = pageText(page);
    const named = [...text.matchAll(/(?<![\w./-])(?:scripts|components|tests)\/[\w./-]*\w/g)].map(([path]) => path);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test("blocks are found, and named by their headings", () => {
    expect(blocksOf("docs/gitops.md", "json").map(({ name }) => name)).toEqual(["docs/gitops.md: Roles by OIDC"]);
    const names = blocksOf("docs/aws.md", "sh").map(({ name }) => name.replace("docs/aws.md: ", ""));
    expect(names).toEqual([
        ...["Termination protection", "Restore", "Restore 2", "Logging in", "Replacement", "Replacement 2"],
        ...["Taking it away", "Taking it away 2"],
    ]);
});

test.each(pages)("the data in %s can be read", (page) => {
    for (const { text } of blocksOf(page, "json")) {
        expect(() => JSON.parse(text) as unknown).not.toThrow();
    }
    for (const { text } of blocksOf(page, "yaml")) {
        expect(() => parse(text) as unknown).not.toThrow();
    }
    // Another language would be run or read by no test.
    expect(
        pageText(page)
            .match(/^```\w+$/gm)
            ?.filter((fence) => !/^```(sh|json|yaml|ts|mermaid|text)$/.test(fence)) ?? [],
    ).toEqual([]);
});

test.each(pages)("the programs in %s are files of examples/, whose types are checked", (page) => {
    const examples = readdirSync(join(root, "examples")).filter((file) => file.endsWith(".ts"));
    // Prettier indents a page otherwise.
    const lines = (text: string) => text.replace(/^ +/gm, "");
    const programs = examples.map((file) => lines(pageText(`examples/${file}`)));
    expect(blocksOf(page, "ts").filter(({ text }) => !programs.includes(lines(text)))).toEqual([]);
});

test.each(pages)("%s has no fence without its language", (page) => {
    expect(proseOf(page)).not.toContain("```");
});

describe("every command of the documentation", () => {
    const blocks = pages.flatMap((page) => blocksOf(page, "sh"));

    test("is in a chapter that a test runs", () => {
        expect(Object.values(chapters).flat().sort()).toEqual(blocks.map(({ name }) => name).sort());
    });

    test.each(Object.keys(chapters))("of the chapter %s has its test", (chapter) => {
        expect(existsSync(join(root, "tests", "matrix", `documented${chapter}.test.ts`))).toBe(true);
    });

    test.each(Object.keys(notRun))("that is not run is there: %s", (command) => {
        expect(blocks.flatMap(({ text }) => text.split("\n")).map(withoutComment)).toContain(command);
    });
});
