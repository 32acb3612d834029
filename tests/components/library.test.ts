import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { answerWith } from "./registrations";

// The modules of @pulumi/aws take time to load.
jest.setTimeout(60_000);

test("importing the package reads no configuration, registers nothing and loads nothing of AWS and Docker", async () => {
    const registered = await answerWith({});
    const read = [jest.spyOn(pulumi.runtime, "allConfig"), jest.spyOn(pulumi.runtime, "getConfig")];
    const policies = jest.spyOn(pulumi.runtime, "registerStackTransformation");
    const loaded: string[] = [];
    let exported: object = {};
    jest.isolateModules(() => {
        jest.doMock("@pulumi/pulumi", () => pulumi);
        for (const name of ["@pulumi/aws/ec2", "@pulumi/aws/vpc", "@pulumi/docker"]) {
            jest.doMock(name, () => loaded.push(name));
        }
        exported = jest.requireActual("../../components");
    });
    expect(Object.keys(exported)).toEqual(expect.arrayContaining(["OpenBmpCollector", "ExistingHost", "AioContainer"]));
    expect(loaded).toEqual([]);
    expect(registered).toEqual([]);
    for (const spy of [...read, policies]) {
        expect(spy).not.toHaveBeenCalled();
    }
});

test("every component is exported, by the package or by its part about AWS", () => {
    const folder = join(__dirname, "../../components");
    const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => readFileSync(join(folder, file), "utf8"));
    const classes = sources.flatMap((text) =>
        [...text.matchAll(/^export class (\w+) extends pulumi\.ComponentResource/gm)].map(([, name]) => name),
    );
    expect(classes.length).toBeGreaterThan(10);
    const exported = {
        ...jest.requireActual<object>("../../components"),
        ...jest.requireActual<object>("../../components/aws"),
    };
    expect(Object.keys(exported)).toEqual(expect.arrayContaining(classes));
});
