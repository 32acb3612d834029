import { isSecret } from "../../components/settings/keyFacts";
import { LATE_KEYS } from "../../components/settings/lateSettings";
import { fieldsByKey } from "../../components/settings/schema";
import { packageSchema, TOKEN } from "../../plugin/packageSchema";
import { pageText } from "../documentation";

const schema = packageSchema({
    manifest: pageText("package.json"),
    project: pageText("Pulumi.yaml"),
    outputs: pageText("components/collector/makeCollector.ts"),
});
const { inputProperties, requiredInputs, properties } = schema.resources[TOKEN];
const inputs = Object.entries(inputProperties);
const keysWhere = (is: (key: string) => boolean) => [...fieldsByKey.keys()].filter(is).sort();

test("the package has the version and the name of the project", () => {
    expect(schema).toMatchObject({ name: "openbmp-aio-ipv6", version: "0.1.0", license: "Apache-2.0" });
    expect(TOKEN.split(":")[0]).toBe(schema.name);
});

test("its inputs are the configuration's keys, each described, and those that are secret are marked", () => {
    expect(inputs.map(([key]) => key).sort()).toEqual(keysWhere(() => true));
    expect(inputs.filter(([, { description = "" }]) => description.length < 20)).toEqual([]);
    const secrets = inputs.filter(([, { secret }]) => secret).map(([key]) => key);
    expect(secrets.sort()).toEqual(keysWhere((key) => isSecret(fieldsByKey.get(key) as never)));
    expect(requiredInputs).toEqual(["sshPrivateKey"]);
});

test("what may be an output is not plain, and everything else is", () => {
    const late = inputs.filter(([, { plain, items }]) => !(items ?? { plain }).plain).map(([key]) => key);
    expect(late.sort()).toEqual([...LATE_KEYS].sort());
});

test("its outputs are those of the program's stacks, but for what is the program's own", () => {
    const exported = [
        ...pageText("index.ts").matchAll(/^export const (\w+) = (?:collector\.|routerConfigOfAll)/gm),
    ].map(([, name]) => name);
    expect(Object.keys(properties).sort()).toEqual(exported.sort());
    expect(Object.values(properties).filter(({ description = "" }) => description === "")).toEqual([]);
});
