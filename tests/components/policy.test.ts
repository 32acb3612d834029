import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Outcome } from "./violations";

/** In a process of its own: there, as under Pulumi, a failed registration is an unhandled rejection. */
const outcomes = JSON.parse(
    execFileSync(process.execPath, ["--import", "tsx", join(__dirname, "violations.ts")], { encoding: "utf8" }),
) as Record<string, Outcome>;

const refused = (problem: string) => expect.stringMatching(new RegExp(`^judged \\(.*\\): ${problem}`)) as string;

test.each([
    [
        "SSH from anywhere",
        'cidrIpv4 must be a prefix that is not world-open \\(IPv4 is accepted from /8 on\\), got "0.0.0.0/0"',
    ],
    ["BMP from anywhere, within a group", 'ingress\\[0\\].ipv6CidrBlocks\\[0\\] must be .*, got "::/0"'],
    [
        "REST from anywhere, as an output",
        'cidrIpv6 must be a prefix that is not world-open \\(IPv6 is accepted from /12 on\\), got "::/0"',
    ],
    ["a volume in clear", "encrypted must be true, got nothing"],
    ["a volume in clear, as a secret", "encrypted must be true, got false"],
    ["a root volume in clear", "rootBlockDevice.encrypted must be true, got nothing"],
    ["IMDSv1", 'metadataOptions.httpTokens must be "required" \\(IMDSv2\\), got "optional"'],
    ["metadata for containers, as an output", "metadataOptions.httpPutResponseHopLimit must be 1, got 2"],
    ["any machine that answers", "connection.hostKey must be the machine's public SSH host key, got nothing"],
    ["any bastion that answers", "connection.proxy.hostKey must be the machine's public SSH host key, got nothing"],
])("%s: the deployment fails before any resource is registered", (what, problem) => {
    expect(outcomes[what]).toEqual({ errors: [refused(problem)], registered: [] });
});

test("nothing is registered where the deployment is refused for another reason", () => {
    expect(outcomes["safe resources, not on this stack"]).toEqual({
        errors: ["not on this stack"],
        registered: [],
    });
});

test("what another resource gives is refused before the resource that takes it is registered", () => {
    expect(outcomes["a volume in clear, because of another resource"]).toEqual({
        errors: [refused("encrypted must be true, got false")],
        registered: ["bystander"],
    });
});

test("a resource without any input fails the deployment, too", () => {
    expect(outcomes["an instance without any input"]?.errors).toEqual([
        expect.stringContaining("rootBlockDevice.encrypted must be true, got nothing"),
    ]);
});

test("what a component makes is refused, too", () => {
    expect(outcomes["a child of a component"]).toEqual({
        errors: [refused("encrypted must be true, got false")],
        registered: ["component"],
    });
});

test("safe resources are registered, and one that is only read is not judged", () => {
    expect(outcomes["safe resources"]).toEqual({
        errors: [],
        registered: expect.arrayContaining(["bystander", "volume", "instance", "judged"]) as string[],
    });
});
