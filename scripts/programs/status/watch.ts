import { setTimeout as wait } from "node:timers/promises";
import { errorText, utc } from "./words";

/**
 * From the end of a look to the begin of the next, in milliseconds. A look is a login and some seconds of work for the
 * host; a router that lost its session is back within a minute.
 */
const PAUSE = 10_000;

// Of a terminal: its second screen and back, and an empty one with the cursor at its top.
const [ENTER, LEAVE, CLEAR] = ["\x1b[?1049h", "\x1b[?1049l", "\x1b[H\x1b[2J"];

/** Where the looks are shown. */
export interface Screen {
    readonly isTTY?: boolean | undefined;
    write(text: string): unknown;
}

/** Resolves, to nothing, when the signal is given. */
export function aborted(signal: AbortSignal): Promise<undefined> {
    return new Promise((resolve) => {
        signal.addEventListener("abort", () => {
            resolve(undefined);
        });
    });
}

/**
 * Looks again and again, and shows each look, or why there was none, in the place of the one before; without a terminal,
 * below it. When it was asked is said last: of a text that is too long for the screen, the end is in view.
 *
 * @param look gives the text to show
 * @param stop ends it, also in the middle of a look
 * @param pause in milliseconds
 */
export async function watch(
    look: () => Promise<string>,
    screen: Screen,
    stop: AbortSignal,
    pause = PAUSE,
): Promise<void> {
    const [enter, leave, clear] = screen.isTTY ? [ENTER, LEAVE, CLEAR] : ["", "", ""];
    const stopped = aborted(stop);
    screen.write(enter);
    while (!stop.aborted) {
        const asked = utc(new Date());
        const shown = await Promise.race([look().catch(errorText), stopped]);
        if (shown !== undefined) {
            screen.write(`${clear}${shown}\nasked at ${asked}, again after ${pause / 1000} s; Ctrl-C ends it\n`);
            await wait(pause, undefined, { signal: stop }).catch(() => undefined);
        }
    }
    screen.write(leave);
}
