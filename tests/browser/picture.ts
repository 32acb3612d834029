/** The README's picture, of a page that scripts/status wrote: `npm run picture PAGE`, with CHROME_PATH. */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { startBrowser } from "./browser";

const picture = join(__dirname, "..", "..", "docs", "status-page.png");

async function main([file]: readonly string[]): Promise<void> {
    if (file === undefined) {
        throw new Error("a page is needed: scripts/demo --html page.html writes one");
    }
    const browser = await startBrowser();
    const page = await browser.newPage({ viewport: { width: 800, height: 600 }, colorScheme: "light" });
    await page.goto(pathToFileURL(resolve(file)).href);
    // Down to the routers: what comes below is for who reads the page itself.
    const end = await page.evaluate<number>(
        "[...document.querySelectorAll('section')].find((each) => each.querySelector('h2').textContent === 'Routers').getBoundingClientRect().bottom",
    );
    await page.screenshot({
        path: picture,
        fullPage: true,
        clip: { x: 0, y: 0, width: 800, height: Math.ceil(end) + 12 },
    });
    await browser.close();
}

main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
});
