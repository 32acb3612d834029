import * as pulumi from "@pulumi/pulumi";
import * as internals from "@pulumi/pulumi/output";
import { orFormer } from "../../components/collector/orFormer";
import { valueOf } from "./mocks";

/** What the engine leaves of an output where its resource failed, and the deployment goes on. */
const failed = (): pulumi.Output<string> =>
    pulumi.output((internals as unknown as { readonly unknown: string }).unknown);

async function exported(output: pulumi.Output<string>, preview = false) {
    await pulumi.runtime.setMocks(
        { newResource: ({ name }) => ({ id: name, state: {} }), call: () => ({}) },
        "openbmp-aio-ipv6",
        "test",
        preview,
    );
    const former = jest.fn(() => Promise.resolve<string | undefined>("former"));
    return { output: orFormer(output, former), former };
}

test("what a step gives is exported, and nothing is asked", async () => {
    const { output, former } = await exported(pulumi.output("new"));
    expect(await valueOf(output)).toBe("new");
    expect(former).not.toHaveBeenCalled();
});

test("where it failed, what the last deployment exported stays", async () => {
    const { output } = await exported(failed());
    expect(await valueOf(output)).toBe("former");
});

test("a secret stays one", async () => {
    const { output } = await exported(pulumi.secret("new"));
    expect(await pulumi.isSecret(output)).toBe(true);
});

test("in a preview it is not known yet", async () => {
    const { output, former } = await exported(failed(), true);
    expect(await (output as unknown as { readonly isKnown: Promise<boolean> }).isKnown).toBe(false);
    expect(former).not.toHaveBeenCalled();
});
