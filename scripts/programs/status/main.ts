/** What scripts/status runs: see there. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { statusText } from "../../../components/remote/hostScript";
import { ending, printableJson, printableLines } from "../../../components/values/printable";
import { askHost } from "../ssh/askHost";
import { optionalStepsOf, readDeployment } from "./deployment";
import { report } from "./report";
import { readHostStatus, type Status, statusOf } from "./status";

/** Of what the host or Pulumi says of an error, so much is shown. */
const ERROR_CHARACTERS = 4000;

/** The host is not as deployed. */
const DIFFERENT = 1;
/** Nothing can be said about the host. */
const UNKNOWN = 2;

async function exportState(stack: string | undefined): Promise<string> {
    const pulumi = join(__dirname, "..", "..", "pulumi");
    const args = ["stack", "export", "--show-secrets", "--non-interactive", ...(stack ? [`--stack=${stack}`] : [])];
    try {
        return (await promisify(execFile)(pulumi, args, { maxBuffer: 1 << 30 })).stdout;
    } catch (error) {
        throw new Error(`the stack's state cannot be read: ${(error as { stderr: string }).stderr.trim()}`, {
            cause: error,
        });
    }
}

/** One connection, one read-only script, one JSON object. */
async function inspect(stack: string | undefined): Promise<Status> {
    const { owner, connection, input } = readDeployment(await exportState(stack));
    const text = statusText(optionalStepsOf(input));
    const answer = await askHost(connection, "inspect", input + text).catch((error: unknown) => {
        throw new Error(`the host cannot be inspected: ${(error as Error).message}`, { cause: error });
    });
    return statusOf(owner, connection.host, readHostStatus(answer));
}

async function main(): Promise<void> {
    const { values } = parseArgs({
        options: { stack: { type: "string" }, check: { type: "boolean" }, json: { type: "boolean" } },
    });
    const status = await inspect(values.stack);
    process.stdout.write(values.json ? `${printableJson(status)}\n` : report(status));
    process.exitCode = values.check && status.differences.length > 0 ? DIFFERENT : 0;
}

main().catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${printableLines(`status: ${ending(message, ERROR_CHARACTERS)}`)}\n`);
    process.exitCode = UNKNOWN;
});
