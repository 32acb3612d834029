import { type Browser, chromium } from "playwright-core";

/**
 * Starts the browser that CHROME_PATH names, without a window.
 *
 * @throws Error where it names none
 */
export function startBrowser(): Promise<Browser> {
    const executablePath = process.env.CHROME_PATH;
    if (!executablePath) {
        throw new Error(
            "CHROME_PATH must be the path of Chrome or Chromium: scripts/test browser finds or installs one",
        );
    }
    // Root, as in containers, has no sandbox; what is opened is ours.
    return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
}
