import { say } from "./say";

const controller = new AbortController();

/** Aborted when the user interrupts; the Pulumi CLI then ends in order and gives its lock back. */
export const interrupted = controller.signal;

/** Waits for the Pulumi CLI instead of dying before it. */
export function handleInterrupts(): void {
    for (const name of ["SIGINT", "SIGTERM"] as const) {
        process.on(name, () => {
            say("interrupted: Pulumi finishes what it has begun");
            // From a terminal, the CLI gets the signal itself, and a second one would kill it.
            if (name === "SIGTERM" || !process.stdin.isTTY) {
                controller.abort();
            }
        });
    }
}
