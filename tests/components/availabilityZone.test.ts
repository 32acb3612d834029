import * as pulumi from "@pulumi/pulumi";
import { availabilityZone, zoneAfter } from "../../components/aws/availabilityZone";
import { recordAws } from "./awsMocks";

const token = "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings";

/** The zone that is chosen where AWS offers the type in those. */
async function zoneOf(locations: readonly string[]): Promise<string> {
    await recordAws({ [token]: (args) => ({ ...args, locations }) });
    return availabilityZone("t3.large", new pulumi.ComponentResource("openbmp-aio-ipv6:test:Parent", "parent"));
}

afterAll(() => pulumi.runtime.disconnect());

test.each([
    [["us-east-1d", "us-east-1b"], "us-east-1b"],
    [["us-east-1-bos-1a", "us-east-1-wl1-bos-wlz-1", "us-east-1f"], "us-east-1f"],
    [["us-gov-west-1b"], "us-gov-west-1b"],
])("of %j the first of the region's own zones is taken", async (locations, zone) => {
    expect(await zoneOf(locations)).toBe(zone);
});

test.each([
    ["us-east-1a", 1, "us-east-1c"],
    ["us-east-1c", 1, "us-east-1f"],
    ["us-east-1c", 2, "us-east-1a"],
    ["us-east-1a", 5, "us-east-1f"],
    // AWS chose it for an earlier version, or offers the type there no more.
    ["us-east-1e", 1, "us-east-1a"],
])("a further VM is in the next zone: after %s by %i comes %s", async (first, places, zone) => {
    await recordAws({
        [token]: (args) => ({ ...args, locations: ["us-east-1f", "us-east-1-bos-1a", "us-east-1c", "us-east-1a"] }),
    });
    const parent = new pulumi.ComponentResource("openbmp-aio-ipv6:test:Parent", "parent");
    expect(await zoneAfter(first, places, "t3.large", parent)).toBe(zone);
});

test("a type that the collector cannot run on has no zone", async () => {
    await recordAws({ "aws:ec2/getInstanceType:getInstanceType": (args) => ({ ...args, supportedArchitectures: [] }) });
    const parent = new pulumi.ComponentResource("openbmp-aio-ipv6:test:Parent", "parent");
    await expect(availabilityZone("t4g.large", parent)).rejects.toThrow(
        /^instanceType must be a type of the Nitro system/,
    );
});

test.each([[[]], [["us-east-1-bos-1a"]]])(
    "a region without the type is told with what to do: %j",
    async (locations) => {
        await expect(zoneOf(locations)).rejects.toThrow(
            /^AWS does not offer t3.large in this region: set instanceType to another type, or aws:region to another region$/,
        );
    },
);
