import { execFileSync } from "node:child_process";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

/** The packages that are loaded once the modules of the program are. */
function packagesOf(statements: string): string[] {
    const program = `${statements}
        const paths = Object.keys(require.cache).map((path) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(path)?.[1]);
        console.log(JSON.stringify([...new Set(paths)]));`;
    const printed = execFileSync(process.execPath, ["--require", "tsx/cjs", "--eval", program], { cwd: root });
    return JSON.parse(printed.toString()) as string[];
}

const modules =
    'require("./components/host/makeHost"); require("./components/steps/pinnedImage"); require("./components/settings/load");';
const costly = ["@pulumi/aws", "@pulumi/docker", "ssh2"];

test("a stack on an existing host does not wait for packages that only AWS and pinImage need", () => {
    const loaded = packagesOf(modules);
    expect(loaded).toContain("@pulumi/command");
    expect(costly.filter((name) => loaded.includes(name))).toEqual([]);
});

test("the packages would be seen where they are loaded", () => {
    const loaded = packagesOf('require("./components/aws/awsHost"); require("@pulumi/docker"); require("ssh2");');
    expect(costly.filter((name) => loaded.includes(name))).toEqual(costly);
});
