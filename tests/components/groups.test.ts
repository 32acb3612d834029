import * as pulumi from "@pulumi/pulumi";
import { configure, runProgram, secretText } from "./mocks";
import { answerWith, hostConfig, type Registration } from "./registrations";

const config = {
    ...hostConfig,
    sshPrivateKeyPassword: "SECRETKEYPASSWORD",
    registryUser: "puller",
    registryPassword: "SECRETTOKEN",
    restUser: "reader",
    restPassword: "SECRETREST",
    environment: '{"TZ":"SECRETZONE","MYSQL_ROOT_PASSWORD":"SECRETROOT"}',
    adminId: "lab-1",
};

describe("what the configuration says of logins", () => {
    let registered: Registration[];

    beforeAll(async () => {
        registered = await answerWith();
        configure(config);
        await runProgram();
    });

    // Everything is told to the engine before the test environment goes.
    afterAll(() => pulumi.runtime.disconnect());

    /** The commands that have the text in their input. */
    const commandsWith = (text: string) =>
        registered.filter(({ inputs }) => secretText(inputs.stdin)?.includes(text)).map(({ name }) => name);

    test.each([
        ["REGISTRY_USER=puller\n", ["aio-container-create"]],
        ["SECRETTOKEN", ["aio-container-create"]],
        ["REST_USER=reader\n", ["collector-start"]],
        ["SECRETREST", ["collector-start"]],
        ["SECRETZONE", ["host-preflight", "aio-container-create"]],
        ["SECRETROOT", ["host-preflight", "aio-container-create", "collector-start"]],
        ["SECRETLOGINKEY", []],
        ["SECRETKEYPASSWORD", []],
        ["ADMIN_ID=lab-1\n", ["host-preflight", "aio-container-create"]],
        ['"adminId":"lab-1"', ["collector-config-read"]],
    ])("%j goes to the steps that need it, and to no other", (text, names) => {
        expect(commandsWith(text)).toEqual(names);
    });

    test("the REST API's port is held until its login is the stack's own", () => {
        expect(commandsWith("HELD_PORTS=(rest)\n")).toEqual(["ipv6-dnat-arm"]);
    });
});
