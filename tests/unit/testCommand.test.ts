import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

/** scripts/test in a checkout where nothing is installed or run: each call is a line of a log. */
let checkout: string;

const log = () => readFileSync(join(checkout, "log"), "utf8").trim().split("\n");

function executable(path: string, text: string): void {
    writeFileSync(path, text);
    chmodSync(path, 0o755);
}

beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), "test-command-"));
    for (const folder of [
        "scripts/lib",
        "tests/lib",
        "bin",
        "tests/unit/deep",
        "tests/host",
        "tests/e2e",
        "tests/aws-rules",
        "tests/browser",
        "tests/matrix",
    ]) {
        mkdirSync(join(checkout, folder), { recursive: true });
    }
    copyFileSync(join(root, "scripts/test"), join(checkout, "scripts/test"));
    copyFileSync(join(root, "scripts/lib/common.sh"), join(checkout, "scripts/lib/common.sh"));
    // Whatever the libraries can install is a call to be seen.
    for (const library of [
        "scripts/lib/toolchain.sh",
        "scripts/lib/images.sh",
        "tests/lib/tools.sh",
        "tests/lib/images.sh",
        "tests/lib/shellcheck.sh",
    ]) {
        const names = [...readFileSync(join(root, library), "utf8").matchAll(/^([a-z_0-9]+)\(\) /gm)];
        const stubs = names.map(([, name = ""]) => {
            const call = name === "ensure_sandbox_image" ? `${name} $*` : name;
            return `${name}() { echo "${call}" >>"${join(checkout, "log")}"; }\n`;
        });
        writeFileSync(join(checkout, library), stubs.join(""));
    }
    const report = '{"numTotalTests":3,"numPassedTests":2,"numFailedTests":1,"numRuntimeErrorTestSuites":0}';
    executable(
        join(checkout, "bin/npx"),
        `#!/usr/bin/env bash
        echo "npx $*" | sed -E 's/ --maxWorkers.*//' >>"${join(checkout, "log")}"
        printf '%s' '${report.replace("}", ',"numPendingTests":0,"numTodoTests":0}')}' >"\${@: -1}"
        `,
    );
    executable(
        join(checkout, "bin/bats"),
        `#!/usr/bin/env bash\necho "bats $*" >>"${join(checkout, "log")}"\nprintf 'ok 1 a\\nok 2 b\\n'\n`,
    );
    executable(join(checkout, "bin/sudo"), '#!/usr/bin/env bash\nexec "$@"\n');
    for (const file of ["unit/a.test.ts", "unit/deep/b.test.ts", "host/c.bats", "e2e/d.test.ts", "unit/helper.ts"]) {
        writeFileSync(join(checkout, "tests", file), "");
    }
    writeFileSync(join(checkout, "tests/aws-rules/e.test.ts"), "");
    writeFileSync(join(checkout, "tests/browser/f.test.ts"), "");
});

afterEach(() => {
    rmSync(checkout, { recursive: true });
});

function scriptsTest(args: readonly string[], cwd = checkout) {
    const { status, stdout, stderr } = spawnSync(join(checkout, "scripts/test"), args, {
        cwd,
        encoding: "utf8",
        env: { ...process.env, PATH: `${join(checkout, "bin")}:${process.env.PATH ?? ""}` },
    });
    return { status, lastLine: stdout.trim().split("\n").at(-1), stderr };
}

const always = ["apt_install", "ensure_test_tools", "ensure_node_modules"];

test("a file of each kind runs with what its part needs, and with nothing else", () => {
    const files = [
        "tests/e2e/d.test.ts",
        "tests/host/c.bats",
        "tests/unit/a.test.ts",
        "tests/aws-rules/e.test.ts",
        "tests/browser/f.test.ts",
    ];
    expect(scriptsTest(["tests/unit/deep/b.test.ts", ...files])).toMatchObject({
        status: 1,
        lastLine: "10 passed, 4 failed",
    });
    const called = log();
    const jest = (project: string, ...paths: string[]) =>
        `npx --no-install jest --selectProjects ${project} --runTestsByPath ${paths.join(" ")} --ci`;
    expect(called).toEqual([
        ...always,
        jest("unit", "tests/unit/deep/b.test.ts", "tests/unit/a.test.ts"),
        "ensure_browser",
        jest("browser", "tests/browser/f.test.ts"),
        "ensure_aws_rules_tools",
        jest("aws-rules", "tests/aws-rules/e.test.ts"),
        "bats --tap --jobs 2 --no-parallelize-within-files tests/host/c.bats",
        ...called.slice(called.indexOf("ensure_pulumi"), -1),
        jest("e2e", "tests/e2e/d.test.ts"),
    ]);
    expect(called).toEqual(expect.arrayContaining(["ensure_command_plugin", "ensure_docker"]));
    expect(called.filter((call) => call.startsWith("ensure_sandbox_image"))).toEqual(["ensure_sandbox_image 26.1"]);
});

test("the images that the hosts of a file need are made, those with a firewall as well", () => {
    writeFileSync(
        join(checkout, "tests/matrix/g.test.ts"),
        '[\n  { engine: "28.5", firewall: "ufw" },\n  { engine: "28.5", firewall: "ufw" },\n  { engine: "29" },\n]',
    );
    scriptsTest(["tests/matrix/g.test.ts"]);
    expect(log().filter((call) => call.startsWith("ensure_sandbox_image"))).toEqual(
        ["26.1", "28.5", "29", "28.5 ufw"].map((host) => `ensure_sandbox_image ${host}`),
    );
});

test("parts and files go together, and a file of a part that runs as a whole runs once", () => {
    expect(scriptsTest(["host", "tests/unit/a.test.ts", "tests/host/c.bats"])).toMatchObject({
        lastLine: "4 passed, 1 failed",
    });
    expect(log()).toEqual([
        ...always,
        "bats --tap --jobs 2 --no-parallelize-within-files tests/host/c.bats",
        "npx --no-install jest --selectProjects unit --runTestsByPath tests/unit/a.test.ts --ci",
    ]);
});

test("a file is found from the folder that the command is called in", () => {
    expect(scriptsTest(["c.bats"], join(checkout, "tests/host"))).toMatchObject({
        status: 0,
        lastLine: "2 passed, 0 failed",
    });
    expect(log().at(-1)).toMatch(/ tests\/host\/c\.bats$/);
});

test.each(["tests/unit/missing.test.ts", "tests/unit/helper.ts", "tests/unit", "units", "scripts/test"])(
    "%s is refused before anything is installed, with what there is",
    (argument) => {
        const { status, stderr } = scriptsTest(["tests/unit/a.test.ts", argument]);
        expect(status).toBe(1);
        expect(stderr).toContain(
            `test: unknown part or test file "${argument}": use one of lint unit components browser aws-rules host e2e matrix nodes audit, ` +
                "and the files *.test.ts and *.bats below tests/ in unit components browser aws-rules host e2e matrix\n",
        );
        expect(log).toThrow("no such file");
    },
);
