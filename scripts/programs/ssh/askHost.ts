import { hostShell, type Verb } from "../../../components/remote/hostScript";
import type { Connection } from "./connection";
import { EndlessOutputError, runCommand } from "./ssh";

/** What hangs on the host for so long does not answer any more. */
const TIMEOUT_SECONDS = 120;
/** A host that does not end it by itself is left after so long. */
const PATIENCE_SECONDS = 150;

/**
 * Runs a script on the host, as root, and returns what it printed.
 *
 * @throws Error with what the host said of its failure, or of the connection
 */
export async function askHost(connection: Connection, verb: Verb, script: string): Promise<string> {
    const progress: Buffer[] = [];
    try {
        const { stdout } = await runCommand({
            connection,
            command: `timeout ${TIMEOUT_SECONDS} ${hostShell(connection.user, verb)}`,
            stdin: script,
            timeoutSeconds: PATIENCE_SECONDS,
            onRetry: () => undefined,
            onOutput: (chunk, stream) => stream === "stderr" && progress.push(chunk),
        });
        return stdout;
    } catch (error) {
        const said = error instanceof EndlessOutputError ? "" : Buffer.concat(progress).toString().trim();
        throw new Error(said || (error as Error).message, { cause: error });
    }
}
