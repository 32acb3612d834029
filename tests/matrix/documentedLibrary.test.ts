import { join } from "node:path";
import { Sandbox, standInImage } from "../e2e/sandbox";
import { MINUTE } from "../e2e/story";
import { Reader } from "./reader";

describe("who has collectors in a program of their own", () => {
    const reader = new Reader("Library");
    const example = join(reader.checkout, "examples", "two-hosts");
    let hosts: readonly [Sandbox, Sandbox];

    beforeAll(async () => {
        hosts = [await Sandbox.up("docs-library-1"), await Sandbox.up("docs-library-2", "28.5")];
        const [first, second] = hosts;
        await first.mayLogInTo(second);
        reader.useSandbox(first);
        Object.assign(reader.examples, {
            "2001:db8::20": second.info.address,
            "ssh-ed25519 BBBB…": second.info.hostKey,
            // Each is on a network of its own.
            "2001:db8:200::/64": `${second.peerAddress("100")}/120`,
            "examples/two-hosts stack init lab": `examples/two-hosts stack init lab; scripts/pulumi -C examples/two-hosts config set image ${standInImage}`,
        });
        await reader.start();
    }, 10 * MINUTE);
    afterAll(async () => {
        for (const host of (hosts as typeof hosts | undefined) ?? []) {
            await host.down();
        }
        reader.remove();
    }, MINUTE);

    test(
        "makes the package, and the reference of its components without a warning",
        async () => {
            // It is there already, and a link.
            reader.examples["npm ci --ignore-scripts"] = "true";
            const printed = await reader.follow(["docs/library.md: The package"]);
            expect(printed).toContain("openbmp-aio-ipv6-0.1.0.tgz\n");
        },
        2 * MINUTE,
    );

    test(
        "deploys a collector to each of two hosts, by the package alone",
        async () => {
            await reader.follow(["docs/library.md: Two hosts"]);
            const resolved = await reader.run("cd examples/two-hosts; node -p 'require.resolve(`openbmp-aio-ipv6`)'");
            expect(resolved.trim()).toBe(join(example, "node_modules", "openbmp-aio-ipv6", "dist", "index.js"));
            for (const [index, host] of hosts.entries()) {
                const address = await host.startRouter("edge-1", "101");
                expect(await host.connectedRouter("edge-1")).toMatchObject({ RouterIP: address });
                expect((await host.starts()).map(({ adminId }) => adminId)).toEqual([["frankfurt", "tokyo"][index]]);
                expect(await host.root("cat /var/lib/openbmp-aio-ipv6/owner")).toBe(
                    `two-hosts/lab/${["frankfurt", "tokyo"][index] ?? ""}\n`,
                );
            }
        },
        8 * MINUTE,
    );

    test(
        "changes nothing by another deployment, and takes both away",
        async () => {
            const preview = await reader.run("scripts/pulumi -C examples/two-hosts preview --json --expect-no-changes");
            expect((JSON.parse(preview) as { changeSummary: unknown }).changeSummary).toEqual({
                same: expect.any(Number) as number,
            });
            const printed = await reader.follow(["docs/library.md: Two hosts 2"]);
            expect(printed).toContain(`[${hosts[0].info.address}]:5000`);
            for (const host of hosts) {
                expect(await host.root("docker ps --all --quiet --filter name=openbmp_aio")).toBe("");
            }
        },
        4 * MINUTE,
    );

    test("has then run every command", () => {
        expect(reader.unread).toEqual([]);
    });
});
