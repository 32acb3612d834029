/** The tools that others wrote, and what they find. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AwsResource } from "./program";
import type { Waiver } from "./waivers";

export interface Finding {
    readonly tool: Waiver["tool"];
    readonly rule: string;
    /** The name of the resource in the program. */
    readonly resource: string;
    readonly message: string;
}

/** The folder of the tools, which `scripts/test aws-rules` installs. */
const tools = process.env.AWS_RULES_TOOLS;

/** Runs one of the tools; what it finds is on stdout, whatever its exit code. */
function runTool(name: string, args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    if (tools === undefined) {
        throw new Error("AWS_RULES_TOOLS is not set: run scripts/test aws-rules");
    }
    return new Promise((resolve) => {
        execFile(
            join(tools, name),
            args,
            { maxBuffer: 1 << 26, env: { ...process.env, LOG_LEVEL: "ERROR" } },
            (error, stdout, stderr) => {
                resolve({ code: error ? (typeof error.code === "number" ? error.code : -1) : 0, stdout, stderr });
            },
        );
    });
}

async function withFile<T>(name: string, text: string, work: (file: string) => Promise<T>): Promise<T> {
    const directory = mkdtempSync(join(tmpdir(), "openbmp-aws-rules-"));
    try {
        writeFileSync(join(directory, name), text);
        return await work(join(directory, name));
    } finally {
        rmSync(directory, { recursive: true, force: true });
    }
}

interface CfnLintMatch {
    readonly Rule: { readonly Id: string };
    readonly Location: { readonly Path: readonly string[] | null };
    readonly Message: string;
}

/** What cfn-lint says of a CloudFormation template, warnings and information included. */
export function cfnLint(template: object, resources: readonly AwsResource[]): Promise<Finding[]> {
    return withFile("template.json", JSON.stringify(template), async (file) => {
        const args = ["--format", "json", "--include-checks", "I", "--regions", "eu-central-1", "--template", file];
        const { stdout, stderr, code } = await runTool("cfn-lint", args);
        if (![0, 2, 4, 6, 8, 10, 12, 14].includes(code)) {
            throw new Error(`cfn-lint ended with ${code}: ${stderr.slice(-2000)}`);
        }
        return (JSON.parse(stdout || "[]") as CfnLintMatch[]).map(({ Rule, Location, Message }) => ({
            tool: "cfn-lint",
            rule: Rule.Id,
            resource: programName(Location.Path?.[1] ?? "", resources),
            message: `${(Location.Path ?? []).join(".")}: ${Message}`,
        }));
    });
}

interface CheckovReport {
    readonly results: { readonly failed_checks: readonly { check_id: string; check_name: string; resource: string }[] };
    readonly summary: { readonly passed: number; readonly parsing_errors: number; readonly resource_count: number };
}

/** What checkov says of a Terraform configuration. Without its platform it grades nothing, so every finding counts. */
export function checkov(text: string, resources: readonly AwsResource[]): Promise<Finding[]> {
    return withFile("main.tf", text, async (file) => {
        const args = ["--file", file, "--framework", "terraform", "--output", "json", "--compact", "--skip-download"];
        const { stdout, stderr } = await runTool("checkov", args);
        const report = JSON.parse(stdout) as CheckovReport;
        if (report.summary.passed === 0 || report.summary.parsing_errors > 0) {
            throw new Error(`checkov read nothing: ${JSON.stringify(report.summary)} ${stderr.slice(-2000)}`);
        }
        return report.results.failed_checks.map(({ check_id, check_name, resource }) => ({
            tool: "checkov",
            rule: check_id,
            resource: programName(resource.split(".").at(-1) ?? "", resources),
            message: check_name,
        }));
    });
}

/** The program's name of a resource that a view names in its own spelling. */
function programName(spelled: string, resources: readonly AwsResource[]): string {
    const letters = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");
    const [found] = resources
        .map(({ name }) => name)
        .filter((name) => letters(spelled).startsWith(letters(name)))
        .sort((one, other) => other.length - one.length);
    return found ?? spelled;
}
