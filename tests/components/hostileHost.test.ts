import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Outcome } from "./hostileAnswers";

const outcomes = JSON.parse(
    execFileSync(process.execPath, ["--import", "tsx", join(__dirname, "hostileAnswers.ts")], {
        encoding: "utf8",
        maxBuffer: 1 << 28,
    }),
) as Outcome[];

/** One line of printable text, and not too much of it. */
const inert = /^[ -~…]{1,600}$/;

const unfitFiles = outcomes.filter(({ name }) => name.startsWith("an openbmpd.conf"));
const refused = outcomes.filter((outcome) => outcome.name !== "a field more" && !unfitFiles.includes(outcome));

test("there are answers with something wrong in every field", () => {
    const fields = new Set(
        refused.flatMap(({ command, field }) => (field === undefined ? [] : [`${command} ${field}`])),
    );
    expect([...fields].sort().join("\n")).toMatchSnapshot();
});

test.each(refused)("$name from $command is refused, with nothing made of it", ({ command, field, errors, outputs }) => {
    expect(errors).toEqual([{ message: expect.stringMatching(inert) as string, resource: command }]);
    expect(errors[0]?.message).toContain(`the host's answer does not fit (${field ?? "it must be "}`);
    // These are what was asked for.
    expect(Object.keys(outputs).filter((key) => !["imageRef", "sshCommand"].includes(key))).toEqual([]);
});

test("a text of openbmpd.conf that does not fit is not shown", () => {
    const messages = refused
        .filter(({ command }) => command === "collector-config-read")
        .flatMap(({ errors }) => errors);
    expect(new Set(messages.map(({ message }) => message))).toEqual(
        new Set([
            'the host\'s answer does not fit (it must be openbmpd.conf, of at most 16 MiB, after its digest): find out what runs there, then give "reapply" a new value and run again',
        ]),
    );
});

test("an openbmpd.conf that the collector could not run on is refused, bound to the step, with all reasons, the remedy, and no trace of the program", () => {
    const remedy = 'edit the file on the host, give "reapply" a new value and run again';
    const port = "routers are sent to that port of the container; the host's port is bmpPort";
    const address = "the container's address is Docker's choice, and changes";
    const messages = [
        `openbmpd.conf: base.listen_port must be 5000 or left out, got "1790": ${port}; openbmpd.conf: base.listen_ipv6 must be :: or left out, got "fc00::2": ${address}: ${remedy}`,
        `openbmpd.conf: base.listen_port must be 5000 or left out, got "\\u{1b}[2J": ${port}: ${remedy}`,
        expect.stringMatching(
            /^\/var\/openbmp\/config\/openbmpd\.conf must be valid YAML: [^\n]*: edit the file on the host, give "reapply" a new value and run again$/,
        ) as string,
    ];
    expect(unfitFiles.map(({ errors }) => errors)).toEqual(
        messages.map((message) => [{ message, resource: "collector-config-read" }]),
    );
    expect(unfitFiles.map(({ outputs }) => outputs)).toEqual(messages.map(() => ({})));
});

test("what a host adds to its answer goes nowhere", () => {
    expect(outcomes.find(({ name }) => name === "a field more")).toMatchObject({
        errors: [],
        outputs: { ipv6Address: "2001:db8::77", ipv4Address: "192.0.2.10" },
    });
});
