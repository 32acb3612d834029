import * as pulumi from "@pulumi/pulumi";
import { deployedSettings, previewEndedSessions } from "../../components/settings/endedSessions";
import { parseSettings } from "../parseSettings";
import { valueOf } from "./mocks";
import { hostConfig } from "./registrations";

const settings = parseSettings(hostConfig);
const OWNER = "openbmp-aio-ipv6/test";
const desired = deployedSettings(settings, "image:new", OWNER);

/** The warnings, where the engine says this of the last deployment. */
async function warnings(
    preview: boolean,
    answer: () => Record<string, unknown>,
    collector?: string,
): Promise<string[]> {
    const asked: string[] = [];
    const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
    await pulumi.runtime.setMocks(
        {
            newResource: ({ name }) => ({ id: name, state: {} }),
            call: ({ token, inputs }) => {
                asked.push(`${token} ${(inputs as { name: string }).name}`);
                return answer();
            },
        },
        "openbmp-aio-ipv6",
        "test",
        preview,
        "acme",
    );
    const exported = previewEndedSessions(settings, "image:new", OWNER, collector);
    expect(await pulumi.isSecret(exported)).toBe(true);
    expect(await valueOf(exported)).toEqual(desired);
    await pulumi.runtime.disconnect();
    expect(asked).toEqual(preview ? ["pulumi:pulumi:readStackOutputs acme/openbmp-aio-ipv6/test"] : []);
    const messages = warn.mock.calls.map(([message]) => message);
    warn.mockRestore();
    return messages;
}

const outputs = (values: Record<string, unknown>) => () => ({ name: "", outputs: values });

test("a preview warns of what has changed since the last deployment", async () => {
    expect(await warnings(true, outputs({ deployedSettings: { ...desired, image: "image:old" } }))).toEqual([
        "image: the sessions of all routers end, because the container is made anew",
    ]);
});

test("and of nothing where nothing has, or where nothing is deployed", async () => {
    expect(await warnings(true, outputs({ deployedSettings: desired }))).toEqual([]);
    expect(await warnings(true, outputs({}))).toEqual([]);
});

test("of one among several it names the collector, and compares with that one's last deployment", async () => {
    const last = { ams: { ...desired, adminId: "x" }, fra: desired, new: {} };
    const answer = outputs({ deployedSettings: { ...desired, image: "image:old" }, deployedCollectors: last });
    expect(await warnings(true, answer, "ams")).toEqual([
        "ams: adminId: the sessions of all routers end, because the container is made anew",
    ]);
    for (const name of ["fra", "new", "other"]) {
        expect(await warnings(true, answer, name)).toEqual([]);
    }
});

test("of a stack of which no deployment came to its end it says nothing", async () => {
    expect(await warnings(true, outputs({ deployedSettings: {}, readme: "" }))).toEqual([]);
});

test("of a deployment by an earlier version it says what becomes of its container", async () => {
    expect(await warnings(true, outputs({ bmpEndpoint: "[2001:db8::10]:5000" }))).toEqual([
        expect.stringMatching(
            /^the last deployment was made by an earlier version: .* ends the sessions of all routers$/,
        ),
    ]);
});

test("where the engine does not tell, it says so", async () => {
    expect(
        await warnings(true, () => {
            throw new Error("no access");
        }),
    ).toEqual([expect.stringMatching(/^which sessions of routers this deployment ends cannot be told: /)]);
    expect(await warnings(true, outputs({ deployedSettings: "?" }))).toEqual([
        expect.stringMatching(/^which sessions of routers this deployment ends cannot be told: /),
    ]);
});

test("a deployment asks nothing", async () => {
    expect(await warnings(false, outputs({}))).toEqual([]);
});
