import { Failure } from "./failure";
import { say } from "./say";

const controller = new AbortController();
let requested = false;

/** Aborted when the Pulumi CLI has to be told of an interruption; it then ends in order and gives its lock back. */
export const interrupted = controller.signal;

/** Before each thing that takes long: nothing new is begun after an interruption. */
export function throwIfInterrupted(): void {
    if (requested) {
        throw new Failure("interrupted: run the same command again to go on");
    }
}

/** Waits for the Pulumi CLI instead of dying before it. */
export function handleInterrupts(): void {
    for (const name of ["SIGINT", "SIGTERM"] as const) {
        process.on(name, () => {
            say("interrupted: Pulumi finishes what it has begun");
            requested = true;
            // From a terminal, the CLI gets the signal itself, and a second one would kill it.
            if (name === "SIGTERM" || !process.stdin.isTTY) {
                controller.abort();
            }
        });
    }
}
