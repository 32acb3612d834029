import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { pageText } from "../documentation";

const root = join(__dirname, "../..");
const readText = (path: string) => readFileSync(join(root, path), "utf8");
const dashboard = readText("docs/monitoring/openbmp-dashboard.json");
const alerts = readText("docs/monitoring/openbmp-alerts.yml");

/** Grafana's own types of a dashboard (@grafana/schema); a text of JSON is of no enum, so in place of each are its values. */
function dashboardTypes(): string {
    const index = require.resolve("@grafana/schema/package.json");
    const text = readFileSync(join(dirname(index), "dist/types/raw/dashboard/x/types.gen.d.ts"), "utf8");
    const values: Record<string, string> = {};
    const types = text.replace(/export declare enum (\w+) \{([^}]*)\}/g, (_, name: string, body: string) => {
        const members = [...body.matchAll(/(\w+) = ([^,\n]+)/g)];
        members.forEach(([, member = "", value = ""]) => (values[`${name}.${member}`] = value));
        return `export type ${name} = ${members.map(([, , value]) => value).join(" | ")};`;
    });
    return types.replace(/\b[A-Z]\w+\.\w+\b/g, (member) => values[member] ?? member);
}

/** What TypeScript says of a dashboard by these types. */
function problemsOf(json: string): string[] {
    const name = "dashboard.ts";
    const text = `${dashboardTypes()}\nexport const dashboard: Dashboard = ${json};\n`;
    const options = { strict: true, noEmit: true, types: [] };
    const host = ts.createCompilerHost(options);
    const getSourceFile = host.getSourceFile.bind(host);
    host.getSourceFile = (file, version) =>
        file === name ? ts.createSourceFile(name, text, version) : getSourceFile(file, version);
    const program = ts.createProgram([name], options, host);
    return program
        .getSemanticDiagnostics(program.getSourceFile(name))
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}

test("the dashboard is one by Grafana's own types", () => {
    expect(problemsOf(dashboard)).toEqual([]);
});

test.each([
    ["a key that Grafana does not know", '"title": "OpenBMP collector"', '"titel": "x"', "'\"titel\"' does not exist"],
    ["a value of no enum", '"mode": "absolute"', '"mode": "absolut"', "'\"absolut\"' is not assignable"],
])("%s would be found", (_, text, changed, problem) => {
    expect(dashboard).toContain(text);
    expect(problemsOf(dashboard.replace(text, changed)).join("\n")).toContain(problem);
});

test("alerts, dashboard and page speak of metrics that are written, and the page of all of them", () => {
    const written = [...readText("scripts/host/lib/metrics-text.sh").matchAll(/(?:gauge|counter)\("(\w+)"/g)].map(
        ([, name]) => `openbmp_${name}`,
    );
    expect(written.length).toBeGreaterThan(20);
    const named = (text: string) => new Set(text.match(/\bopenbmp_[a-z_]+\b/g));
    for (const text of [alerts, dashboard]) {
        expect([...named(text)].filter((name) => !written.includes(name))).toEqual([]);
    }
    expect([...named(pageText("docs/monitoring.md"))].sort()).toEqual(written.sort());
});
