import { type Screen, watch } from "../../scripts/programs/status/watch";

const [enter, leave, clear] = ["\x1b[?1049h", "\x1b[?1049l", "\x1b[H\x1b[2J"];
const asked = (text: string) => text.replace(/asked at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/, "asked at NOW");

/** What is written while these looks are taken, of which the last one stops it. */
async function written(isTTY: boolean, looks: readonly (() => Promise<string>)[]): Promise<string[]> {
    const stop = new AbortController();
    const lines: string[] = [];
    const screen: Screen = { isTTY, write: (text) => lines.push(asked(text)) };
    let taken = 0;
    const look = () => {
        const next = looks[taken++];
        if (taken === looks.length) {
            stop.abort();
        }
        return next ? next() : Promise.resolve("one look too many");
    };
    await watch(look, screen, stop.signal, 1);
    return lines;
}

const never = () => new Promise<string>(() => undefined);
const fails = () => Promise.reject(new Error("the host cannot be inspected: \x1b[2Jno"));
const end = "\nasked at NOW, again after 0.001 s; Ctrl-C ends it\n";

test("each look takes the place of the one before, an error too, and the terminal is given back", async () => {
    expect(await written(true, [() => Promise.resolve("one\n"), fails, () => Promise.resolve("two\n"), never])).toEqual(
        [
            enter,
            `${clear}one\n${end}`,
            `${clear}status: the host cannot be inspected: \\u{1b}[2Jno\n${end}`,
            `${clear}two\n${end}`,
            leave,
        ],
    );
});

test("without a terminal nothing is written that steers one", async () => {
    const lines = await written(false, [() => Promise.resolve("one\n"), never]);
    expect(lines.join("")).toBe(`one\n${end}`);
});

test("it ends in the pause, too", async () => {
    const stop = new AbortController();
    const lines: string[] = [];
    const look = () => {
        setTimeout(() => {
            stop.abort();
        }, 10);
        return Promise.resolve("one\n");
    };
    await watch(look, { write: (text) => lines.push(text) }, stop.signal);
    expect(asked(lines.join(""))).toBe("one\n\nasked at NOW, again after 10 s; Ctrl-C ends it\n");
});
