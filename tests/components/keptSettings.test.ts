import * as pulumi from "@pulumi/pulumi";
import { demandKeptSettings } from "../../components/settings/keptSettings";
import { parseSettings } from "../parseSettings";
import { goodAws } from "../awsConfig";
import { recordAws } from "./awsMocks";
import { hostConfig } from "./registrations";

const [subnetId, other, dataSnapshotId] = ["subnet-00000001", "subnet-00000002", "snap-00000001"];
const deployed = (deployedSettings: Record<string, string>) => ({ deployedSettings, bmpEndpoint: "" });

/** What a deployment with that configuration is refused for, a line each, where the last one exported those outputs. */
async function refusal(outputs: Record<string, unknown>, config: Record<string, string>): Promise<string[]> {
    await recordAws({ "pulumi:pulumi:readStackOutputs": () => ({ name: "", outputs }) });
    return demandKeptSettings(parseSettings({ ...goodAws, ...config })).then(
        () => [],
        (error: unknown) =>
            (error as pulumi.RunError).message.split("\n").map((line) => line.replace(/ on .*, got/, ", got")),
    );
}

afterAll(() => pulumi.runtime.disconnect());

const remedy = ': make a new stack with it, and restore the data there (docs/aws.md, "What a stack keeps")';

test.each([
    ["another", { subnetId, kmsKeyId: "" }, { subnetId: other }, [`subnetId must be "${subnetId}", got "${other}"`]],
    ["one that is gone", { subnetId, kmsKeyId: "" }, {}, [`subnetId must be "${subnetId}", got nothing`]],
    ["one where none was", { subnetId: "" }, { subnetId }, [`subnetId must be left out, got "${subnetId}"`]],
    ["one where none could be", { mode: "dnat" }, { subnetId }, [`subnetId must be left out, got "${subnetId}"`]],
    [
        "a snapshot for data that is there",
        { dataSnapshotId: "" },
        { dataSnapshotId },
        [`dataSnapshotId must be left out, got "${dataSnapshotId}"`],
    ],
    [
        "two of them",
        { subnetId, kmsKeyId: "alias/a" },
        { subnetId: other, kmsKeyId: "alias/b" },
        [`subnetId must be "${subnetId}", got "${other}"`, 'kmsKeyId must be "alias/a", got "alias/b"'],
    ],
])("%s is refused", async (_, before, config, lines) => {
    expect(await refusal(deployed(before), config)).toEqual(lines.map((line) => line + remedy));
});

test("what an earlier version deployed has none of them, and keeps none", async () => {
    expect(await refusal({ bmpEndpoint: "" }, { kmsKeyId: "alias/a" })).toEqual([
        `kmsKeyId must be left out, got "alias/a"${remedy}`,
    ]);
    expect(await refusal({ bmpEndpoint: "" }, {})).toEqual([]);
});

test("a new stack, and one that keeps them, go on", async () => {
    expect(await refusal({}, { subnetId, kmsKeyId: "alias/a" })).toEqual([]);
    expect(await refusal(deployed({ subnetId, kmsKeyId: "" }), { subnetId })).toEqual([]);
    expect(await refusal(deployed({ dataSnapshotId }), { dataSnapshotId })).toEqual([]);
});

test("the snapshot that the data began from may be named no longer", async () => {
    expect(await refusal(deployed({ dataSnapshotId }), {})).toEqual([]);
});

test("where the engine does not tell, nothing goes on", async () => {
    expect(await refusal(deployed("?" as never), {})).toEqual([
        expect.stringMatching(/^what this stack was deployed with cannot be told: run again \(/),
    ]);
});

test("an existing host is asked nothing", async () => {
    const { calls } = await recordAws();
    await demandKeptSettings(parseSettings(hostConfig));
    expect(calls).toEqual([]);
});
