import * as ebs from "@pulumi/aws/ebs";
import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { enforcePolicy } from "../../components/policy/policy";
import { recordAws } from "./awsMocks";
import { runInStack } from "./mocks";
import { hostKey } from "./registrations";

/** What became of a program. */
export interface Outcome {
    /** What Pulumi would report, each once. */
    readonly errors: string[];
    /** Names of the resources that the engine was told of. */
    readonly registered: string[];
}

const ssh = { securityGroupId: "sg-1", ipProtocol: "tcp", fromPort: 22, toPort: 22 };
const metadataOptions = { httpTokens: "required", httpPutResponseHopLimit: 1 };
const vm = { ami: "ami-1", metadataOptions, rootBlockDevice: { encrypted: true } };
const connection = { host: "2001:db8::10", hostKey };
const later = <T>(value: T) => pulumi.output(Promise.resolve(value));

const ingress = (args: object) => new vpc.SecurityGroupIngressRule("judged", { ...ssh, ...args });
const volume = (args: object) => new ebs.Volume("judged", { availabilityZone: "z", ...args });
const instance = (args: object) => new ec2.Instance("judged", { ...vm, ...args });
const remote = (args: command.types.input.remote.ConnectionArgs) =>
    new command.remote.Command("judged", { create: "true", connection: args });

/** The last lines of programs, after a resource that no rule is about. */
const programs: Readonly<Record<string, (bystander: ec2.Vpc) => pulumi.Resource>> = {
    "SSH from anywhere": () => ingress({ cidrIpv4: "0.0.0.0/0" }),
    "BMP from anywhere, within a group": () =>
        new ec2.SecurityGroup("judged", {
            ingress: [{ protocol: "tcp", fromPort: 5000, toPort: 5000, ipv6CidrBlocks: ["::/0"] }],
        }),
    "REST from anywhere, as an output": () => ingress({ fromPort: 8001, toPort: 8001, cidrIpv6: later("::/0") }),
    "a volume in clear": () => volume({}),
    "a volume in clear, as a secret": () => volume({ encrypted: pulumi.secret(false) }),
    "a volume in clear, because of another resource": ({ id }) =>
        volume({ encrypted: id.apply((text) => text === "unlike") }),
    "an instance without any input": () => new ec2.Instance("judged"),
    "a root volume in clear": () => instance({ rootBlockDevice: {} }),
    IMDSv1: () => instance({ metadataOptions: { ...metadataOptions, httpTokens: "optional" } }),
    "metadata for containers, as an output": () =>
        instance({ metadataOptions: later({ ...metadataOptions, httpPutResponseHopLimit: 2 }) }),
    "any machine that answers": () => remote({ host: "2001:db8::10" }),
    "any bastion that answers": () => remote({ ...connection, proxy: { host: "192.0.2.99" } }),
    "a child of a component": () => {
        const parent = new pulumi.ComponentResource("openbmp-aio-ipv6:test:Later", "component");
        return new ebs.Volume("judged", { availabilityZone: "z", encrypted: false }, { parent });
    },
    "safe resources": () => {
        new ebs.Volume("volume", { availabilityZone: "z", encrypted: later(true) });
        new ec2.Instance("instance", vm);
        // Not made here, only read.
        ebs.Volume.get("read", "vol-1");
        return ingress({ cidrIpv4: "192.0.2.0/24" });
    },
};

const errors = new Set<string>();
// As Pulumi's own runner of programs does it.
process.on("unhandledRejection", ({ message }: Error) => errors.add(message));

async function outcomeOf(
    program: (bystander: ec2.Vpc) => pulumi.Resource,
    cleared?: () => Promise<never>,
): Promise<Outcome> {
    errors.clear();
    const { registrations } = await recordAws();
    await runInStack(() => {
        enforcePolicy({ allowWorldOpen: false }, cleared?.());
        program(new ec2.Vpc("bystander", { cidrBlock: "10.64.0.0/24" }));
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { errors: [...errors], registered: registrations.map(({ name }) => name) };
}

async function main(): Promise<void> {
    const refused = () => Promise.reject(new pulumi.RunError("not on this stack"));
    const outcomes: Record<string, Outcome> = {
        "safe resources, not on this stack": await outcomeOf(() => ingress({ cidrIpv4: "192.0.2.0/24" }), refused),
    };
    for (const [what, program] of Object.entries(programs)) {
        outcomes[what] = await outcomeOf(program);
    }
    process.stdout.write(JSON.stringify(outcomes));
}

void main();
