/** What a program told the engine that no test expects. */
let unexpected: string[] = [];
let refuse: (reason: Error) => void;
let refused: Promise<never>;

function expectAnew(): void {
    unexpected = [];
    refused = new Promise((_, reject) => {
        refuse = reject;
    });
    // Whoever waits is told; where nobody does, that is no error of its own.
    refused.catch(() => undefined);
}
expectAnew();

/**
 * For a mock that is told of a resource that nobody expects: fails the test with its name. It has no
 * answer. An error as the answer, or one that a step refuses, would end the process that runs the
 * tests, and jest would report no more than "child process exceptions".
 */
export function unexpectedResource(type: string, name: string): Promise<never> {
    unexpected.push(`unexpected resource ${type} ${name} (what a command prints is in tests/components/mocks.ts)`);
    refuse(new Error(unexpected.join("\n")));
    return new Promise(() => undefined);
}

/** The work's result; fails as soon as it registers a resource that nobody expects. */
export function withoutUnexpected<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, refused]);
}

/** Fails with the names of what came since the last call. */
export function failOnUnexpected(): void {
    const message = unexpected.join("\n");
    expectAnew();
    if (message !== "") {
        throw new Error(message);
    }
}
