import * as pulumi from "@pulumi/pulumi";
import { loadCollectors } from "../../components/settings/load";
import { answerWith, hostConfig } from "./registrations";

const good = {
    ...hostConfig,
    registryUser: "me",
    registryPassword: "hunter2",
    bmpAllowedCidrs: '["2001:db8::/48"]',
    restAllowedCidrs: '["2001:db8::/48"]',
};
const secrets = ["openbmp-aio-ipv6:sshPrivateKey", "openbmp-aio-ipv6:registryPassword"];

/** Reads a stack's configuration, as the engine gives it. */
function load(others: Record<string, string>, secretKeys: readonly string[]) {
    const own = Object.entries(good).map(([key, value]) => [`openbmp-aio-ipv6:${key}`, value]);
    pulumi.runtime.setAllConfig({ ...(Object.fromEntries(own) as Record<string, string>), ...others }, [...secretKeys]);
    return loadCollectors()[0].settings;
}

describe("the configuration of the running stack", () => {
    beforeAll(() => answerWith());

    test("is read where its secrets are secrets, beside that of other packages", () => {
        expect(load({ "aws:region": "eu-north-1" }, secrets)).toMatchObject({ target: "host", hostUser: "admin" });
    });

    test("is refused with a secret in clear, without its value", () => {
        const read = () => load({}, secrets.slice(0, 1));
        expect(read).toThrow(
            /valid:\n- registryPassword is in clear in the stack's file: set it again with scripts\/pulumi config set --secret registryPassword$/,
        );
    });

    test("is refused with keys under the name of another project, such as the one that this was copied from", () => {
        expect(() => load({ "other:bmpPort": "5001" }, secrets)).toThrow(
            /valid:\n- other:bmpPort is another project's, and this one does not read it: name it openbmp-aio-ipv6:bmpPort$/,
        );
    });
});
