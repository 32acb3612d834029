/** What scripts/status runs: see there. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { statusText } from "../../../components/remote/hostScript";
import { printableJson, shown } from "../../../components/values/printable";
import { askHost } from "../ssh/askHost";
import { type Deployment, optionalStepsOf, readDeployments } from "./deployment";
import { type Options, readOptions } from "./options";
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

/** All collectors of the stack, or the one that is asked for. */
async function readDeployed({ stack, collector }: Options): Promise<Deployment[]> {
    const deployments = readDeployments(await exportState(stack));
    const asked = deployments.filter(({ name }) => collector === undefined || name === collector);
    if (asked.length === 0) {
        const names = deployments.map(({ name }) => name).join(", ");
        throw new Error(`--collector must be one of ${names}, got ${shown(collector)}`);
    }
    return asked;
}

/** One connection, one read-only script, one JSON object. */
async function inspect({ owner, deployed }: Deployment): Promise<Status> {
    if (deployed === undefined) {
        throw new Error("the stack's deployment was never completed: scripts/pulumi up");
    }
    const { connection, input } = deployed;
    const text = statusText(optionalStepsOf(input));
    const answer = await askHost(connection, "inspect", input + text).catch((error: unknown) => {
        throw new Error(`the host cannot be inspected: ${(error as Error).message}`, { cause: error });
    });
    return statusOf(owner, connection.host, readHostStatus(answer));
}

/** What was seen of the collectors, and of which nothing can be said, as texts. */
interface Looks {
    readonly statuses: readonly Status[];
    readonly errors: readonly string[];
}

/** All of them at once: one that does not answer keeps nobody waiting for the others. */
async function inspectAll(deployments: readonly Deployment[]): Promise<Looks> {
    const looks = await Promise.allSettled(deployments.map(inspect));
    return {
        statuses: looks.flatMap((look) => (look.status === "fulfilled" ? [look.value] : [])),
        errors: looks.flatMap((look, index) =>
            look.status === "fulfilled" ? [] : [failureOf(deployments[index]?.owner, look.reason, deployments.length)],
        ),
    };
}

/** Where there are several collectors, it is said of which nothing can be. */
function failureOf(owner: string | undefined, reason: unknown, count: number): string {
    const message = reason instanceof Error ? reason.message : String(reason);
    return errorText(new Error(count === 1 ? message : `${owner ?? ""}: ${message}`));
}

const reportOf = ({ statuses, errors }: Looks) => [...statuses.map(report), ...errors].join("\n");

/** The state is read once: a deployment in the meantime takes a new call. */
async function watchHosts(options: Options): Promise<void> {
    const stop = new AbortController();
    const end = () => {
        stop.abort();
    };
    process.once("SIGINT", end).once("SIGTERM", end);
    // Who read it has gone.
    process.stdout.once("error", end);
    const deployments = await Promise.race([readDeployed(options), aborted(stop.signal)]);
    if (deployments) {
        await watch(async () => reportOf(await inspectAll(deployments)), process.stdout, stop.signal);
    }
    // A look may be under way still.
    process.exit();
}

/** @param isAlone in JSON one collector is an object, several are a list of them. */
function show(statuses: readonly Status[], isAlone: boolean, { html, json }: Options, asked: Date): void {
    if (html !== undefined) {
        writeWhole(html, page(statuses, asked));
    } else if (json) {
        process.stdout.write(`${printableJson(isAlone ? statuses[0] : statuses)}\n`);
    } else {
        process.stdout.write(statuses.map(report).join("\n"));
    }
}

async function main(): Promise<void> {
    const options = readOptions(process.argv.slice(2), process.env.CALLED_IN ?? process.cwd());
    if (options.watch) {
        await watchHosts(options);
        return;
    }
    const asked = new Date();
    const deployments = await readDeployed(options);
    const { statuses, errors } = await inspectAll(deployments);
    process.stderr.write(errors.join(""));
    if (statuses.length > 0) {
        show(statuses, deployments.length === 1, options, asked);
    }
    const isDifferent = statuses.some(({ differences }) => differences.length > 0);
    process.exitCode = errors.length > 0 ? UNKNOWN : options.check && isDifferent ? DIFFERENT : 0;
}

main().catch((error: unknown) => {
    process.stderr.write(errorText(error));
    process.exitCode = UNKNOWN;
});
