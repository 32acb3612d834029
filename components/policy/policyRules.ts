import * as pulumi from "@pulumi/pulumi";
import { readPrefix, worldOpenReason } from "../values/addresses";
import { isPinnableHostKey } from "../values/sshKeys";

/** Stands for a value that is not known yet: it breaks no rule. */
export const UNKNOWN = pulumi.runtime.unknownValue;

type Inputs = Readonly<Record<string, unknown>>;
type Rule = (inputs: Inputs, allowWorldOpen: boolean) => string[];

/** The rules by the types that they are about, with the inputs that they read. */
const rules: readonly (readonly [types: RegExp, inputs: readonly string[], rule: Rule])[] = [
    [
        /^aws:vpc\/securityGroupIngressRule:/,
        ["ipProtocol", "cidrIpv4", "cidrIpv6", "prefixListId"],
        (inputs, allowWorldOpen) => openings("", inputs, inputs.ipProtocol, allowWorldOpen),
    ],
    [
        /^aws:ec2\/securityGroupRule:/,
        ["type", "protocol", "cidrBlocks", "ipv6CidrBlocks", "prefixListIds"],
        (inputs, allowWorldOpen) =>
            inputs.type === "egress" ? [] : openings("", inputs, inputs.protocol, allowWorldOpen),
    ],
    [
        /^aws:ec2\/(defaultS|s)ecurityGroup:/,
        ["ingress"],
        (inputs, allowWorldOpen) =>
            listOf(inputs.ingress).flatMap((rule, index) =>
                openings(`ingress[${index}].`, rule as Inputs, at(rule, "protocol"), allowWorldOpen),
            ),
    ],
    [/^aws:ebs\/volume:/, ["encrypted"], ({ encrypted }) => isTrue("encrypted", encrypted)],
    [/^aws:ec2\/instance:/, ["metadataOptions", "rootBlockDevice", "ebsBlockDevices"], instanceProblems],
    [/^aws:dlm\/lifecyclePolicy:/, ["policyDetails"], snapshotProblems],
    [/^command:remote:/, ["connection"], connectionProblems],
    [
        /^aws:(ec2\/(launch|spot|fleet)|cloudformation\/)|^(aws-native|awscc|awsx):/,
        [],
        () => ["its type must be one that the policy can judge, such as aws:ec2/instance:Instance"],
    ],
];

/** The inputs that decide whether a resource of that type is safe; undefined where no rule is about it. */
export function judgedInputs(type: string): readonly string[] | undefined {
    return rules.find(([types]) => types.test(type))?.[1];
}

/** What is unsafe in the inputs of a resource: a line for each, with the input, what is accepted, and its value. */
export function problemsOf(type: string, inputs: Inputs, allowWorldOpen: boolean): string[] {
    return rules.find(([types]) => types.test(type))?.[2](inputs, allowWorldOpen) ?? [];
}

function openings(path: string, rule: Inputs, protocol: unknown, allowWorldOpen: boolean): string[] {
    // IPv6 does not work without ICMPv6.
    if (allowWorldOpen || protocol === "icmpv6" || protocol === "58" || protocol === UNKNOWN) {
        return [];
    }
    const prefixes = ["cidrIpv4", "cidrIpv6", "cidrBlocks", "ipv6CidrBlocks"].flatMap((key) =>
        listOf(at(rule, key)).flatMap((value, index) => {
            const prefix = readPrefix(String(value));
            const where = `${path}${key}${Array.isArray(rule[key]) ? `[${index}]` : ""}`;
            const open = prefix && worldOpenReason(prefix);
            const why = open === undefined ? "" : ` (${open})`;
            return must(where, value, !!prefix && !open, `a prefix that is not world-open${why}`);
        }),
    );
    const lists = ["prefixListId", "prefixListIds"].flatMap((key) =>
        listOf(at(rule, key)).flatMap((value) =>
            must(`${path}${key}`, value, false, "left out, as what such a list opens is not seen here"),
        ),
    );
    return [...prefixes, ...lists].map((line) => `${line}; allowWorldOpen permits it`);
}

function instanceProblems(inputs: Inputs): string[] {
    const [tokens, hops] = ["httpTokens", "httpPutResponseHopLimit"].map((key) => at(inputs, "metadataOptions", key));
    return [
        ...must("metadataOptions.httpTokens", tokens, tokens === "required", '"required" (IMDSv2)'),
        ...must("metadataOptions.httpPutResponseHopLimit", hops, hops === 1, "1"),
        ...isTrue("rootBlockDevice.encrypted", at(inputs, "rootBlockDevice", "encrypted")),
        ...listOf(inputs.ebsBlockDevices).flatMap((device, index) =>
            isTrue(`ebsBlockDevices[${index}].encrypted`, at(device, "encrypted")),
        ),
    ];
}

/** Snapshots that others may read, or that lose their encryption on the way to another region. */
function snapshotProblems({ policyDetails }: Inputs): string[] {
    return listOf(at(policyDetails, "schedules")).flatMap((schedule, index) => {
        const path = `policyDetails.schedules[${index}]`;
        const shareRule = at(schedule, "shareRule");
        return [
            ...must(
                `${path}.shareRule`,
                shareRule,
                shareRule === undefined,
                "left out, as it gives the data to others",
            ),
            ...listOf(at(schedule, "crossRegionCopyRules")).flatMap((rule, copy) =>
                isTrue(`${path}.crossRegionCopyRules[${copy}].encrypted`, at(rule, "encrypted")),
            ),
        ];
    });
}

/** The key's text is not shown: it may be a private one, put there by mistake. */
function connectionProblems(inputs: Inputs): string[] {
    const proxies = at(inputs, "connection", "proxy") === undefined ? [] : [["connection", "proxy"]];
    return [["connection"], ...proxies].flatMap((path) => {
        const key = at(inputs, ...path, "hostKey");
        const given = key === undefined ? undefined : "something else";
        const pinned = key === UNKNOWN || (typeof key === "string" && isPinnableHostKey(key));
        return must([...path, "hostKey"].join("."), given, pinned, "the machine's public SSH host key");
    });
}

function isTrue(path: string, value: unknown): string[] {
    return must(path, value, value === true, "true");
}

function must(path: string, value: unknown, holds: boolean, accepted: string): string[] {
    const given = value === undefined ? "nothing" : JSON.stringify(value);
    return holds || value === UNKNOWN ? [] : [`${path} must be ${accepted}, got ${given}`];
}

function listOf(value: unknown): readonly unknown[] {
    return value === undefined || value === UNKNOWN ? [] : Array.isArray(value) ? value : [value];
}

/** The value at that place; unknown where something on the way to it is. */
function at(value: unknown, ...path: string[]): unknown {
    return path.reduce<unknown>(
        (found, key) => (found === UNKNOWN ? UNKNOWN : (found as Inputs | null | undefined)?.[key]),
        value,
    );
}
