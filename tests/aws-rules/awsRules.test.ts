import { cloudFormationOf } from "./cloudFormation";
import { type AwsResource, resourcesOf } from "./program";
import { terraformOf } from "./terraform";
import { cfnLint, checkov, type Finding } from "./tools";
import { type Waiver, waivers } from "./waivers";

const MINUTE = 60_000;

const stacks: Readonly<Record<string, Record<string, string>>> = {
    "with the defaults": {},
    "over IPv6 alone": { publicIpv4: "false" },
    "for two collectors": { collectors: "2", dnsZoneId: "Z0123456789ABC", dnsName: "bmp.example.net" },
    "in a subnet that is there, with a name, a key and snapshots": {
        ...{ subnetId: "subnet-0123456789abcdef0", securityGroupIds: '["sg-0000000a"]' },
        ...{ dnsZoneId: "Z0123456789ABC", dnsName: "bmp.example.net" },
        ...{ kmsKeyId: "alias/collector", terminationProtection: "true" },
        ...{ snapshotRetainDays: "14", dataSnapshotId: "snap-0123456789abcdef0" },
    },
};

const used = new Set<Waiver>();

/** The findings that no waiver covers, a line for each. */
function unwaived(findings: readonly Finding[]): string[] {
    return findings.flatMap(({ tool, rule, resource, message }) => {
        const waiver = waivers.find(
            (each) => each.tool === tool && each.rule === rule && each.resources.test(resource),
        );
        if (waiver) {
            used.add(waiver);
            return [];
        }
        return [`${tool} ${rule} ${resource}: ${message}`];
    });
}

describe.each(Object.entries(stacks))("what the program makes in AWS %s", (_, config) => {
    let resources: AwsResource[];

    beforeAll(async () => {
        resources = await resourcesOf(config);
    }, MINUTE);

    test("is described in the characters that EC2 takes", () => {
        const described = resources.filter(({ inputs }) => inputs.description !== undefined);
        expect(described.length).toBeGreaterThan(10);
        // EC2 API reference, CreateSecurityGroup and IpRange. cfn-lint does not look at rules.
        const taken = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/;
        expect(described.filter(({ inputs }) => !taken.test(inputs.description as string))).toEqual([]);
    });

    test(
        "as CloudFormation, gives cfn-lint nothing to say",
        async () => {
            expect(unwaived(await cfnLint(cloudFormationOf(resources), resources))).toEqual([]);
        },
        MINUTE,
    );

    test(
        "as Terraform, gives checkov nothing to say",
        async () => {
            expect(unwaived(await checkov(terraformOf(resources), resources))).toEqual([]);
        },
        MINUTE,
    );
});

test(
    "checkov sees what is open to the world",
    async () => {
        const resources = await resourcesOf({ allowWorldOpen: "true", sshAllowedCidrs: '["0.0.0.0/0"]' });
        const ssh = { rule: "CKV_AWS_24", resource: "network-ingress-ssh-0.0.0.0_0" };
        expect(await checkov(terraformOf(resources), resources)).toContainEqual(expect.objectContaining(ssh));
    },
    MINUTE,
);

test("every waiver is of use", () => {
    expect(waivers.filter((waiver) => !used.has(waiver))).toEqual([]);
});
