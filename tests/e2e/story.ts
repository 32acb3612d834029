import { Deployment } from "./deployment";
import { Sandbox } from "./sandbox";

/** A minute in milliseconds. */
export const MINUTE = 60_000;

/** What the tests of one `describe` block share. */
export interface Story {
    sandbox: Sandbox;
    deployment: Deployment;
}

export interface StoryOptions {
    /** The version of the sandbox's Docker engine. @default 26.1 */
    readonly engine?: string;
    /** A firewall program that the sandbox has besides, enabled. @default none */
    readonly firewall?: string;
    /** Configuration besides what every stack for a sandbox needs. */
    readonly config?: Record<string, string>;
    /** What is done on the host before there is a stack. */
    readonly prepare?: (sandbox: Sandbox) => Promise<void>;
}

/** A sandbox of the block's own with a stack for it, gone after its last test. */
export function story(name: string, options: StoryOptions = {}): Story {
    const shared = {} as Story;
    beforeAll(async () => {
        shared.sandbox = await Sandbox.up(name, options.engine, options.firewall);
        await options.prepare?.(shared.sandbox);
        shared.deployment = await Deployment.create(shared.sandbox, options.config);
    }, 10 * MINUTE);
    afterAll(async () => {
        await (shared.sandbox as Sandbox | undefined)?.down();
        (shared.deployment as Deployment | undefined)?.remove();
    }, MINUTE);
    return shared;
}
