import * as pulumi from "@pulumi/pulumi";
import { holdBackOutputsOfLeftOut } from "../../components/collector/leftOut";

type Answered = (error: unknown, answer?: unknown) => void;

/** A monitor that leaves out the resources of these names, and what it is told of outputs. */
function engineWithout(...names: readonly string[]) {
    const told: string[] = [];
    const monitor = {
        registerResource: (name: string, answered: Answered) => {
            answered(null, { getUrn: () => name, getResult: () => (names.includes(name) ? 2 : 0) });
        },
        registerResourceOutputs: (request: { getUrn(): string }, answered: Answered) => {
            told.push(request.getUrn());
            answered(null, {});
        },
    };
    jest.spyOn(pulumi.runtime, "getMonitor").mockReturnValue(monitor as never);
    holdBackOutputsOfLeftOut();
    /** As the SDK does it: the outputs are told when the registration was answered. */
    const component = (name: string) =>
        new Promise<void>((resolve) => {
            monitor.registerResource(name, () => {
                monitor.registerResourceOutputs({ getUrn: () => name }, () => {
                    resolve();
                });
            });
        });
    return { told, component };
}

afterEach(() => {
    jest.restoreAllMocks();
});

test("the engine is told the outputs of components that it has registered, and of no other", async () => {
    const { told, component } = engineWithout("three-docker-daemon-config");
    for (const name of ["three-host", "three-docker-daemon-config", "two-docker-daemon-config"]) {
        await component(name);
    }
    expect(told).toEqual(["three-host", "two-docker-daemon-config"]);
});

test("nothing is done where there is no engine", () => {
    jest.spyOn(pulumi.runtime, "getMonitor").mockReturnValue(undefined);
    expect(holdBackOutputsOfLeftOut).not.toThrow();
});
