import { join } from "node:path";
import { AwsCloud } from "../e2e/awsCloud";
import { Reader } from "./reader";
import { MINUTE } from "../e2e/story";

/** Stands for the editor: sets the keys in the file that it is given, and keeps the rest. */
const editor = (config: Readonly<Record<string, string>>) => `
    const { readFileSync, writeFileSync } = require("node:fs");
    const { parseDocument } = require("yaml");
    const [, , file] = process.argv;
    const stack = parseDocument(readFileSync(file, "utf8"));
    for (const [key, value] of Object.entries(${JSON.stringify(config)})) {
        stack.setIn(["config", "openbmp-aio-ipv6:" + key], /^\\[/.test(value) ? JSON.parse(value) : value);
    }
    writeFileSync(file, stack.toString());`;

describe("who follows the documentation of the VM in AWS", () => {
    const reader = new Reader("Aws");
    let cloud: AwsCloud;
    let variables: Record<string, string>;

    beforeAll(async () => {
        cloud = await AwsCloud.create("docs-aws");
        await reader.start();
        reader.write("fill-in.cjs", editor(cloud.config));
        variables = { ...cloud.environment, EDITOR: `node ${join(reader.checkout, "fill-in.cjs")}` };
    }, 10 * MINUTE);
    afterAll(async () => {
        await cloud?.down();
        reader.remove();
    }, MINUTE);

    const instances = () =>
        cloud
            .resources()
            .filter(({ token }) => token.endsWith(":Instance"))
            .map(({ id }) => id);

    /** What costs money in the account. */
    const billed = () =>
        cloud
            .resources()
            .map(({ token }) => token)
            .filter((token) => /:(Instance|Volume|Eip)$/.test(token));

    test(
        "has a VM, another one after it is lost, and another one in its place",
        async () => {
            expect(await reader.follow(["README.md: A new VM in AWS"], variables)).toContain("datapath");
            await reader.follow(["docs/aws.md: Logging in"], variables);
            const [first] = instances();
            await cloud.lose();
            await reader.follow(["docs/aws.md: Replacement"], variables);
            const [second] = instances();
            await reader.follow(["docs/aws.md: Replacement 2"], variables);
            const [third] = instances();
            Object.assign(reader.examples, { "snap-0123456789abcdef0": await cloud.snapshot() });
            expect(new Set([first, second, third, undefined]).size).toBe(4);
        },
        10 * MINUTE,
    );

    test(
        "takes it away, first without the data and then with it",
        async () => {
            await expect(reader.run("scripts/pulumi destroy", variables)).rejects.toThrow(/protected/);
            expect(billed()).toContain("aws:ec2/instance:Instance");
            await reader.run("scripts/pulumi config set terminationProtection true", variables);
            await reader.run("scripts/pulumi up", variables);
            const destroy = "scripts/pulumi destroy --exclude-protected";
            await expect(reader.run(destroy, variables)).rejects.toThrow(/OperationNotPermitted/);
            await reader.follow(["docs/aws.md: Termination protection"], variables);
            await reader.follow(["docs/aws.md: Taking it away"], variables);
            expect(billed()).toEqual(["aws:ebs/volume:Volume"]);
            await reader.follow(["docs/aws.md: Taking it away 2"], variables);
            expect(cloud.resources()).toEqual([]);
        },
        8 * MINUTE,
    );

    test(
        "and has the data again, in another stack",
        async () => {
            expect(await reader.follow(["docs/aws.md: Restore", "docs/aws.md: Restore 2"], variables)).toContain(
                "datapath",
            );
            const volumes = cloud.resources().filter(({ token }) => token === "aws:ebs/volume:Volume");
            expect(volumes.map(({ properties }) => properties.snapshotId)).toEqual([
                reader.examples["snap-0123456789abcdef0"],
            ]);
            expect(reader.unread).toEqual([]);
        },
        6 * MINUTE,
    );
});
