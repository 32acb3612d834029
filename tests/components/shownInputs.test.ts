import * as pulumi from "@pulumi/pulumi";
import { runInStack, secretText, valueOf } from "./mocks";
import { answerWith, hostConfig, type Registration } from "./registrations";

const config = {
    ...hostConfig,
    registryUser: "reader",
    registryPassword: "SECRETREGISTRY",
    restPassword: "SECRETREST",
    environment: '{"MYSQL_ROOT_PASSWORD":"SECRETVARIABLE"}',
    bmpAllowedCidrs: '["2001:db8:1::/48","192.0.2.0/24"]',
    // A user may keep any other value from others, too.
    restAllowedCidrs: '["2001:db8:5ec::/48"]',
    adminId: "SECRETNAME",
};
const secretKeys = ["sshPrivateKey", "registryPassword", "restPassword", "restAllowedCidrs", "adminId"];

describe("what a preview can show of the steps", () => {
    let registered: Registration[];
    const shownOf = (name: string) => registered.find((each) => each.name === name)?.inputs ?? {};

    beforeAll(async () => {
        registered = await answerWith();
        const namespaced = Object.entries(config).map(([key, value]) => [`openbmp-aio-ipv6:${key}`, value]);
        pulumi.runtime.setAllConfig(
            Object.fromEntries(namespaced) as Record<string, string>,
            secretKeys.map((key) => `openbmp-aio-ipv6:${key}`),
        );
        const outputs = await runInStack(() =>
            jest.requireActual<Record<string, pulumi.Output<unknown>>>("../../index"),
        );
        await Promise.all(Object.values(outputs).map(valueOf));
    });

    afterAll(() => pulumi.runtime.disconnect());

    test("is every setting of theirs by its key, prefixes as they are written", () => {
        expect(shownOf("ipv6-dnat")).toMatchObject({
            bmpAllowedCidrs: ["2001:db8:1::/48", "192.0.2.0/24"],
            kafkaAllowedCidrs: [],
        });
        expect(shownOf("aio-container")).toMatchObject({ image: "openbmp/aio:latest", bmpPort: 5000 });
        expect(shownOf("docker-daemon-config")).toMatchObject({ mode: "dnat" });
        expect(shownOf("docker-restart")).toMatchObject({ fixedCidrV6: "fc00:172:17::/64", restartDocker: true });
    });

    test("is no secret, nor what the stack's file has as one", () => {
        const shown = JSON.stringify(registered, (_, value: unknown) =>
            secretText(value) === undefined ? value : "[secret]",
        );
        expect(shown).toContain('"adminId":"[secret]"');
        expect(shown).toContain('"restAllowedCidrs":"[secret]"');
        expect(shown).not.toMatch(/SECRET[A-Z]|2001:db8:5ec/);
    });
});
