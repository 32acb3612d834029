/** Test stacks per branch: see scripts/ephemeral. */
import { Command } from "@commander-js/extra-typings";
import { ending, printable, printableJson, printableLines } from "../../../components/values/printable";
import { down } from "./down";
import { oneLine } from "./failure";
import { gc, gcText } from "./gc";
import { handleInterrupts } from "./interrupt";
import { list, listText } from "./list";
import { up } from "./up";

const BRANCH = ["--branch <name>", "the branch; the one that is checked out if left out"] as const;
const UNLOCK = ["--unlock", "first clear the lock that a dead run left"] as const;
const REMOTE = ["--remote <name>", "the Git remote that has the branches"] as const;
const JSON_OPTION = ["--json", "print the result as JSON"] as const;

const program = new Command("scripts/ephemeral").description("test stacks, one per branch, with an end to their life");

program
    .command("up")
    .description("create or update the branch's stack; its life begins anew")
    .option(...BRANCH)
    .option("--ttl <duration>", "how long it lives, such as 90m, 8h or 3d", "8h")
    .option("--config <key=value>", "a setting; lists and objects as JSON; may be repeated", collect, [])
    .option("--secret <key=file>", "a secret setting, read from a file; may be repeated", collect, [])
    .option("--config-file <file>", "a stack file to take settings from; Pulumi.ephemeral.yaml if there is one")
    .option("--secrets-provider <url>", "what encrypts the secrets of a new stack, such as awskms://…")
    .option(...REMOTE, "origin")
    .option(...UNLOCK)
    .option(...JSON_OPTION)
    .action(async (options) => {
        const result = await up(options);
        print(options.json, result, () =>
            [
                `${result.stack} is up until ${result.expiresAt}`,
                ...Object.entries(result.outputs).map(([key, value]) => `  ${printable(key)}: ${text(value)}`),
            ].join("\n"),
        );
    });

program
    .command("down")
    .description("destroy what the branch's stack deployed, and remove the stack")
    .option(...BRANCH)
    .option(...UNLOCK)
    .option(...JSON_OPTION)
    .action(async (options) => {
        const result = await down(options);
        print(options.json, result, () =>
            result.removed === null ? `branch ${result.branch} has no stack` : `${result.removed} is gone`,
        );
    });

program
    .command("list")
    .description("show the stacks with branch, age, expiry and target")
    .option(...JSON_OPTION)
    .action(async (options) => {
        const stacks = await list();
        print(options.json, stacks, () => listText(stacks));
    });

program
    .command("gc")
    .description("destroy the stacks that are expired or whose branch is gone from the remote")
    .option("--yes", "do it; without, only say what would be done")
    .option(...REMOTE, "origin")
    .option(...JSON_OPTION)
    .action(async (options) => {
        const collected = await gc(options);
        print(options.json, collected, () => gcText(collected));
        process.exitCode = collected.some(({ action }) => action === "failed") ? 1 : 0;
    });

/** Of what Pulumi says of an error, so much is shown. */
const ERROR_CHARACTERS = 4000;

function collect(value: string, previous: string[]): string[] {
    return [...previous, value];
}

function text(value: unknown): string {
    return printable(typeof value === "string" ? value : JSON.stringify(value));
}

function print(json: true | undefined, value: unknown, forPeople: () => string): void {
    console.log(json ? printableJson(value) : printableLines(forPeople()));
}

handleInterrupts();
program.parseAsync().catch((error: unknown) => {
    console.error(`ephemeral: ${printable(ending(oneLine(error), ERROR_CHARACTERS))}`);
    process.exitCode = 1;
});
