import { type Declarations, readDeclarations } from "../emulators/aws/declarations";
import { firewallOf } from "../emulators/aws/firewall";
import { functions } from "../emulators/aws/functions";
import { addressAt, contains, firstFree, overlap } from "../emulators/aws/prefixes";
import { providerFailures } from "../emulators/aws/provider";
import { autonamed, deletesFirst, replaces } from "../emulators/aws/replacement";
import { resourceTypes } from "../emulators/aws/resources";
import { misfits } from "../emulators/aws/shapes";
import { allTokens, type FunctionToken, type ResourceToken } from "../emulators/aws/tokens";
import { type Properties, unknown } from "../../scripts/plugin/protocol/values";
import { AwsWorld, nameOf, sshRule } from "./awsWorld";

const tokens = Object.keys(resourceTypes) as ResourceToken[];
const tokenOf = (name: string) => tokens.find((token) => nameOf(token) === name) as ResourceToken;

describe("the declarations of @pulumi/aws", () => {
    let declarations: Declarations;
    beforeAll(() => {
        declarations = readDeclarations(allTokens);
    });

    test("are read for every type that the emulator serves", () => {
        expect(Object.keys(declarations.of)).toEqual([...allTokens]);
        expect(declarations.of["aws:ec2/subnet:Subnet"]?.inputs.vpcId).toEqual({
            shape: { kind: "string" },
            required: true,
        });
        expect(() => readDeclarations(["aws:ec2/vpc:Nothing"])).toThrow("declares no NothingArgs");
    });

    test.each<[string, Properties, string[]]>([
        ["what is declared", { vpcId: "vpc-1", ipv6CidrBlock: unknown, tags: { Name: "x" } }, []],
        ["a property with a typing error", { vpcId: "vpc-1", ipv6CiderBlock: "x" }, ["ipv6CiderBlock is not declared"]],
        ["a missing property", {}, ["vpcId is required and missing"]],
        ["a value of another kind", { vpcId: 1 }, ["vpcId must be a string"]],
        ["an inner value of another kind", { vpcId: "vpc-1", tags: { Name: true } }, ["tags.Name must be a string"]],
    ])("tell %s", (_, values, expected) => {
        const { inputs = {} } = declarations.of["aws:ec2/subnet:Subnet"] ?? {};
        expect(misfits(values, inputs).map(({ path, reason }) => `${path} ${reason}`)).toEqual(expected);
    });

    test("tell a typing error inside a block", () => {
        const { inputs = {} } = declarations.of["aws:ec2/instance:Instance"] ?? {};
        const values = { metadataOptions: { httpTokens: "required", httpPutResponseHopLimits: 1 } };
        expect(misfits(values, inputs)).toEqual([
            { path: "metadataOptions.httpPutResponseHopLimits", reason: "is not declared" },
        ]);
    });

    test.each(tokens)("know every output that the emulator gives for %s", (token) => {
        const world = new AwsWorld();
        const { inputs = {}, outputs = {} } = declarations.of[token] ?? {};
        const given = Object.keys(world.cloud.get(world.ids[nameOf(token)] ?? "").properties);
        expect(given.filter((name) => !(name in outputs) && !(name in inputs))).toEqual([]);
    });

    test.each<[FunctionToken, Properties]>([
        ["aws:ssm/getParameter:getParameter", { name: "/aws/service/debian/release/13/latest/amd64" }],
        [
            "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings",
            { locationType: "availability-zone", filters: [{ name: "instance-type", values: ["t3.large"] }] },
        ],
        ["aws:ec2/getInstanceType:getInstanceType", { instanceType: "t3.large" }],
    ])("know every output that the emulator gives for %s, as it gives it", (token, args) => {
        const { inputs = {}, outputs = {} } = declarations.of[token] ?? {};
        expect(misfits(args, inputs)).toEqual([]);
        const wrong = misfits(functions[token]?.(new AwsWorld().cloud, args) ?? {}, outputs);
        // It leaves out what the program does not read.
        expect(wrong.filter(({ reason }) => reason !== "is required and missing")).toEqual([]);
    });

    test("a type that is not emulated is none, as AWS says it", () => {
        const { "aws:ec2/getInstanceType:getInstanceType": getInstanceType } = functions;
        expect(() => getInstanceType?.(new AwsWorld().cloud, { instanceType: "t9.large" })).toThrow(
            "InvalidInstanceType: The following supplied instance types do not exist: [t9.large]",
        );
    });
});

describe("the security groups of an interface", () => {
    const world = new AwsWorld();
    const firewall = (family: "ipv4" | "ipv6") =>
        firewallOf(world.cloud, world.ids.NetworkInterface ?? "", family)
            .split("\n")
            .filter((line) => line.startsWith("-A AWS-INGRESS"));

    test("let through what a rule says and what finds the neighbours, and drop the rest", () => {
        world.make(tokenOf("SecurityGroupIngressRule"), {
            ...{ ipProtocol: "icmpv6", fromPort: 128, toPort: -1, cidrIpv6: "::/0" },
        });
        expect(firewall("ipv6")).toEqual([
            "-A AWS-INGRESS -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN",
            "-A AWS-INGRESS -p ipv6-icmp --icmpv6-type 133 -j RETURN",
            "-A AWS-INGRESS -p ipv6-icmp --icmpv6-type 134 -j RETURN",
            "-A AWS-INGRESS -p ipv6-icmp --icmpv6-type 135 -j RETURN",
            "-A AWS-INGRESS -p ipv6-icmp --icmpv6-type 136 -j RETURN",
            "-A AWS-INGRESS -s 2001:db8::/32 -p tcp --dport 22:22 -j RETURN",
            "-A AWS-INGRESS -s ::/0 -p ipv6-icmp --icmpv6-type 128 -j RETURN",
            "-A AWS-INGRESS -j DROP",
        ]);
    });

    test("let nothing through over IPv4 where no rule is for it", () => {
        expect(firewall("ipv4")).toEqual([
            "-A AWS-INGRESS -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN",
            "-A AWS-INGRESS -j DROP",
        ]);
    });

    test("do not take rules of another group", () => {
        const other = world.make(tokenOf("SecurityGroup"), { name: "other" });
        world.make(tokenOf("SecurityGroupIngressRule"), {
            ...{ ...sshRule, securityGroupId: other.id, fromPort: 5000, toPort: 5000 },
        });
        expect(firewall("ipv6").join("\n")).not.toContain("5000");
    });
});

test.each<[string, string, Properties, boolean]>([
    ["Vpc", "cidrBlock", {}, true],
    ["Vpc", "tags.Name", {}, false],
    ["Instance", "instanceType", {}, false],
    ["Instance", "ami", {}, true],
    ["Instance", "primaryNetworkInterface.networkInterfaceId", {}, true],
    ["Instance", "rootBlockDevice.volumeSize", {}, false],
    ["Instance", "userData", {}, false],
    ["Instance", "userData", { userDataReplaceOnChange: true }, true],
    ["NetworkInterface", "securityGroups[0]", {}, false],
    ["Volume", "size", {}, false],
    ["Volume", "region", {}, true],
])("a changed %s at %s (%j) replaces it: %s", (name, path, news, expected) => {
    expect(replaces(tokenOf(name), path, news)).toBe(expected);
});

test("a security group without a name gets one, and keeps it", () => {
    const named = autonamed(tokenOf("SecurityGroup"), "group", {}, {});
    expect(named).toEqual({
        name: expect.stringMatching(/^group-[0-9a-f]{7}$/) as string,
        description: "Managed by Pulumi",
    });
    expect(autonamed(tokenOf("SecurityGroup"), "group", { name: "group-0123456" }, {}).name).toBe("group-0123456");
    expect(deletesFirst(tokenOf("SecurityGroup"), "group", named)).toBe(false);
    expect(deletesFirst(tokenOf("SecurityGroup"), "group", { name: "mine" })).toBe(true);
});

test.each<[string, Record<string, string>, RegExp]>([
    ["no region", { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" }, /^Missing region/],
    ["an empty region", { AWS_REGION: "", AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" }, /^Missing region/],
    ["no credentials", { AWS_REGION: "eu-central-1" }, /^No valid credential sources/],
    ["half of them", { AWS_REGION: "eu-central-1", AWS_ACCESS_KEY_ID: "a" }, /^No valid credential sources/],
    ["all", { AWS_REGION: "eu-central-1", AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" }, /^$/],
])("the provider with %s", (_, environment, expected) => {
    const [failure = "", ...more] = providerFailures({}, environment);
    expect(failure).toMatch(expected);
    expect(more).toEqual([]);
});

test("addresses and prefixes are counted across bytes", () => {
    expect(addressAt("10.0.0.0/16", 256)).toBe("10.0.1.0");
    expect(addressAt("2001:db8::ffff/112", 1)).toBe("2001:db8::1:0");
    expect(firstFree("2001:db8:aa00::/40", 56, [])).toBe("2001:db8:aa00::/56");
    expect(firstFree("2001:db8:aa00::/40", 56, ["2001:db8:aa00::/56"])).toBe("2001:db8:aa00:100::/56");
    expect(() => firstFree("10.0.0.0/28", 28, ["10.0.0.0/24"])).toThrow("no /28 is left");
    expect(overlap("10.0.0.0/8", "2001:db8::/32")).toBe(false);
    expect(contains("10.0.0.0/24", "10.0.0.0/16")).toBe(false);
});
