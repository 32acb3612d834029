/** What a tool finds and the project leaves as it is. Each must be found, else it has to go. */
export interface Waiver {
    readonly tool: "cfn-lint" | "checkov";
    /** The tool's own name of the rule. */
    readonly rule: string;
    /** The names of the resources that it is waived for, as in the program. */
    readonly resources: RegExp;
    readonly reason: string;
}

export const waivers: readonly Waiver[] = [
    {
        tool: "cfn-lint",
        rule: "E3688",
        resources: /^network-ingress-icmpv6-/,
        reason: "A type with every code is valid: the EC2 API wants all codes with all types, not the reverse (IpPermission).",
    },
    {
        tool: "cfn-lint",
        rule: "I3011",
        resources: /^(collector-2-)?host-data-volume$/,
        reason: "The volume is kept by Pulumi's option `protect`, which CloudFormation cannot express.",
    },
    {
        tool: "cfn-lint",
        rule: "W3010",
        resources: /^(collector-2-)?(host-data-volume|network-subnet)$/,
        reason: "The zone is looked up at the deployment, as one that offers the VM's type; the view shows its value.",
    },
    {
        tool: "checkov",
        rule: "CKV_AWS_189",
        resources: /^(collector-2-)?host-data-volume$/,
        reason: "The account's key for EBS encrypts it. A key of the stack's own costs money each month and, once deleted, takes the data with it.",
    },
    {
        tool: "checkov",
        rule: "CKV_AWS_126",
        resources: /^(collector-2-)?host-instance$/,
        reason: "Metrics each minute cost money, and nothing here reacts to them; those each five minutes are free.",
    },
    {
        tool: "checkov",
        rule: "CKV2_AWS_11",
        resources: /^network-vpc$/,
        reason: "Flow logs need a log group and a role, and cost by the volume of BMP traffic: for the owner of the account to decide.",
    },
    {
        tool: "checkov",
        rule: "CKV2_AWS_19",
        resources: /^(collector-2-)?host-public-ipv4$/,
        reason: "The address is on the VM's network interface, which the check does not follow.",
    },
    {
        tool: "checkov",
        rule: "CKV2_AWS_23",
        resources: /^(collector-2-)?host-dns-a$/,
        reason: "The record has the stack's own public IPv4 address; the view shows its value.",
    },
    {
        tool: "checkov",
        rule: "CKV2_AWS_41",
        resources: /^(collector-2-)?host-instance$/,
        reason: "The VM calls no AWS API. No role is the least privilege.",
    },
];
