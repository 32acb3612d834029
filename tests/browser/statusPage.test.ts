import axe from "axe-core";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { page as pageOf } from "../../scripts/programs/status/page";
import type { Status } from "../../scripts/programs/status/status";
import { found, hostileStatusOf, router, statusWith } from "../statuses";
import { startBrowser } from "./browser";

/** What a router calls itself, to do something in the browser of who looks. */
const hostile = `</title></style><script>hostile=1</script><img src=https://example.org/ onerror=hostile=1>"'><svg onload=hostile=1>`;

const ports: Status["ports"] = [
    { name: "bmp", port: 5000, datapath: "dnat", why: "our rule" },
    { name: "rest", port: 65535, datapath: "native", why: "a rule in Docker's chain sends it" },
    { name: "kafka", port: 9092, datapath: "proxy", why: "docker-proxy carries it" },
    { name: "mysql", port: 3306, datapath: "closed", why: "held" },
];
const rule = `-A OPENBMP-DNAT -p tcp -m tcp --dport 5000 -j DNAT --to-destination [2001:db8:1111:2222:3333:4444:5555:6666]:5000`;
const outside = [{ address: "2001:db8:1111:2222:3333:4444:5555:6666", port: 5000, packets: 123_456_789 }];
const container = { ...found.container, ipv6Address: "2001:db8:1111:2222:3333:4444:5555:6666" } as Status["container"];
const routers = [
    { ...router, name: "edge-router-of-a-long-name.example.org", address: "2001:db8:1111:2222:3333:4444:5555:6666" },
    { ...router, address: "fc00:172:17::1", lastTermination: { code: 1, reason: "closed by the remote end" } },
];
const down = { login: { accepted: null, publicAccepted: null }, kafka: { advertised: "", consumersAttached: null } };

const statuses: Readonly<Record<string, Status>> = {
    "where all is well": statusWith({}),
    "of long values": statusWith({
        ports,
        outside,
        container,
        routers,
        rules: [{ command: "ip6tables", table: "nat", rule, packets: 12_345_678_901, bytes: 1e15 }],
    }),
    "where nothing works": statusWith({ ...down, container: null, routers: null, openbmpdConf: null }),
    "where nothing answers": statusWith({ ...down, ports }),
    "of hostile values": hostileStatusOf(hostile),
};

let browser: Browser;
let folder: string;
/** What no page may do: errors, warnings, and requests but the one for itself. */
let complaints: string[];

beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "status-page-"));
    browser = await startBrowser();
}, 60_000);

afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
});

beforeEach(() => {
    complaints = [];
});

/** Opens the page of the status, 360 pixels wide. */
async function open(status: Status = statusWith({})): Promise<Page> {
    const file = join(folder, "page.html");
    writeFileSync(file, pageOf([status], new Date()));
    const page = await browser.newPage({ viewport: { width: 360, height: 740 } });
    const url = pathToFileURL(file).href;
    page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
    page.on("console", (message) => complaints.push(`console: ${message.text()}`));
    page.on("request", (request) => {
        if (request.url() !== url) {
            complaints.push(`request: ${request.url()}`);
        }
    });
    await page.goto(url, { waitUntil: "load" });
    return page;
}

test.each(Object.keys(statuses))(
    "the page %s complains of nothing, fetches nothing, and fits on a phone, its drawing into its boxes",
    async (name) => {
        const page = await open(statuses[name]);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
        // The style sheet is admitted.
        expect(await page.evaluate("getComputedStyle(document.querySelector('svg text')).textAnchor")).toBe("middle");
        const outOfTheirBoxes = await page.evaluate(`
            [...document.querySelectorAll("svg g")].flatMap((group) => {
                const box = group.querySelector("rect").getBBox();
                return [...group.querySelectorAll("text")].filter((text) => {
                    const { x, y, width, height } = text.getBBox();
                    return x < box.x || y < box.y || x + width > box.x + box.width || y + height > box.y + box.height;
                }).map((text) => text.textContent);
            })`);
        expect(outOfTheirBoxes).toEqual([]);
        expect(complaints).toEqual([]);
        await page.close();
    },
);

describe.each(["of long values", "where nothing works"])("the page %s", (name) => {
    let page: Page;

    beforeAll(async () => {
        page = await open(statuses[name]);
        await page.evaluate(axe.source);
    });

    afterAll(async () => {
        await page?.close();
    });

    test.each([
        ["light", "none"],
        ["dark", "none"],
        ["light", "grayscale(1)"],
    ] as const)("is accessible and has contrast by WCAG AA: %s, with the filter %s", async (colorScheme, filter) => {
        await page.emulateMedia({ colorScheme });
        await page.evaluate(`document.documentElement.style.filter = "${filter}"`);
        const { violations, passes } = await page.evaluate<axe.AxeResults>("axe.run()");
        expect(violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))).toEqual([]);
        expect(passes.map(({ id }) => id)).toContain("color-contrast");
        // Of what is in a drawing, or out of sight in a box that is moved, axe does not tell the contrast.
        expect(await contrastsBelow(page, 4.5, { color: "td, th, dt, .good, .bad", fill: "svg text" })).toEqual([]);
        expect(await contrastsBelow(page, 3, { stroke: "svg .solid, svg .closed, svg .absent" })).toEqual([]);
    });
});

/** Elements whose colours, by the CSS property that has them, are too near to that of the page. */
function contrastsBelow(page: Page, least: number, elements: Readonly<Record<string, string>>): Promise<unknown> {
    return page.evaluate(`{
        const { Color, getContrast } = axe.commons.color;
        const color = (element, property) => {
            const parsed = new Color();
            parsed.parseString(getComputedStyle(element)[property]);
            return parsed;
        };
        const paper = color(document.body, "backgroundColor");
        Object.entries(${JSON.stringify(elements)}).flatMap(([property, selector]) =>
            [...document.querySelectorAll(selector)]
                .filter((element) => getContrast(paper, color(element, property)) < ${least})
                .map((element) => element.outerHTML));
    }`);
}

test("a hostile name is a text like any other", async () => {
    const page = await open(hostileStatusOf(hostile));
    expect(await page.evaluate("window.hostile")).toBeUndefined();
    expect(await page.evaluate("document.querySelectorAll('script, img, svg svg, svg[onload]').length")).toBe(0);
    const text = await page.locator("h1").textContent();
    expect(text).toBe(`p/${hostile}`);
    expect(await page.title()).toBe(`${`p/${hostile}`.slice(0, 64)}…: not as deployed`);
    await page.close();
});

test("the policy of the page keeps out what would get in all the same", async () => {
    const page = await open();
    const refused: (string | undefined)[] = [];
    page.on("requestfailed", (request) => refused.push(request.failure()?.errorText));
    await page.evaluate(`document.body.insertAdjacentHTML("beforeend",
        "<img src=https://example.org/ onerror=hostile=1><p style=color:red onclick=hostile=1>x</p>")`);
    await page.locator("body > p").click();
    expect(await page.evaluate("window.hostile")).toBeUndefined();
    expect(await page.evaluate("document.querySelector('body > p').style.color")).toBe("");
    expect(refused).toEqual(["csp"]);
    await page.close();
});
