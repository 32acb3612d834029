import * as pulumi from "@pulumi/pulumi";

/** What the SDK says to the engine, as far as it matters here. */
interface Monitor {
    registerResource(request: unknown, answered: Answered<Registration>): unknown;
    registerResourceOutputs(request: { getUrn(): string }, answered: Answered<unknown>): unknown;
}

type Answered<Answer> = (error: unknown, answer?: Answer) => void;

interface Registration {
    getUrn(): string;
    /** 0 where the engine did what was asked (`Result` of pulumi's resource.proto). */
    getResult?(): number;
}

/**
 * Where a deployment goes on after an error (`--continue-on-error`), the engine leaves out what depends on the failed
 * resource. The SDK tells it the outputs of the components among that all the same, and that ends the deployment of all
 * other collectors, too ("cannot complete a resource whose registration isn't pending", Pulumi 3.230): from here on they
 * are not told.
 */
export function holdBackOutputsOfLeftOut(): void {
    const monitor = pulumi.runtime.getMonitor() as unknown as Monitor | undefined;
    if (monitor === undefined) {
        return;
    }
    const leftOut = new Set<string>();
    const register = monitor.registerResource.bind(monitor);
    const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
    monitor.registerResource = (request, answered) =>
        register(request, (error, answer) => {
            if (answer?.getResult !== undefined && answer.getResult() !== 0) {
                leftOut.add(answer.getUrn());
            }
            answered(error, answer);
        });
    monitor.registerResourceOutputs = (request, answered) => {
        if (leftOut.has(request.getUrn())) {
            answered(null);
        } else {
            registerOutputs(request, answered);
        }
    };
}
