import * as pulumi from "@pulumi/pulumi";
import { type Registration, watchRegistrations } from "./registrations";
import { STACK } from "./mocks";
import { printed } from "./stepCases";
import { unexpectedResource } from "./unexpected";

/** What AWS works out for a resource, by its type. */
const computed: Readonly<Record<string, Record<string, unknown>>> = {
    "aws:ec2/vpc:Vpc": { ipv6CidrBlock: "2600:1f18:abc:de00::/56" },
    "aws:ec2/subnet:Subnet": { availabilityZone: "eu-central-1b" },
    "aws:ec2/networkInterface:NetworkInterface": { ipv6Addresses: ["2600:1f18:abc:de00::1234"] },
    "aws:ec2/eip:Eip": { publicIp: "198.51.100.20" },
};

const DIGEST = `sha256:${"d".repeat(64)}`;

/** What functions of the providers answer. */
export type Answers = Readonly<Record<string, (args: Record<string, unknown>) => Record<string, unknown>>>;

export const KEY_ARN = "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";

/** A subnet with all that is asked of one, whose routes are in its VPC's main table, and what else a setting may name. */
const whatIsThere: Answers = {
    "aws:ec2/getSubnet:getSubnet": ({ id }) => ({
        id,
        vpcId: "vpc-00000001",
        availabilityZone: "eu-central-1c",
        ipv6CidrBlock: "2600:1f18:abc:1::/64",
        ipv6Native: false,
    }),
    "aws:ec2/getVpc:getVpc": ({ id }) => ({
        id,
        mainRouteTableId: "rtb-00000001",
        cidrBlockAssociations: [{ cidrBlock: "10.0.0.0/16" }],
        ipv6CidrBlockAssociations: [{ ipv6CidrBlock: "2600:1f18:abc::/56" }],
    }),
    "aws:ec2/getRouteTables:getRouteTables": () => ({ ids: [] }),
    "aws:ec2/getRouteTable:getRouteTable": ({ routeTableId }) => ({
        id: routeTableId,
        routes: [
            { cidrBlock: "0.0.0.0/0", ipv6CidrBlock: "", natGatewayId: "" },
            { cidrBlock: "", ipv6CidrBlock: "::/0", natGatewayId: "" },
        ],
    }),
    "aws:ec2/getSecurityGroups:getSecurityGroups": () => ({ ids: ["sg-0000000a"], vpcIds: ["vpc-00000001"] }),
    "aws:route53/getZone:getZone": ({ zoneId }) => ({ zoneId, name: "Example.net" }),
    "aws:iam/getRole:getRole": ({ name }) => ({ arn: `arn:aws:iam::123456789012:role/service-role/${String(name)}` }),
    "aws:ebs/getSnapshot:getSnapshot": () => ({ state: "completed", volumeSize: 50 }),
    "aws:kms/getKey:getKey": () => ({
        arn: KEY_ARN,
        enabled: true,
        keyState: "Enabled",
        keySpec: "SYMMETRIC_DEFAULT",
        keyUsage: "ENCRYPT_DECRYPT",
    }),
};

const answers: Answers = {
    "aws:ssm/getParameter:getParameter": ({ name }) => {
        if (name !== "/aws/service/debian/release/13/latest/amd64") {
            throw new Error(`unexpected parameter ${String(name)}`);
        }
        return { insecureValue: "ami-0debian0debian013" };
    },
    "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": (args) => ({
        ...args,
        locations: ["eu-central-1c", "eu-central-1-ham-1a", "eu-central-1b"],
    }),
    "aws:ec2/getInstanceType:getInstanceType": (args) => ({
        ...args,
        supportedArchitectures: ["x86_64"],
        memorySize: 8192,
        ebsNvmeSupport: "required",
    }),
    "docker:index/getRegistryImage:getRegistryImage": (args) => ({ ...args, sha256Digest: DIGEST }),
    "pulumi:pulumi:readStackOutputs": (args) => ({ ...args, outputs: {} }),
    ...whatIsThere,
};

/** What the engine was told, and which functions were called. */
export interface Recording {
    readonly registrations: Registration[];
    readonly calls: { readonly token: string; readonly inputs: Record<string, unknown> }[];
}

/** Answers for the engine as AWS and the commands would; refuses what nobody expects. */
export async function recordAws(
    overrides: Answers = {},
    commands: Readonly<Record<string, string>> = printed,
    preview = false,
): Promise<Recording> {
    const calls: Recording["calls"] = [];
    await pulumi.runtime.disconnect();
    await pulumi.runtime.setMocks(
        {
            newResource({ type, name, inputs }) {
                const state = inputs as Record<string, unknown>;
                if (type === "command:remote:Command" && name in commands) {
                    return { id: name, state: { ...state, stdout: commands[name] } };
                }
                if (type.startsWith("aws:") || type === "pulumi:providers:docker") {
                    return { id: `${name}-id`, state: { ...state, ...computed[type] } };
                }
                if (type === STACK || type.startsWith("openbmp-aio-ipv6:")) {
                    return { id: "", state: {} };
                }
                return unexpectedResource(type, name);
            },
            call({ token, inputs }) {
                const answer = { ...answers, ...overrides }[token];
                if (!answer) {
                    throw new Error(`unexpected call of ${token}`);
                }
                calls.push({ token, inputs: inputs as Record<string, unknown> });
                return answer(inputs as Record<string, unknown>);
            },
        },
        "openbmp-aio-ipv6",
        "test",
        preview,
        "acme",
    );
    return { registrations: watchRegistrations(), calls };
}

export const pinnedTo = (repository: string) => `${repository}@${DIGEST}`;
