import { parseLifetime } from "../../../scripts/programs/ephemeral/lifetime";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe("--ttl", () => {
    test.each([
        ["1m", MINUTE],
        ["90m", 90 * MINUTE],
        ["8h", 8 * HOUR],
        ["1.5h", 1.5 * HOUR],
        ["3d", 72 * HOUR],
        ["2 hours", 2 * HOUR],
        ["1y", 365.25 * 24 * HOUR],
    ])("of %s is that long", (text, milliseconds) => {
        expect(parseLifetime(text)).toBe(milliseconds);
    });

    test.each(["", " ", "soon", "8", "-8", "8x", "h", "8h8", "8h;reboot", "Infinity", "NaN", "9".repeat(200) + "h"])(
        "of %j is refused: it is not a duration",
        (text) => {
            expect(() => parseLifetime(text)).toThrow(`--ttl must be a duration such as 90m, 8h or 3d, got "${text}"`);
        },
    );

    test.each(["-8h", "0h", "59s", "366d", "2y", "9999999999999999h"])(
        "of %s is refused: it is out of range",
        (text) => {
            expect(() => parseLifetime(text)).toThrow(`--ttl must be from one minute to one year, got "${text}"`);
        },
    );
});
