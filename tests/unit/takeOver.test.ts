import { recordText } from "../../components/remote/hostScript";
import { readRecord, recordText as shown } from "../../scripts/programs/takeOver/record";
import { takerOf } from "../../scripts/programs/takeOver/taker";
import { ed25519KeyPair } from "../sshKeys";

const { private: key } = ed25519KeyPair();
const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMWeg6/r6oA2s81dLkd7ESm8BRHQOUd2zOEAUG5rH+ef";

/** What `pulumi config` says of a stack for a host; `more` is laid over it. */
function configOf(more: Readonly<Record<string, string>> = {}, secretKeys = ["p:sshPrivateKey"]) {
    const values = {
        "p:target": "host",
        "p:hostAddress": "2001:db8::10",
        "p:hostUser": "admin",
        "p:hostKey": hostKey,
        "p:sshPrivateKey": key,
        "p:bmpAllowedCidrs": '["2001:db8::/48"]',
        ...more,
    };
    return Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, { value, secret: secretKeys.includes(name) }]),
    );
}

describe("the stack that is to have the host", () => {
    test("connects as its deployment does, with the pinned host key", () => {
        expect(takerOf("p", "new", configOf({ "p:hostPort": "2222", "aws:region": "eu-north-1" }))).toEqual({
            owner: "p/new",
            connection: {
                host: "2001:db8::10",
                port: 2222,
                user: "admin",
                hostKey,
                privateKey: key,
                dialErrorLimit: 2,
                perDialTimeout: 15,
            },
        });
    });

    test("goes through its jump host", () => {
        const jump = { "p:bastionAddress": "2001:db8::1", "p:bastionUser": "jump", "p:bastionHostKey": hostKey };
        expect(takerOf("p", "new", configOf(jump)).connection.proxy).toMatchObject({
            host: "2001:db8::1",
            port: 22,
            user: "jump",
            hostKey,
            privateKey: key,
        });
    });

    test.each([
        [
            "an address that is none",
            configOf({ "p:hostAddress": "[::1]" }),
            /- hostAddress must be an IPv4 or IPv6 add/,
        ],
        ["a secret in clear", configOf({}, []), /- sshPrivateKey is in clear in the stack's file/],
        ["another project's key", configOf({ "q:bmpPort": "1" }), /- q:bmpPort is another project's/],
    ])("is refused for %s, in the program's own words", (_, config, words) => {
        expect(() => takerOf("p", "new", config)).toThrow(words);
    });

    test("has the hosts of its list, too, by their names", () => {
        const entry = { name: "ams", address: "2001:db8::20", user: "root", hostKey };
        const config = configOf({ "p:hosts": JSON.stringify([entry]) });
        expect(takerOf("p", "new", config).owner).toBe("p/new");
        expect(takerOf("p", "new", config, "ams")).toMatchObject({
            owner: "p/new/ams",
            connection: { host: "2001:db8::20", user: "root" },
        });
        expect(() => takerOf("p", "new", config, "fra")).toThrow('--collector must be one of first, ams, got "fra"');
    });

    test("is refused where it makes its own VM", () => {
        const config = {
            "p:target": { value: "aws" },
            "p:sshPrivateKey": { value: key, secret: true },
            "p:hostPrivateKey": { value: key, secret: true },
            "p:sshAllowedCidrs": { value: '["2001:db8::/48"]' },
            "p:bmpAllowedCidrs": { value: '["2001:db8::/48"]' },
        };
        expect(() => takerOf("p", "new", config)).toThrow("the stack new has target aws");
    });
});

describe("the record", () => {
    const fact = (file: string, words: string) => ({ file, words });
    const record = { owner: "p/old", since: "2024-02-03T04:05:06Z", facts: [fact("forwarding", "it was 0")] };

    test("is shown with its owner, since when, and what is recorded", () => {
        expect(readRecord(JSON.stringify(record))).toEqual(record);
        expect(shown("2001:db8::10", record)).toBe(
            `the host 2001:db8::10 is deployed by the stack p/old, since 2024-02-03T04:05:06Z
what is recorded of it, for destroy:
- forwarding: it was 0
`,
        );
    });

    test("is of lines of ours, whatever the host puts there", () => {
        const hostile = "x\n- owner: p/you\u001b[2J\u202e" + "y".repeat(2000);
        const text = shown("h", { owner: hostile, since: hostile, facts: [fact(hostile, hostile)] });
        expect(text).not.toMatch(/[^\n -~…]/);
        expect(text.split("\n").map((line) => line.slice(0, 10))).toEqual([
            "the host h",
            "what is re",
            "- x\\u{a}- ",
            "",
        ]);
        expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(700);
    });

    test.each([
        ["no JSON", "hello"],
        ["nothing", ""],
        ["another object", "{}"],
        ["a text without end", JSON.stringify({ ...record, owner: "x".repeat(5000) })],
        ["facts that are none", JSON.stringify({ ...record, facts: ["x"] })],
    ])("is not read from %s", (_, stdout) => {
        expect(() => readRecord(stdout)).toThrow("the host's answer does not fit");
    });

    test("is asked for by a script that knows no step", () => {
        expect(recordText()).not.toMatch(/^(preflight|collector_start)_/m);
    });
});
