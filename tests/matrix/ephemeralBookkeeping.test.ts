import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stackName } from "../../scripts/programs/ephemeral/stackName";
import { EphemeralStacks, errorLines } from "../e2e/ephemeralStacks";
import { run } from "../e2e/run";
import { MINUTE } from "../e2e/story";

const HOUR = 60 * MINUTE;

interface Entry {
    readonly branch: string;
    readonly action: string;
    readonly reason: string | null;
    readonly error?: string;
}

describe("gc of branch stacks", () => {
    const ago = new Date(Date.now() - HOUR);
    const ahead = new Date(Date.now() + HOUR);
    let stacks: EphemeralStacks;
    let gc: (more?: readonly string[]) => Promise<Entry[]>;

    beforeEach(async () => {
        stacks = new EphemeralStacks();
        await stacks.setBranches(["expired", "alive", "plain", "broken"]);
        gc = (more = []) => stacks.json<Entry[]>(["gc", "--remote", stacks.remote, ...more]);
    });
    afterEach(() => {
        stacks.remove();
    });

    test(
        "destroys what is expired or whose branch is gone, and never what is not ephemeral",
        async () => {
            const expired = await stacks.deploy("expired", ago);
            const alive = await stacks.deploy("alive", ahead);
            const gone = await stacks.deploy("gone/ветка", ahead);
            // Named like the stack of a branch, and its branch is gone, too.
            const plain = await stacks.deploy("not there either", ago, { marked: false });

            const dry = await gc();
            expect(dry.map(({ branch, action, reason }) => [branch, action, reason]).sort()).toEqual([
                ["alive", "kept", null],
                ["expired", "would destroy", "expired"],
                ["gone/ветка", "would destroy", "branch gone"],
            ]);
            expect(await stacks.names()).toEqual([expired, alive, gone, plain].sort());

            const done = await gc(["--yes"]);
            expect(done.map(({ branch, action }) => [branch, action]).sort()).toEqual([
                ["alive", "kept"],
                ["expired", "destroyed"],
                ["gone/ветка", "destroyed"],
            ]);
            expect(await stacks.names()).toEqual([alive, plain].sort());
            const listed = await stacks.json<{ branch: string; target: string; expired: boolean }[]>(["list"]);
            expect(listed).toEqual([expect.objectContaining({ branch: "alive", target: "host", expired: false })]);
        },
        3 * MINUTE,
    );

    test(
        "takes every branch to be there while the remote cannot be asked",
        async () => {
            await stacks.deploy("gone", ahead);
            const { stdout, stderr, code } = await stacks.command(["gc", "--yes", "--json", "--remote", "/nowhere"]);
            expect(JSON.parse(stdout)).toEqual([expect.objectContaining({ branch: "gone", action: "kept" })]);
            expect(stderr).toContain("the remote does not list its branches");
            expect(code).toBe(0);
        },
        MINUTE,
    );

    test(
        "goes on after a stack that fails, and its exit code says so",
        async () => {
            const broken = await stacks.deploy("broken", ago, { broken: true });
            // One of them is behind the broken one in the list.
            await stacks.deploy("a", ago);
            await stacks.deploy("z", ago);
            const { stdout, code } = await stacks.command(["gc", "--yes", "--json", "--remote", stacks.remote]);
            const entries = JSON.parse(stdout) as Entry[];
            expect(entries.map(({ branch, action }) => [branch, action]).sort()).toEqual([
                ["a", "destroyed"],
                ["broken", "failed"],
                ["z", "destroyed"],
            ]);
            expect(entries.find(({ branch }) => branch === "broken")?.error).toMatch(
                /^Pulumi failed: .*cannot be deleted/,
            );
            expect(code).toBe(1);
            expect(await stacks.names()).toEqual([broken]);
        },
        2 * MINUTE,
    );
});

describe("a stack that is not ephemeral", () => {
    const stacks = new EphemeralStacks();
    afterAll(() => {
        stacks.remove();
    });

    test(
        "is left alone by up and down, though it has the name of the branch's stack",
        async () => {
            const name = await stacks.deploy("taken", new Date(), { marked: false });
            const down = await stacks.command(["down", "--branch", "taken"]);
            expect([down.code, errorLines(down)]).toEqual([
                1,
                [`ephemeral: the stack ${name} is not ephemeral: use scripts/pulumi destroy`],
            ]);
            const up = await stacks.command(["up", "--branch", "taken"]);
            expect([up.code, errorLines(up)]).toEqual([
                1,
                [`ephemeral: the stack ${name} is there and is not ephemeral: choose another branch name`],
            ]);
            expect(await stacks.names()).toEqual([name]);
        },
        MINUTE,
    );
});

describe("a branch's stack on AWS", () => {
    const stacks = new EphemeralStacks();
    const name = stackName("keys");
    beforeAll(() => stacks.useOwnCheckout());
    afterAll(() => {
        stacks.remove();
    });

    const pulumi = (...args: string[]) => run("env", ["-C", stacks.checkout, ...stacks.variables(), "pulumi", ...args]);

    test(
        "gets keys of its own, once, and the user's selected stack stays the selected one",
        async () => {
            await pulumi("stack", "init", "mine");
            // The program refuses that port before anything is touched.
            const up = ["up", "--branch", "keys", "--config", "target=aws", "--config", "bmpPort=0"];
            const first = await stacks.command(up);
            expect([first.code, first.stderr.split("\n").at(-2)]).toEqual([
                1,
                "ephemeral: Pulumi failed: The configuration of the stack is not valid (above)",
            ]);
            const keys = await Promise.all(
                ["sshPrivateKey", "hostPrivateKey"].map((key) => pulumi("config", "get", key, "--stack", name)),
            );
            expect(keys[0]).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
            expect(keys[1]).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
            expect(keys[1]).not.toBe(keys[0]);
            const file = readFileSync(join(stacks.checkout, `Pulumi.${name}.yaml`), "utf8");
            expect(file).not.toContain("PRIVATE KEY-----");

            stacks.forget(name);
            await stacks.command(up);
            expect(await pulumi("config", "get", "sshPrivateKey", "--stack", name)).toBe(keys[0]);
            expect((await pulumi("stack", "--show-name")).trim()).toBe("mine");
        },
        2 * MINUTE,
    );

    test(
        "is removed by down, though it never came up",
        async () => {
            await stacks.json(["down", "--branch", "keys"]);
            expect(await stacks.names()).toEqual(["mine"]);
            await pulumi("stack", "rm", "--yes", "mine");
        },
        MINUTE,
    );
});

describe("bad input is one clear line", () => {
    const stacks = new EphemeralStacks();
    afterAll(() => {
        stacks.remove();
    });

    test.each<[string, string[], Record<string, string | undefined>, string]>([
        ["no duration", ["up", "--ttl", "soon"], {}, '--ttl must be a duration such as 90m, 8h or 3d, got "soon"'],
        ["negative", ["up", "--ttl", "-8h"], {}, '--ttl must be from one minute to one year, got "-8h"'],
        ["over a year", ["up", "--ttl", "2y"], {}, '--ttl must be from one minute to one year, got "2y"'],
        ["no branch's name", ["up", "--branch", "a..b"], {}, '--branch must be the name of a Git branch, got "a..b"'],
        [
            "a backend that is not there",
            ["list"],
            { PULUMI_BACKEND_URL: "file:///nowhere" },
            "the backend cannot be reached (unable to open bucket file:///nowhere?no_tmp_dir=true: stat /nowhere: no such file or directory): check PULUMI_BACKEND_URL and its login",
        ],
        [
            "no passphrase",
            ["up", "--branch", "x"],
            { PULUMI_CONFIG_PASSPHRASE: undefined },
            "PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE must be set: it encrypts the secrets of the stack",
        ],
    ])(
        "%s",
        async (_what, args, environment, line) => {
            const result = await stacks.command(args, environment);
            const { code, stdout } = result;
            const errors = errorLines(result);
            expect([code, stdout, errors]).toEqual([1, "", [`ephemeral: ${line}`]]);
        },
        MINUTE,
    );

    test(
        "no branch, in a checkout with a detached HEAD",
        async () => {
            await stacks.useOwnCheckout();
            const git = ["-C", stacks.checkout, "-c", "user.name=test", "-c", "user.email=test@example.org"];
            await run("git", [...git, "init", "--quiet"]);
            await run("git", [...git, "commit", "--quiet", "--allow-empty", "--message", "test"]);
            await run("git", [...git, "checkout", "--quiet", "--detach"]);
            const up = await stacks.command(["up"]);
            expect([up.code, errorLines(up)]).toEqual([
                1,
                ["ephemeral: no branch is checked out here (detached HEAD): name it with --branch"],
            ]);
        },
        MINUTE,
    );
});
