import { type ChildProcess, spawn } from "node:child_process";
import { EphemeralStacks, errorLines } from "../e2e/ephemeralStacks";
import { eventually } from "../e2e/run";
import { MINUTE } from "../e2e/story";
import { freePort } from "../freePort";

describe("branch stacks in an S3-compatible backend", () => {
    let server: ChildProcess;
    let stacks: EphemeralStacks;

    beforeAll(async () => {
        const program = process.env.MOTO_SERVER;
        if (program === undefined) {
            throw new Error("MOTO_SERVER is not set: scripts/test e2e sets it");
        }
        const port = await freePort();
        server = spawn(program, ["--host", "127.0.0.1", "--port", String(port)], { stdio: "ignore" });
        const bucket = `http://127.0.0.1:${port}/stacks`;
        await eventually("the S3 server answers", MINUTE, () =>
            fetch(bucket, { method: "PUT" }).then(
                (response) => response.ok || undefined,
                () => undefined,
            ),
        );
        stacks = new EphemeralStacks({
            PULUMI_BACKEND_URL: `s3://stacks?region=us-east-1&endpoint=http://127.0.0.1:${port}&s3ForcePathStyle=true`,
            AWS_ACCESS_KEY_ID: "test",
            AWS_SECRET_ACCESS_KEY: "test",
        });
        await stacks.setBranches(["alive", "expired"]);
    }, 2 * MINUTE);
    afterAll(() => {
        server?.kill();
        stacks?.remove();
    });

    test(
        "are listed, collected and removed from any checkout",
        async () => {
            const hour = 60 * MINUTE;
            await stacks.deploy("alive", new Date(Date.now() + hour));
            await stacks.deploy("expired", new Date(Date.now() - hour));
            const plain = await stacks.deploy("plain", new Date(), { marked: false });
            const branches = (listed: { branch: string; expired: boolean }[]) =>
                listed.map(({ branch, expired }) => `${branch} ${String(expired)}`).sort();
            expect(branches(await stacks.json(["list"]))).toEqual(["alive false", "expired true"]);
            await stacks.json(["gc", "--yes", "--remote", stacks.remote]);
            expect(branches(await stacks.json(["list"]))).toEqual(["alive false"]);
            await stacks.json(["down", "--branch", "alive"]);
            expect(await stacks.names()).toEqual([plain]);
        },
        2 * MINUTE,
    );

    test(
        "that does not answer are one clear line",
        async () => {
            server.kill();
            await new Promise((resolve) => server.once("exit", resolve));
            const result = await stacks.command(["list"]);
            const { code, stdout } = result;
            expect([code, stdout]).toEqual([1, ""]);
            expect(errorLines(result)).toEqual([
                expect.stringMatching(/^ephemeral: the backend cannot be reached \(./),
            ]);
        },
        MINUTE,
    );
});
