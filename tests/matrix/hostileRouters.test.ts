import type { Status } from "../../scripts/programs/status/status";
import { MINUTE, story } from "../e2e/story";

/** As long as the message lets it be: a cleared screen, a title, a row of its own, colours, a turned text. */
const hostileName =
    `r9\x1b[2J\x1b]0;owned\x07\nedge-9  2001:db8::99  connected\r\x7f\u009b31m\u202e\u2066\u200b\u2028`.padEnd(
        65_000,
        "x",
    );

/** What the image's column has room for. */
const storedName = hostileName.slice(0, 200);

describe("what comes from outside is data", () => {
    const shared = story("outside-routers");

    test(
        "a router's name, whatever it is, is text in the report and in the JSON",
        async () => {
            await shared.deployment.up();
            const { address } = shared.sandbox.info;
            await shared.sandbox.startRouter("edge-1", "101");
            await shared.sandbox.startPeer("hostile", shared.sandbox.peerAddress("102"), [
                ...["node", "/opt/openbmp/router.js", "--host", address, "--name", hostileName],
            ]);
            await shared.sandbox.connectedRouter("edge-1");
            await shared.sandbox.connectedRouter(storedName);

            const { code, stdout: report } = await shared.deployment.status("--check");
            expect(code).toBe(0);
            expect(report).toMatch(/^[ -~…\n]*$/);
            expect(report).toMatch(/^edge-1 .* connected .* none$/m);
            expect(report).toMatch(/^r9\\u\{1b\}\[2J\\u\{1b\}\]0;owned\\u\{7\}\\u\{a\}edge-9 .* connected .* none$/m);
            expect(Math.max(...report.split("\n").map((line) => line.length))).toBeLessThan(400);

            const { stdout: json } = await shared.deployment.status("--json");
            expect(json).toMatch(/^[ -~\n]*$/);
            expect((JSON.parse(json) as Status).routers?.map(({ name }) => name).sort()).toEqual([
                "edge-1",
                storedName,
            ]);
        },
        4 * MINUTE,
    );

    test(
        "a host that answers with more than an address gets no line into a router, and no control into a terminal",
        async () => {
            const shell = "/usr/local/sbin/bash";
            await shared.sandbox.root(String.raw`cat > ${shell} <<'SHELL'
#!/usr/bin/bash
[[ $* == *"-s -- apply" ]] || exec /usr/bin/bash "$@"
script=$(cat)
case $script in
*'run_step preflight'*) printf '%s\n' '{"ipv6Address": "2001:db8::1\u001b[2J\n host 2001:db8::666", "ipv4Address": ""}' ;;
*) /usr/bin/bash "$@" <<<"$script" ;;
esac
SHELL
                chmod +x ${shell}`);
            await shared.deployment.configure({ reapply: "on a hostile host" });
            const said = await shared.deployment.failingUp();
            expect(said).toContain(
                String.raw`the host's answer does not fit (ipv6Address must be an IPv6 address, got "2001:db8::1\u{1b}[2J\u{a} host 2001:db8::666")`,
            );
            // Nothing of the resource besides: its connection has the login key.
            expect(said).not.toContain("OutputImpl");
            await shared.sandbox.root(`rm ${shell}`);
            await shared.deployment.configure({ reapply: "on an honest host" });
            await shared.deployment.up();
        },
        4 * MINUTE,
    );
});
