import * as pulumi from "@pulumi/pulumi";
import { PinnedImage, type PinnedImageArgs } from "../../components/steps/pinnedImage";
import { pinnedTo, recordAws } from "./awsMocks";
import { secretText, valueOf } from "./mocks";

async function pin(given: Pick<PinnedImageArgs, "image"> & Partial<PinnedImageArgs>) {
    const args = { registryUser: undefined, registryPassword: undefined, ...given };
    const recording = await recordAws();
    const reference = new PinnedImage("image", args).reference;
    const value = await valueOf(reference);
    const provider = recording.registrations.find(({ type }) => type === "pulumi:providers:docker");
    return { ...recording, reference, value, provider };
}

afterEach(() => pulumi.runtime.disconnect());

test("a tag becomes the digest that the registry has for it, asked without an engine", async () => {
    const { value, reference, provider, calls } = await pin({ image: "registry.example:5443/team/aio:1" });
    expect(value).toBe(pinnedTo("registry.example:5443/team/aio"));
    expect(await pulumi.isSecret(reference)).toBe(false);
    expect(provider).toMatchObject({ parent: "image", inputs: { disableDockerDaemonCheck: "true" } });
    expect(provider?.inputs).not.toHaveProperty("registryAuth");
    expect(calls).toEqual([
        {
            token: "docker:index/getRegistryImage:getRegistryImage",
            inputs: { name: "registry.example:5443/team/aio:1" },
        },
    ]);
});

test("a digest stays as it is: nobody is asked, and no plugin is needed", async () => {
    const { value, registrations, calls } = await pin({ image: pinnedTo("openbmp/aio") });
    expect(value).toBe(pinnedTo("openbmp/aio"));
    await pulumi.runtime.disconnect();
    expect(registrations.map(({ type }) => type)).toEqual(["openbmp-aio-ipv6:collector:PinnedImage"]);
    expect(calls).toEqual([]);
});

test.each([
    ["registry.example:5443/team/aio:1", "registry.example:5443"],
    ["openbmp/aio", "registry-1.docker.io"],
])("the login for %s goes to %s, as a secret", async (image, address) => {
    const { provider, reference } = await pin({ image, registryUser: "puller", registryPassword: "SECRETTOKEN" });
    const text = secretText(provider?.inputs.registryAuth);
    expect(JSON.parse(String(text))).toEqual([{ address, username: "puller", password: "SECRETTOKEN" }]);
    expect(await pulumi.isSecret(reference)).toBe(false);
});
