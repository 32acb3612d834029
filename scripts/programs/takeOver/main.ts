/** What scripts/stack take-over runs: see there. */
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { recordText as recordScript, withInput } from "../../../components/remote/hostScript";
import { ending, printableLines, shown } from "../../../components/values/printable";
import { askHost } from "../ssh/askHost";
import { type OwnedRecord, readRecord, recordText } from "./record";
import { readTaker, type Taker } from "./taker";

/** Of what the host or Pulumi says of an error, so much is shown. */
const ERROR_CHARACTERS = 4000;

async function inspect({ connection }: Taker): Promise<ReturnType<typeof readRecord>> {
    const script = withInput({ variables: {} }, recordScript());
    const answer = await askHost(connection, "inspect", script).catch((error: unknown) => {
        throw new Error(`the host's record cannot be read: ${(error as Error).message}`, { cause: error });
    });
    return readRecord(answer);
}

async function take({ owner, connection }: Taker, current: string): Promise<void> {
    const script = withInput({ variables: { OWNER: owner, CURRENT_OWNER: current } }, recordScript());
    await askHost(connection, "take", script).catch((error: unknown) => {
        throw new Error(`the host was not taken over: ${(error as Error).message}`, { cause: error });
    });
}

/** Throws unless the operator, or --yes, names the stack that has the host. */
async function confirm(owner: string, { owner: current }: OwnedRecord, yes: string | undefined): Promise<void> {
    if (yes === undefined) {
        process.stderr.write(
            `To take the host over for ${owner}, whatever becomes of that stack, type the name of its current owner: `,
        );
    }
    const answer = yes ?? (await firstLine());
    if (answer !== current) {
        throw new Error(
            `${yes === undefined ? "the answer" : "--yes"} is ${shown(answer)}, not the host's current owner ${shown(current)}, and nothing was changed: type that name`,
        );
    }
}

async function firstLine(): Promise<string | undefined> {
    for await (const line of createInterface({ input: process.stdin })) {
        return line.trim();
    }
    return undefined;
}

async function main(): Promise<void> {
    const { values, positionals } = parseArgs({
        options: { yes: { type: "string" }, collector: { type: "string" } },
        allowPositionals: true,
    });
    const taker = await readTaker(positionals[0] ?? "", values.collector);
    const record = await inspect(taker);
    const { owner: current } = record;
    const next = `scripts/pulumi up --stack ${positionals[0] ?? ""}`;
    if (current === null) {
        process.stdout.write(`nothing to take over, no deployment is on the host: ${next}\n`);
        return;
    }
    const owned = { ...record, owner: current };
    process.stdout.write(recordText(taker.connection.host, owned));
    if (current === taker.owner) {
        process.stdout.write(`nothing to take over, the host is this stack's: ${next}\n`);
        return;
    }
    await confirm(taker.owner, owned, values.yes);
    await take(taker, current);
    process.stdout.write(`the host is the stack ${taker.owner}'s now, with all that is recorded of it: ${next}\n`);
}

main().catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${printableLines(`stack: ${ending(message, ERROR_CHARACTERS)}`)}\n`);
    process.exitCode = 1;
});
