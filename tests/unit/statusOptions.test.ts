import { spawnSync } from "node:child_process";
import {
    existsSync,
    lstatSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readOptions } from "../../scripts/programs/status/options";
import { writeWhole } from "../../scripts/programs/status/writeWhole";

let folder: string;

beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "status-page-"));
});

afterEach(() => {
    rmSync(folder, { recursive: true });
});

const options = (...args: string[]) => readOptions(args, folder);

test.each([
    [[], {}],
    [["--check", "--json", "--stack", "lab"], { check: true, json: true, stack: "lab" }],
    [["--watch"], { watch: true }],
])("the arguments %j are taken", (args, expected) => {
    const none = { stack: undefined, check: false, json: false, html: undefined, watch: false };
    expect(options(...args)).toEqual({ ...none, ...expected });
});

test.each([
    [["--json", "--html", "page.html"], "--html must be given without --json"],
    [["--watch", "--check"], "--watch must be given without --check, --json and --html"],
    [["--watch", "--json"], "--watch must be given without --check, --json and --html"],
    [["--watch", "--html", "page.html"], "--watch must be given without --check, --json and --html"],
    [["--html", "no/page.html"], '--html must be a file in a folder that you may write to, got "no/page.html": ENOENT'],
    [
        ["--html", "/dev/null"],
        '--html must be a file in a folder that you may write to, got "/dev/null": it must be a regular file',
    ],
    [["--html", ""], 'got "": it must be a regular file'],
    [["--html"], "--html"],
    [["--every"], "--every"],
])("the arguments %j are refused, and nothing is written", (args, message) => {
    expect(() => options(...args)).toThrow(message);
    expect(readdirSync(folder)).toEqual([]);
});

describe("the page's file", () => {
    test("is one of the caller's folder, and not touched before there is a page", () => {
        expect(options("--html", "page.html", "--check")).toMatchObject({
            html: join(folder, "page.html"),
            check: true,
        });
        expect(readdirSync(folder)).toEqual([]);
    });

    test("is what a link leads to", () => {
        mkdirSync(join(folder, "www"));
        writeFileSync(join(folder, "www/page.html"), "former");
        symlinkSync("www/page.html", join(folder, "link.html"));
        writeWhole(options("--html", "link.html").html ?? "", "page");
        expect(readFileSync(join(folder, "www/page.html"), "utf8")).toBe("page");
        expect(lstatSync(join(folder, "link.html")).isSymbolicLink()).toBe(true);
    });

    test("is replaced as a whole, with the mode of the umask", () => {
        const file = join(folder, "page.html");
        writeFileSync(file, "former");
        const former = statSync(file).ino;
        const umask = process.umask(0o027);
        try {
            writeWhole(file, "page");
        } finally {
            process.umask(umask);
        }
        expect(readFileSync(file, "utf8")).toBe("page");
        expect(statSync(file).ino).not.toBe(former);
        expect(statSync(file).mode & 0o777).toBe(0o640);
        expect(readdirSync(folder)).toEqual(["page.html"]);
    });

    test("stays as it was where the new one cannot take its place, and nothing else is left", () => {
        const file = join(folder, "page.html");
        mkdirSync(file);
        expect(() => {
            writeWhole(file, "page");
        }).toThrow("EISDIR");
        expect(readdirSync(folder)).toEqual(["page.html"]);
        expect(existsSync(file)).toBe(true);
    });
});

test("scripts/status runs without a folder of its own below the one that all users share", () => {
    const { stderr } = spawnSync(join(__dirname, "../../scripts/status"), ["--interval", "soon"], {
        env: { ...process.env, TMPDIR: folder },
        encoding: "utf8",
    });
    expect(stderr).toContain("--interval");
    // What tsx tells its parent by: it holds no program.
    const files = readdirSync(folder, { recursive: true, withFileTypes: true });
    expect(files.filter((each) => each.isFile())).toEqual([]);
});
