import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { parseSettings } from "../parseSettings";
import { keysOfStack } from "../../components/settings/load";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMWeg6/r6oA2s81dLkd7ESm8BRHQOUd2zOEAUG5rH+ef";
const good = {
    target: "host",
    hostAddress: "2001:db8::10",
    hostUser: "admin",
    hostKey,
    sshPrivateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n",
};

/** The message that a configuration is refused with; empty when it is accepted. */
function refusal(config: Readonly<Record<string, string>>): string {
    try {
        parseSettings(config);
        return "";
    } catch (error) {
        if (error instanceof pulumi.RunError) {
            return error.message;
        }
        throw error;
    }
}

/** Texts as Pulumi might hand them over, and some that it would not. */
const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.json({ maxDepth: 2 }),
    fc.constantFrom(
        "0",
        "-1",
        "5000",
        "8001",
        "null",
        "true",
        "[]",
        "{}",
        '[""]',
        '["::/0"]',
        '{"A":{}}',
        "::/0",
        "fc00::/64",
    ),
);

test("any configuration is accepted or refused with reasons, never something else", () => {
    fc.assert(
        fc.property(fc.dictionary(fc.constantFrom(...keysOfStack.keys()), text), fc.boolean(), (config, complete) => {
            const message = refusal({ ...(complete ? good : {}), ...config });
            expect(message).toMatch(/^$|^The configuration of the stack is not valid:\n(- .+(\n|$))+/u);
        }),
        { numRuns: 2000 },
    );
});

test("a bad value is shown as JSON, so that the message stays one line for each problem", () => {
    const keys = [
        "hostAddress",
        "hostUser",
        "hostKey",
        "image",
        "kafkaFqdn",
        "adminId",
        "fixedCidrV6",
        "listenMode",
        "mode",
    ];
    fc.assert(
        fc.property(fc.constantFrom(...keys), fc.string({ unit: "binary", minLength: 1 }), (key, value) => {
            const bad = `${value}\n$(reboot)'"`;
            const [, ...lines] = refusal({ ...good, [key]: bad }).split("\n");
            expect(lines).toHaveLength(1);
            expect(lines[0]).toMatch(new RegExp(`^- ${key} must be `));
            expect(lines[0]?.endsWith(`, got ${JSON.stringify(bad)}`)).toBe(true);
        }),
    );
});

test.each([
    ["sshPrivateKey", "Sup3rS3cret"],
    ["sshPrivateKey", `${good.sshPrivateKey}Sup3rS3cret`],
    ["environment", "Sup3rS3cret"],
    ["environment", '["Sup3rS3cret"]'],
    ["environment", '{"A":["Sup3rS3cret"]}'],
    ["environment", '{"A":"Sup3rS3cret\\nx"}'],
    ["environment", '{"MEM":"Sup3rS3cret"}'],
    ["environment", '{"A B":"Sup3rS3cret"}'],
])("a bad %s of %j is refused without showing it", (key, value) => {
    const message = refusal({ ...good, [key]: value });
    expect(message).toContain(`- ${key}`);
    expect(message).not.toContain("Sup3rS3cret");
});

test("the password of the login key is never shown beside other problems", () => {
    const message = refusal({ ...good, sshPrivateKeyPassword: "Sup3rS3cret", bmpPort: "0" });
    expect(message).toContain("- bmpPort must be");
    expect(message).not.toContain("Sup3rS3cret");
});

test("an unknown key is refused without its value, which may be a secret under a wrong name", () => {
    expect(refusal({ ...good, sshPrivatKey: "Sup3rS3cret" })).toBe(
        "The configuration of the stack is not valid:\n- sshPrivatKey is not a key of this project; did you mean sshPrivateKey?",
    );
});

test.each(["bmpPort", "restPort"])("%s may not be where SSH listens", (key) => {
    expect(refusal({ ...good, hostPort: "2222", [key]: "2222" })).toContain(
        `- ${key} must be another port than hostPort, where SSH listens, got 2222`,
    );
});

test("an empty text means that a key is not set", () => {
    const empty = Object.fromEntries([...keysOfStack.keys()].filter((key) => !(key in good)).map((key) => [key, ""]));
    expect(parseSettings({ ...empty, ...good })).toEqual(parseSettings(good));
});

test("the validated settings cannot be changed", () => {
    expect(Object.isFrozen(parseSettings(good))).toBe(true);
});

test("numbers and truth values of the environment become texts", () => {
    expect(parseSettings({ ...good, environment: '{"A":1,"B":true,"C":"x y"}' }).environment).toEqual({
        A: "1",
        B: "true",
        C: "x y",
    });
});
