/** What scripts/status runs: see there. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { statusText } from "../../../components/remote/hostScript";
import { printableJson } from "../../../components/values/printable";
import { askHost } from "../ssh/askHost";
import { type Deployment, optionalStepsOf, readDeployment } from "./deployment";
import { readOptions } from "./options";
import { page } from "./page";
import { report } from "./report";
import { readHostStatus, type Status, statusOf } from "./status";
import { aborted, watch } from "./watch";
import { errorText } from "./words";
import { writeWhole } from "./writeWhole";

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

async function readDeployed(stack: string | undefined): Promise<Deployment> {
    return readDeployment(await exportState(stack));
}

/** One connection, one read-only script, one JSON object. */
async function inspect({ owner, connection, input }: Deployment): Promise<Status> {
    const text = statusText(optionalStepsOf(input));
    const answer = await askHost(connection, "inspect", input + text).catch((error: unknown) => {
        throw new Error(`the host cannot be inspected: ${(error as Error).message}`, { cause: error });
    });
    return statusOf(owner, connection.host, readHostStatus(answer));
}

/** The state is read once: a deployment in the meantime takes a new call. */
async function watchHost(stack: string | undefined): Promise<void> {
    const stop = new AbortController();
    const end = () => {
        stop.abort();
    };
    process.once("SIGINT", end).once("SIGTERM", end);
    // Who read it has gone.
    process.stdout.once("error", end);
    const deployment = await Promise.race([readDeployed(stack), aborted(stop.signal)]);
    if (deployment) {
        await watch(async () => report(await inspect(deployment)), process.stdout, stop.signal);
    }
    // A look may be under way still.
    process.exit();
}

async function main(): Promise<void> {
    const options = readOptions(process.argv.slice(2), process.env.CALLED_IN ?? process.cwd());
    if (options.watch) {
        await watchHost(options.stack);
        return;
    }
    const asked = new Date();
    const status = await inspect(await readDeployed(options.stack));
    if (options.html === undefined) {
        process.stdout.write(options.json ? `${printableJson(status)}\n` : report(status));
    } else {
        writeWhole(options.html, page(status, asked));
    }
    process.exitCode = options.check && status.differences.length > 0 ? DIFFERENT : 0;
}

main().catch((error: unknown) => {
    process.stderr.write(errorText(error));
    process.exitCode = UNKNOWN;
});
