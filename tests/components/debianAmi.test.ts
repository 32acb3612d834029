import * as pulumi from "@pulumi/pulumi";
import { debianAmi } from "../../components/aws/debianAmi";
import { recordAws } from "./awsMocks";

const token = "aws:ssm/getParameter:getParameter";

/** The error that the AMI of a region ends in where AWS answers so. */
async function errorWhere(answer: string): Promise<string> {
    await recordAws({
        [token]: () => {
            // As the engine hands over a provider's error (pulumi/sdk, runtime/invoke.ts).
            throw Object.assign(new Error(answer), { details: answer });
        },
    });
    const component = new pulumi.ComponentResource("openbmp-aio-ipv6:test:Parent", "parent");
    return debianAmi(component).then(
        () => "no error",
        (error: unknown) => (error as Error).message,
    );
}

afterAll(() => pulumi.runtime.disconnect());

test.each([
    "reading SSM Parameter (/aws/service/debian/release/13/latest/amd64): couldn't find resource",
    "ParameterNotFound: ",
])("a region without the AMI is told with what to do (%s)", async (answer) => {
    expect(await errorWhere(answer)).toMatch(
        /^Debian publishes no AMI in this region .*: set amiId to an AMI of Debian 13 for amd64, or aws:region to another region$/,
    );
});

test("any other error stays as it is", async () => {
    expect(await errorWhere("AccessDeniedException: not authorized to perform ssm:GetParameter")).toContain(
        "not authorized to perform ssm:GetParameter",
    );
});
