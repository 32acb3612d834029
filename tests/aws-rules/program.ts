import { loginKey, vmKey } from "../awsConfig";
import { recordAws } from "../components/awsMocks";
import { configure, printedFor, runProgram } from "../components/mocks";
import { printed } from "../components/stepCases";
import type { ResourceToken } from "../emulators/aws/cloud";
import { type Properties, withoutSecrets } from "../../scripts/plugin/protocol/values";

/** A resource that the program makes. */
export interface AwsResource {
    /** By it other resources name this one. */
    readonly id: string;
    readonly token: ResourceToken;
    readonly name: string;
    /** What the program gave, without marks of secrets. */
    readonly inputs: Properties;
}

const base = {
    sshPrivateKey: loginKey.private,
    hostPrivateKey: vmKey.private,
    pinImage: "false",
    sshAllowedCidrs: '["2001:db8:5::/48","198.51.100.0/24"]',
    bmpAllowedCidrs: '["2001:db8:1::/48","192.0.2.0/24"]',
    restAllowedCidrs: '["2001:db8:2::/64"]',
};

/** What the whole program makes in AWS with that configuration. */
export async function resourcesOf(config: Readonly<Record<string, string>>): Promise<AwsResource[]> {
    const { registrations } = await recordAws(
        { "aws:ssm/getParameter:getParameter": () => ({ insecureValue: "ami-0123456789abcdef0" }) },
        { ...printed, ...printedFor("collector-2-") },
    );
    configure({ ...base, ...config });
    await runProgram();
    return registrations
        .filter(({ type }) => type.startsWith("aws:"))
        .map(({ type, name, inputs }) => ({
            id: `${name}-id`,
            token: type as ResourceToken,
            name,
            inputs: withoutSecrets(inputs as Properties) as Properties,
        }));
}
