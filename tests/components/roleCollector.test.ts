import * as pulumi from "@pulumi/pulumi";
import { configure, runProgram, secretText, valueOf } from "./mocks";
import { openbmpdStart, printed } from "./stepCases";
import { answerWith, hostConfig, type Registration } from "./registrations";

describe("the program in the role collector", () => {
    let registered: Registration[];
    let outputs: Record<string, pulumi.Output<unknown>>;

    beforeAll(async () => {
        registered = await answerWith({ ...printed, "collector-start": JSON.stringify(openbmpdStart) });
        configure({
            ...hostConfig,
            role: "collector",
            adminId: "lab-1",
            kafkaBrokers: '["[2001:db8::9]:9092"]',
            kafkaSettings: '{"compression.codec":"gzip"}',
        });
        outputs = await runProgram();
    });

    // Everything is told to the engine before the test environment goes.
    afterAll(() => pulumi.runtime.disconnect());

    /** The commands that have the text in their input. */
    const commandsWith = (text: string) =>
        registered.filter(({ inputs }) => secretText(inputs.stdin)?.includes(text)).map(({ name }) => name);

    const steps = ["host-preflight", "aio-container-create", "ipv6-dnat-arm", "collector-start"];

    test.each([
        ["REST_PORT=''\n", steps],
        ["REST_PORT=8001\n", []],
        ["IMAGE=openbmp/collector:latest\n", ["host-preflight", "aio-container-create"]],
        ["HELD_PORTS=()\n", ["ipv6-dnat-arm"]],
        ["KAFKA_BROKERS=('[2001:db8::9]:9092')\n", ["collector-start"]],
        [
            '"kafkaBrokers":["[2001:db8::9]:9092"],"kafkaSettings":{"compression.codec":"gzip"}',
            ["collector-config-read"],
        ],
    ])("%j goes to %j alone", (text, names) => {
        expect(commandsWith(text)).toEqual(names);
    });

    test("there is no URL of a REST API", async () => {
        expect(await valueOf(outputs.restUrl ?? pulumi.output("none"))).toBe("");
    });
});
