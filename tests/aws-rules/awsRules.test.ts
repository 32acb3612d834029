import { cloudFormationOf } from "./cloudFormation";
import { type AwsResource, resourcesOf } from "./program";
import { terraformOf } from "./terraform";
import { cfnLint, checkov, type Finding, runTool } from "./tools";
import { type Waiver, waivers } from "./waivers";

const MINUTE = 60_000;

const stacks: Readonly<Record<string, Record<string, string>>> = {
    "with the defaults": {},
    "over IPv6 alone": { publicIpv4: "false" },
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

    test("is what the emulated account accepts: declared properties, known references, addresses that fit", () => {
        expect(resources.map(({ token }) => token)).toContain("aws:ec2/instance:Instance");
    });

    test("lets the whole Internet in for nothing but ICMPv6", () => {
        const open = resources.filter(
            ({ token, inputs }) =>
                token === "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule" &&
                [inputs.cidrIpv4, inputs.cidrIpv6].some((cidr) => typeof cidr === "string" && cidr.endsWith("/0")),
        );
        expect(open.filter(({ inputs }) => inputs.ipProtocol !== "icmpv6")).toEqual([]);
    });

    test(
        "as CloudFormation, gives cfn-lint nothing to say",
        async () => {
            expect(unwaived(await cfnLint(cloudFormationOf(resources), resources))).toEqual([]);
        },
        MINUTE,
    );

    test(
        "as CloudFormation, gives checkov nothing to say",
        async () => {
            const template = JSON.stringify(cloudFormationOf(resources));
            expect(unwaived(await checkov("cloudformation", template, resources))).toEqual([]);
        },
        MINUTE,
    );

    test(
        "as Terraform, gives checkov nothing to say",
        async () => {
            expect(unwaived(await checkov("terraform", terraformOf(resources), resources))).toEqual([]);
        },
        MINUTE,
    );

    test(
        "is made by moto's EC2, call by call",
        async () => {
            const { code, stdout, stderr } = await runTool(
                "python",
                [`${__dirname}/replay.py`],
                JSON.stringify(resources),
            );
            expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
            expect(stdout.trim().split("\n")).toHaveLength(resources.length);
        },
        MINUTE,
    );
});

test(
    "checkov sees what is open to the world, in both views",
    async () => {
        const resources = await resourcesOf({ allowWorldOpen: "true", sshAllowedCidrs: '["0.0.0.0/0"]' });
        const found = [
            await checkov("cloudformation", JSON.stringify(cloudFormationOf(resources)), resources),
            await checkov("terraform", terraformOf(resources), resources),
        ];
        const ssh = { rule: "CKV_AWS_24", resource: "network-ingress-ssh-0.0.0.0_0" };
        expect(found).toEqual([1, 2].map(() => expect.arrayContaining([expect.objectContaining(ssh)]) as unknown));
    },
    MINUTE,
);

test("every waiver is of use", () => {
    expect(waivers.filter((waiver) => !used.has(waiver))).toEqual([]);
});
