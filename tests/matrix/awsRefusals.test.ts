import { AwsCloud } from "../e2e/awsCloud";
import type { Deployment } from "../e2e/deployment";
import { tryRun } from "../e2e/run";
import { MINUTE } from "../e2e/story";

describe("a preview of the AWS target", () => {
    let cloud: AwsCloud;
    let deployment: Deployment;

    beforeAll(async () => {
        cloud = await AwsCloud.create("aws-refusals", { boots: false });
        deployment = await cloud.deployment();
    }, MINUTE);

    afterAll(async () => {
        await (cloud as AwsCloud | undefined)?.down();
    });

    /** The errors that the engine shows at the end of a preview with that environment. */
    const errorsWith = async (environment: Record<string, string>) => {
        Object.assign(deployment.stack.workspace.envVars, cloud.environment, environment);
        const [, diagnostics = ""] = (await deployment.failingPreview()).split("\nDiagnostics:\n");
        return diagnostics.split("\n").filter((line) => line.trim().startsWith("error: "));
    };

    test(
        "without credentials gives one error that says so",
        async () => {
            const errors = await errorsWith({ AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" });
            expect(errors).toEqual([expect.stringMatching(/No valid credential sources found\.$/)]);
        },
        MINUTE,
    );

    test(
        "without a region gives one error that says so",
        async () => {
            const errors = await errorsWith({ AWS_REGION: "", AWS_DEFAULT_REGION: "" });
            expect(errors).toEqual([expect.stringMatching(/Missing region information$/)]);
        },
        MINUTE,
    );

    test(
        "in a region without Debian's AMI gives one error that names the way out",
        async () => {
            const errors = await errorsWith({ AWS_REGION: "eu-north-9" });
            expect(errors).toEqual([expect.stringMatching(/Debian publishes no AMI in this region.*set amiId/)]);
        },
        MINUTE,
    );

    test(
        "passes where all is there",
        async () => {
            Object.assign(deployment.stack.workspace.envVars, cloud.environment);
            expect(Object.keys((await deployment.stack.preview()).changeSummary)).toEqual(["create"]);
        },
        MINUTE,
    );
});

test("the emulator serves nobody who did not make an account for it", async () => {
    const { code, stdout, stderr } = await tryRun("tests/emulators/aws/pulumi-resource-aws", ["127.0.0.1:1"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("this emulator of the aws plugin serves tests only");
});
