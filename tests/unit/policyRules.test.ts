import { judgedInputs, problemsOf, UNKNOWN } from "../../components/policy/policyRules";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMWeg6/r6oA2s81dLkd7ESm8BRHQOUd2zOEAUG5rH+ef";
const ingressRule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const securityGroup = "aws:ec2/securityGroup:SecurityGroup";
const defaultGroup = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";
const olderRule = "aws:ec2/securityGroupRule:SecurityGroupRule";
const volume = "aws:ebs/volume:Volume";
const instance = "aws:ec2/instance:Instance";
const snapshots = "aws:dlm/lifecyclePolicy:LifecyclePolicy";
const command = "command:remote:Command";

type Inputs = Record<string, unknown>;

const metadataOptions = { httpTokens: "required", httpPutResponseHopLimit: 1 };
const rootBlockDevice = { encrypted: true };
const open = (reason: string) => `a prefix that is not world-open (${reason})`;
const open4 = open("IPv4 is accepted from /8 on");
const open6 = open("IPv6 is accepted from /12 on");
const openUnless = (line: string) => `${line}; allowWorldOpen permits it`;

describe("ingress that is open to the world is refused", () => {
    test.each<[string, Inputs, string]>([
        [
            ingressRule,
            { ipProtocol: "tcp", fromPort: 22, cidrIpv4: "0.0.0.0/0" },
            `cidrIpv4 must be ${open4}, got "0.0.0.0/0"`,
        ],
        [ingressRule, { ipProtocol: "tcp", fromPort: 5000, cidrIpv6: "::/0" }, `cidrIpv6 must be ${open6}, got "::/0"`],
        [
            ingressRule,
            { ipProtocol: "tcp", fromPort: 8001, cidrIpv6: "0::0/00" },
            `cidrIpv6 must be ${open6}, got "0::0/00"`,
        ],
        [ingressRule, { ipProtocol: "-1", cidrIpv6: "::/0" }, `cidrIpv6 must be ${open6}, got "::/0"`],
        [ingressRule, { ipProtocol: "icmp", cidrIpv4: "0.0.0.0/0" }, `cidrIpv4 must be ${open4}, got "0.0.0.0/0"`],
        [ingressRule, { cidrIpv4: "128.0.0.0/1" }, `cidrIpv4 must be ${open4}, got "128.0.0.0/1"`],
        [ingressRule, { ipProtocol: "tcp", cidrIpv6: "2000::/3" }, `cidrIpv6 must be ${open6}, got "2000::/3"`],
        [
            ingressRule,
            { ipProtocol: "tcp", cidrIpv6: "64:ff9b::/96" },
            `cidrIpv6 must be ${open("it stands for IPv4 (64:ff9b::/96: NAT64, RFC 6052), which is accepted there from /104 on")}, got "64:ff9b::/96"`,
        ],
        [
            ingressRule,
            { ipProtocol: "tcp", cidrIpv4: "anywhere" },
            `cidrIpv4 must be a prefix that is not world-open, got "anywhere"`,
        ],
        [
            ingressRule,
            { ipProtocol: "tcp", prefixListId: "pl-1" },
            'prefixListId must be left out, as what such a list opens is not seen here, got "pl-1"',
        ],
        [
            olderRule,
            { type: "ingress", protocol: "tcp", cidrBlocks: ["192.0.2.0/24", "0.0.0.0/0"] },
            `cidrBlocks[1] must be ${open4}, got "0.0.0.0/0"`,
        ],
        [
            securityGroup,
            { ingress: [{ protocol: "tcp" }, { protocol: "tcp", ipv6CidrBlocks: ["::/0"] }] },
            `ingress[1].ipv6CidrBlocks[0] must be ${open6}, got "::/0"`,
        ],
        [
            defaultGroup,
            { ingress: [{ protocol: "-1", cidrBlocks: ["0.0.0.0/0"] }] },
            `ingress[0].cidrBlocks[0] must be ${open4}, got "0.0.0.0/0"`,
        ],
    ])("%s %j", (type, inputs, line) => {
        expect(problemsOf(type, inputs, false)).toEqual([openUnless(line)]);
        expect(problemsOf(type, inputs, true)).toEqual([]);
    });

    test.each<[string, Inputs]>([
        [ingressRule, { ipProtocol: "tcp", cidrIpv4: "10.0.0.0/8" }],
        [ingressRule, { ipProtocol: "tcp", cidrIpv6: "fc00::/7" }],
        [ingressRule, { ipProtocol: "tcp", cidrIpv6: UNKNOWN }],
        [ingressRule, { ipProtocol: "icmpv6", cidrIpv6: "::/0" }],
        [ingressRule, { ipProtocol: "58", cidrIpv6: "::/0" }],
        [ingressRule, { ipProtocol: "tcp", referencedSecurityGroupId: "sg-1" }],
        [olderRule, { type: "egress", protocol: "tcp", cidrBlocks: ["0.0.0.0/0"] }],
        [securityGroup, { egress: [{ protocol: "tcp", cidrBlocks: ["0.0.0.0/0"] }] }],
        [securityGroup, { ingress: UNKNOWN }],
        [defaultGroup, { ingress: [] }],
    ])("but not %s %j", (type, inputs) => {
        expect(problemsOf(type, inputs, false)).toEqual([]);
    });
});

describe("volumes in clear, snapshots that leave, IMDSv1 and SSH without a pinned key are refused, whatever allowWorldOpen says", () => {
    test.each<[string, Inputs, string[]]>([
        [volume, { size: 1 }, ["encrypted must be true, got nothing"]],
        [volume, { encrypted: false }, ["encrypted must be true, got false"]],
        [
            instance,
            {},
            [
                'metadataOptions.httpTokens must be "required" (IMDSv2), got nothing',
                "metadataOptions.httpPutResponseHopLimit must be 1, got nothing",
                "rootBlockDevice.encrypted must be true, got nothing",
            ],
        ],
        [
            instance,
            { metadataOptions: { ...metadataOptions, httpTokens: "optional" }, rootBlockDevice },
            ['metadataOptions.httpTokens must be "required" (IMDSv2), got "optional"'],
        ],
        [
            instance,
            { metadataOptions: { ...metadataOptions, httpPutResponseHopLimit: 2 }, rootBlockDevice },
            ["metadataOptions.httpPutResponseHopLimit must be 1, got 2"],
        ],
        [
            instance,
            { metadataOptions, rootBlockDevice, ebsBlockDevices: [{ encrypted: true }, { volumeSize: 8 }] },
            ["ebsBlockDevices[1].encrypted must be true, got nothing"],
        ],
        [
            command,
            { connection: { host: "h" } },
            ["connection.hostKey must be the machine's public SSH host key, got nothing"],
        ],
        [
            "command:remote:CopyToRemote",
            { connection: { host: "h", hostKey: "" } },
            ['connection.hostKey must be the machine\'s public SSH host key, got "something else"'],
        ],
        [
            command,
            { connection: { hostKey, proxy: { host: "j" } } },
            ["connection.proxy.hostKey must be the machine's public SSH host key, got nothing"],
        ],
        [
            snapshots,
            { policyDetails: { schedules: [{}, { shareRule: { targetAccounts: ["1"] } }] } },
            [
                'policyDetails.schedules[1].shareRule must be left out, as it gives the data to others, got {"targetAccounts":["1"]}',
            ],
        ],
        [
            snapshots,
            { policyDetails: { schedules: [{ crossRegionCopyRules: [{ encrypted: true }, { encrypted: false }] }] } },
            ["policyDetails.schedules[0].crossRegionCopyRules[1].encrypted must be true, got false"],
        ],
        [
            "aws:ec2/launchTemplate:LaunchTemplate",
            {},
            ["its type must be one that the policy can judge, such as aws:ec2/instance:Instance"],
        ],
    ])("%s %j", (type, inputs, lines) => {
        expect(problemsOf(type, inputs, false)).toEqual(lines);
        expect(problemsOf(type, inputs, true)).toEqual(lines);
    });

    test.each<[string, Inputs]>([
        [volume, { encrypted: true }],
        [volume, { encrypted: UNKNOWN }],
        [instance, { metadataOptions, rootBlockDevice }],
        [instance, { metadataOptions: UNKNOWN, rootBlockDevice: { encrypted: UNKNOWN } }],
        [command, { connection: { hostKey } }],
        [command, { connection: { hostKey, proxy: { hostKey } } }],
        [command, { connection: UNKNOWN }],
        [snapshots, { policyDetails: UNKNOWN }],
        [snapshots, { policyDetails: { schedules: [{ name: "daily" }] } }],
        ["aws:ec2/vpc:Vpc", {}],
        ["command:local:Command", {}],
    ])("but not %s %j", (type, inputs) => {
        expect(problemsOf(type, inputs, false)).toEqual([]);
    });
});

test("a key that is refused is not shown: it may be a private one", () => {
    const hostKey = "-----BEGIN OPENSSH PRIVATE KEY-----";
    expect(problemsOf(command, { connection: { hostKey } }, false).join()).not.toContain("PRIVATE");
});

test("resources that no rule is about are not looked at", () => {
    expect(judgedInputs("aws:ec2/vpc:Vpc")).toBeUndefined();
    expect(judgedInputs(volume)).toEqual(["encrypted"]);
});
