import { PrivateRegistry, pinProblem } from "./registry";
import { tryRun } from "../e2e/run";
import { standInImage } from "../e2e/sandbox";
import { MINUTE, story } from "../e2e/story";

const problem = pinProblem();
const describeWithRegistry = problem === undefined ? describe : describe.skip;

describeWithRegistry(
    `an image of a private registry, pinned${problem === undefined ? "" : ` (skipped: ${problem})`}`,
    () => {
        const shared = story("pin");
        let registry: PrivateRegistry;
        let image: string;
        let first: string;

        /** What the container is created from, as the engine has it. */
        const imageOfContainer = async () =>
            (await shared.sandbox.root("docker inspect --format '{{.Config.Image}}' openbmp_aio")).trim();

        beforeAll(async () => {
            registry = await PrivateRegistry.start(shared.sandbox);
            image = `${registry.address}/team/aio:stable`;
            first = await registry.push(shared.sandbox, image, standInImage, "first");
            // As a machine that trusts the registry's certificate.
            shared.deployment.stack.workspace.envVars.SSL_CERT_FILE = registry.caFile;
            await shared.deployment.configure({ image, pinImage: "true", registryUser: registry.user });
            await shared.deployment.stack.setConfig("registryPassword", { value: registry.password, secret: true });
        }, 5 * MINUTE);
        afterAll(() => {
            registry?.stop();
        });

        test(
            "runs by the digest that the tag has, and the login stays in no file of the host",
            async () => {
                const { outputs, stdout } = await shared.deployment.up();
                const pinned = `${registry.address}/team/aio@${first}`;
                expect(outputs.imageRef?.value).toBe(pinned);
                expect(await imageOfContainer()).toBe(pinned);
                expect(stdout).not.toContain(registry.password);
                const state = shared.deployment.stack.workspace.envVars.PULUMI_BACKEND_URL?.slice("file://".length);
                expect(await tryRun("grep", ["-rlF", "team/aio@sha256", state ?? ""])).toMatchObject({ code: 0 });
                expect(await tryRun("grep", ["-rlF", registry.password, state ?? ""])).toMatchObject({ code: 1 });
                expect(
                    await shared.sandbox.root(`ls -d /run/openbmp-registry.* 2>/dev/null || true
                cat /root/.docker/config.json 2>/dev/null | grep -c ${registry.address} || true`),
                ).toBe("0\n");
            },
            5 * MINUTE,
        );

        test(
            "is left alone while the tag stays, and a tag that moved shows in the preview",
            async () => {
                const same = await shared.deployment.stack.preview();
                expect(Object.keys(same.changeSummary)).toEqual(["same"]);
                const second = await registry.push(shared.sandbox, image, standInImage, "second");
                expect(second).not.toBe(first);
                const moved = await shared.deployment.stack.preview({ diff: true });
                expect(moved.changeSummary.update).toBeGreaterThan(0);
                expect(moved.stdout).toContain(second);
                await shared.deployment.up();
                expect(await imageOfContainer()).toBe(`${registry.address}/team/aio@${second}`);
            },
            5 * MINUTE,
        );

        test(
            "given by its digest runs as it is, without asking for the tag",
            async () => {
                await shared.deployment.configure({ image: `${registry.address}/team/aio@${first}` });
                await shared.deployment.up();
                expect(await imageOfContainer()).toBe(`${registry.address}/team/aio@${first}`);
            },
            5 * MINUTE,
        );

        test(
            "is refused in the preview where the login is wrong, without showing it",
            async () => {
                await shared.deployment.configure({ image });
                await shared.deployment.stack.setConfig("registryPassword", { value: "WRONGTOKEN", secret: true });
                const error = String(await shared.deployment.stack.preview().catch((reason: unknown) => reason));
                expect(error).toMatch(/401|[Uu]nauthorized|bad credentials/i);
                expect(error).not.toContain("WRONGTOKEN");
            },
            2 * MINUTE,
        );
    },
);
