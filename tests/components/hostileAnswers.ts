/** What becomes of hosts that answer with what they must not; a process of its own, as unhandled errors end a test. */
import { gzipSync } from "node:zlib";
import * as pulumi from "@pulumi/pulumi";
import { ExistingHost } from "../../components/host/existingHost";
import { existingHost } from "./existingHost";
import { outputsOf } from "./mocks";
import { CreatedMachine } from "./registrations";
import { digest, printed, printedFile, type StepCase, stepCases } from "./stepCases";

/** What became of an answer. */
export interface Outcome {
    /** What is wrong with the answer. */
    readonly name: string;
    /** The command that gave it. */
    readonly command: string;
    /** The field that is wrong in it. */
    readonly field?: string;
    /** What Pulumi would report, each once. */
    readonly errors: readonly { readonly message: string; readonly resource: string }[];
    /** What was made of the answer. */
    readonly outputs: Readonly<Record<string, unknown>>;
}

/** Values that no field may have: what steers terminals, other types, and more than enough of it. */
const hostile: Readonly<Record<string, unknown>> = {
    "a window title": "\x1b]0;title\x07",
    "a C1 sequence": "\u009b2J",
    "a bidi control": "\u202e",
    "a line after an address": "2001:db8::1\nneighbor 2001:db8::666",
    "a line for a router": " host 2001:db8::666 port 5000\n!",
    "a line break after a digest": `${"a".repeat(64)}\n`,
    "a status line with words": "HTTP/1.1 200 \x1b[2J",
    "a long text": "x".repeat(60_000),
    "a command": "$(reboot)",
    "an object": { toString: "x" },
    "a list": ["2001:db8::1"],
    "a number": 12,
    null: null,
    nothing: undefined,
};

type Build = () => pulumi.ComponentResource;
type Fields = Readonly<Record<string, unknown>>;

const buildHost: Build = () => new ExistingHost("host", existingHost);

const buildStep = (build: StepCase["build"]) => () => {
    const machine = new CreatedMachine("machine");
    return build({ machine, reapply: "again", secretKeys: new Set() }, { dependsOn: machine });
};

/** The object with another value in each of its fields in turn, also of objects in it. */
function variants(object: Fields): [field: string, withValue: (value: unknown) => Fields][] {
    return Object.entries(object).flatMap(([key, value]) => {
        const inner = typeof value === "object" && value !== null ? variants(value as Fields) : [];
        return [
            [key, (other: unknown) => ({ ...object, [key]: other })] as [string, (value: unknown) => Fields],
            ...inner.map(([field, withValue]): [string, (value: unknown) => Fields] => [
                `${key}.${field}`,
                (other) => ({ ...object, [key]: withValue(other) }),
            ]),
        ];
    });
}

/** What may be left out, or be null. */
const isAllowed = (field: string, value: unknown) =>
    (field === "verification" && value === null) || (/bmpSeenFrom|patEnabled/.test(field) && value === undefined);

/** What the host answers. */
let answers: Readonly<Record<string, string>> = {};
let errors = new Map<string, string>();
// As Pulumi's own runner of programs does it, which shows the stack where nobody says otherwise.
process.on("unhandledRejection", (error: Error & { resource?: { __name?: string }; hideStack?: boolean }) =>
    errors.set(error.hideStack ? error.message : (error.stack ?? error.message), error.resource?.__name ?? ""),
);

async function outcomeOf(name: string, command: string, build: Build, field?: string): Promise<Outcome> {
    errors = new Map();
    const outputs: Record<string, unknown> = {};
    for (const [key, output] of outputsOf(build())) {
        output.apply((value) => (outputs[key] = value));
    }
    const deadline = Date.now() + 2000;
    while (errors.size === 0 && !("ipv6Address" in outputs) && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 2));
    }
    // What else comes of it.
    await new Promise((resolve) => setTimeout(resolve, 5));
    const reported = [...errors].map(([message, resource]) => ({ message, resource }));
    return { name, command, ...(field === undefined ? {} : { field }), errors: reported, outputs };
}

const tried = new Set<string>();

/** Every field of a command's answer, once, with every value that it must not have. */
async function* wrongFields(command: string, others: Readonly<Record<string, string>>, build: Build) {
    const fields = JSON.parse(others[command] ?? "") as Fields;
    for (const [field, withValue] of variants(fields).filter(([name]) => !tried.has(`${command} ${name}`))) {
        tried.add(`${command} ${field}`);
        for (const [what, value] of Object.entries(hostile).filter(([, each]) => !isAllowed(field, each))) {
            answers = { ...others, [command]: JSON.stringify(withValue(value)) };
            yield outcomeOf(`${what} as ${field}`, command, build, field);
        }
    }
}

const facts = JSON.parse(printed["host-preflight"] ?? "") as Fields;

const wrongAnswers: Readonly<Record<string, string>> = {
    "no answer": "",
    "a line of a login shell": "Welcome!\n{}",
    "a line that steers the terminal": "\x1b[2J\u202e",
    "a list": "[]",
    null: "null",
    "a long answer": JSON.stringify({ ...facts, more: "x".repeat(70_000) }),
};

const packed = (text: Buffer | string) => gzipSync(text).toString("base64");

const wrongFiles: Readonly<Record<string, string>> = {
    "no file": "",
    "a file after no digest": `\x1b[2J\n${packed("SECRET: {}")}`,
    "a digest without a file": digest("d"),
    "a file that is not packed": `${digest("d")}\nU0VDUkVU`,
    "a file that unpacks to too much": `${digest("d")}\n${packed(Buffer.alloc(17 * 1024 * 1024))}`,
    "more than any file gives": printedFile("{}").padEnd(26 * 1024 * 1024, "A"),
};

/** Whole files that no collector could run on as it is deployed. */
const unfitFiles: Readonly<Record<string, string>> = {
    "an openbmpd.conf with another port": "base: {listen_port: 1790, listen_ipv6: 'fc00::2'}\n",
    "an openbmpd.conf with a port that steers the terminal": 'base: {listen_port: "\\e[2J"}\n',
    "an openbmpd.conf that is not YAML": "base: [\n",
};

async function* outcomes() {
    yield* wrongFields("host-preflight", printed, buildHost);
    for (const [, { commands, build, printed: others }] of stepCases) {
        const command = commands.at(-1) ?? "";
        // Not every step has something to say.
        if (others[command] !== "") {
            yield* wrongFields(command, others, buildStep(build));
        }
    }
    for (const [name, text] of Object.entries(wrongAnswers)) {
        answers = { "host-preflight": text };
        yield outcomeOf(name, "host-preflight", buildHost);
    }
    const { build } = new Map(stepCases).get("the collector's configuration") ?? never();
    for (const [name, text] of Object.entries(wrongFiles)) {
        answers = { ...printed, "collector-config-read": text };
        yield outcomeOf(name, "collector-config-read", buildStep(build));
    }
    for (const [name, text] of Object.entries(unfitFiles)) {
        answers = { ...printed, "collector-config-read": printedFile(text) };
        yield outcomeOf(name, "collector-config-read", buildStep(build));
    }
    answers = { "host-preflight": JSON.stringify({ ...facts, more: "\x1b[2J" }) };
    yield outcomeOf("a field more", "host-preflight", buildHost);
}

function never(): never {
    throw new Error("the step is not there");
}

async function main(): Promise<void> {
    await pulumi.runtime.setMocks({
        newResource: ({ name, inputs }) => ({
            id: name,
            state: { ...(inputs as object), stdout: pulumi.secret(answers[name]) },
        }),
        call: ({ token }) => {
            throw new Error(`unexpected call of ${token}`);
        },
    });
    const all: Outcome[] = [];
    for await (const outcome of outcomes()) {
        all.push(outcome);
    }
    // Pulumi finds fault with promises that are open at the end: those of what was refused are.
    process.removeAllListeners("exit");
    process.stdout.write(JSON.stringify(all), () => process.exit());
}

void main();
