import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { release } from "node:os";
import { z } from "zod";
import type { Figure } from "./seen";

const report = z.object({
    testResults: z.array(
        z.object({
            assertionResults: z.array(
                z.object({
                    ancestorTitles: z.array(z.string()),
                    title: z.string(),
                    fullName: z.string(),
                    status: z.string(),
                }),
            ),
        }),
    ),
});

/** What jest's report says of one test. */
export type Result = z.infer<typeof report>["testResults"][number]["assertionResults"][number];

/** How a story's title names the engine that it runs on. */
const ON_AN_ENGINE = /^(.*), on an engine (\S+)$/;
/** The engine of the stories that name none. */
const USUAL_ENGINE = "26.1";

const words: Readonly<Record<string, string>> = { passed: "so it was", failed: "**failed**", pending: "skipped" };

/** What came of each promise, by the engine. */
interface Story {
    readonly engines: Set<string>;
    readonly rows: Map<string, Map<string, string>>;
}

/** The page's tables: one for each story; stories that run on several engines have a column for each. */
export function tables(results: readonly Result[], figures: readonly Figure[]): string {
    const stories = new Map<string, Story>();
    for (const { ancestorTitles, title, fullName, status } of results) {
        const [, name = ancestorTitles.join(": "), engine = USUAL_ENGINE] =
            ON_AN_ENGINE.exec(ancestorTitles.join(": ")) ?? [];
        const story: Story = stories.get(name) ?? { engines: new Set(), rows: new Map() };
        stories.set(name, story);
        const cells: Map<string, string> = story.rows.get(title) ?? new Map<string, string>();
        story.rows.set(title, cells);
        story.engines.add(engine);
        const measured = figures.filter(({ test }) => test === fullName).map(({ text }) => text);
        cells.set(engine, [words[status] ?? status, ...measured].join("; "));
    }
    return [...stories]
        .sort(([, one], [, other]) => other.engines.size - one.engines.size)
        .flatMap(([name, { engines, rows }]) => {
            const columns = [...engines].sort();
            return [
                `## ${name.charAt(0).toUpperCase()}${name.slice(1)}`,
                "",
                row(["what is promised", ...columns.map((engine) => `Docker ${engine}`)]),
                row(["---", ...columns.map(() => "---")]),
                ...[...rows].map(([title, cells]) =>
                    row([title, ...columns.map((engine) => cells.get(engine) ?? "not tried")]),
                ),
                "",
            ];
        })
        .join("\n");
}

function row(cells: readonly string[]): string {
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
}

function main(reportFile: string, figuresFile: string): void {
    const { testResults } = report.parse(JSON.parse(readFileSync(reportFile, "utf8")));
    const figures = readFileSync(figuresFile, "utf8")
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Figure);
    const results = testResults.flatMap(({ assertionResults }) => assertionResults);
    const failed = results.filter(({ status }) => status === "failed").length;
    const commit = execFileSync("git", ["rev-parse", "--short=10", "HEAD"], { encoding: "utf8" }).trim();
    process.stdout.write(`# What was tested

Written by \`scripts/test matrix\`, which the nightly job runs: ${new Date().toISOString().slice(0, 16)}Z, commit ${commit},
Linux ${release()}, Node.js ${process.versions.node}: ${results.length} tests, ${failed} failed. Each line is a promise, and what came of
it on a sandbox host with that engine. The stories that run at every change are in \`tests/e2e\`.

${tables(results, figures)}`);
}

if (require.main === module) {
    main(process.argv[2] ?? "", process.argv[3] ?? "");
}
