/** The provider that makes collectors for programs in other languages: what Pulumi runs by PulumiPlugin.yaml. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import * as provider from "@pulumi/pulumi/provider";
import { OpenBmpCollector } from "../components/collector/openBmpCollector";
import type { OpenBmpCollectorArgs } from "../components/collector/openBmpCollectorArgs";
import { packageSchema, TOKEN } from "./packageSchema";

const source = (path: string) => readFileSync(join(__dirname, "..", path), "utf8");
const schema = packageSchema({
    manifest: source("package.json"),
    project: source("Pulumi.yaml"),
    outputs: source("components/collector/makeCollector.ts"),
});

const collectors: provider.Provider = {
    version: schema.version,

    getSchema: () => Promise.resolve(JSON.stringify(schema)),

    // eslint-disable-next-line @typescript-eslint/require-await -- What it throws is the promise's.
    async construct(name, type, inputs, options) {
        if (type !== TOKEN) {
            throw new Error(`the package has no resource ${type}: use ${TOKEN}`);
        }
        const collector = new OpenBmpCollector(name, inputs as unknown as OpenBmpCollectorArgs, options);
        const given = collector as unknown as Readonly<Record<string, pulumi.Output<unknown>>>;
        const outputs = Object.keys(schema.resources[TOKEN].properties);
        const state = Object.fromEntries(outputs.map((key) => [key, given[key]]));
        return { urn: collector.urn, state };
    },
};

void provider.main(collectors, process.argv.slice(2));
