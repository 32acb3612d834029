import * as pulumi from "@pulumi/pulumi";
import { loginKey, vmKey } from "../awsConfig";
import { configure, printed, runProgram } from "../components/mocks";
import { Cloud, type CloudResource } from "../emulators/aws/cloud";
import { type Declarations, readDeclarations } from "../emulators/aws/declarations";
import { functions } from "../emulators/aws/functions";
import { autonamed } from "../emulators/aws/replacement";
import { resourceTypes } from "../emulators/aws/resources";
import { misfits } from "../emulators/aws/shapes";
import { allTokens, type ResourceToken } from "../emulators/aws/tokens";
import { type Properties, withoutSecrets } from "../../scripts/plugin/protocol/values";

/** A resource that the program makes. */
export interface AwsResource extends CloudResource {
    readonly name: string;
    /** What the program gave, without marks of secrets. */
    readonly inputs: Properties;
}

const region = "eu-central-1";

const settings = {
    accountId: "123456789012",
    amazonPrefix: "2001:db8:aa00::/40",
    parameters: { [region]: { "/aws/service/debian/release/13/latest/amd64": "ami-0123456789abcdef0" } },
};

const base = {
    sshPrivateKey: loginKey.private,
    hostPrivateKey: vmKey.private,
    pinImage: "false",
    sshAllowedCidrs: '["2001:db8:5::/48","198.51.100.0/24"]',
    bmpAllowedCidrs: '["2001:db8:1::/48","192.0.2.0/24"]',
    restAllowedCidrs: '["2001:db8:2::/64"]',
};

let declarations: Declarations | undefined;

/** A mock of the engine that keeps what the program makes in an emulated account, by the account's rules. */
function intoAccount(cloud: Cloud, made: AwsResource[]): pulumi.runtime.Mocks {
    const declared = (declarations ??= readDeclarations(allTokens)).of;
    return {
        newResource({ type, name, inputs: given }) {
            const inputs = withoutSecrets(given as Properties) as Properties;
            if (!type.startsWith("aws:")) {
                return { id: name, state: { ...inputs, stdout: printed[name] } };
            }
            const token = type as ResourceToken;
            const [misfit] = misfits(inputs, declared[token]?.inputs ?? {});
            if (misfit) {
                throw new Error(`${name}: ${misfit.path} ${misfit.reason}`);
            }
            const resource = cloud.create(token, autonamed(token, name, {}, inputs));
            made.push({ ...resource, name, inputs });
            return { id: resource.id, state: resource.properties };
        },
        call({ token, inputs }) {
            const { [token]: call } = functions;
            if (call === undefined) {
                throw new Error(`unexpected call of ${token}`);
            }
            return call(cloud, inputs as Properties);
        },
    };
}

/** What the whole program makes in AWS with that configuration, in an order that the graph allows. */
export async function resourcesOf(config: Readonly<Record<string, string>>): Promise<AwsResource[]> {
    const made: AwsResource[] = [];
    await pulumi.runtime.disconnect();
    await pulumi.runtime.setMocks(
        intoAccount(new Cloud(settings, region, resourceTypes), made),
        "openbmp-aio-ipv6",
        "test",
        false,
    );
    configure({ ...base, ...config });
    await runProgram();
    await pulumi.runtime.disconnect();
    return made;
}
