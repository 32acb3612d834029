import { gzipSync } from "node:zlib";
import { declaredInput, HOST_STEPS, type ScriptInput, withInput } from "../../components/remote/hostScript";
import { printableJson } from "../../components/values/printable";
import { type Deployment, optionalStepsOf, readDeployments } from "../../scripts/programs/status/deployment";
import { report } from "../../scripts/programs/status/report";
import { type HostStatus, readHostStatus } from "../../scripts/programs/status/status";
import { file, found, hostileName, hostileStatusOf, router, statusWith } from "../statuses";

const secret = (value: unknown) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: JSON.stringify(value),
});
const login = { host: "2001:db8::10", user: "admin", hostKey: "ssh-ed25519 AAAA", privateKey: secret("KEY") };

const scriptOf = (input: ScriptInput) => withInput(input, "main\n");

const commandOf = (type: string, variables: ScriptInput["variables"], more: object = {}) => ({
    urn: `urn:pulumi:lab::openbmp-aio-ipv6::${type}$command:remote:Command::name`,
    type: "command:remote:Command",
    inputs: { connection: secret(login), stdin: secret(scriptOf({ variables })), create: "bash" },
    ...more,
});
const stateOf = (...resources: readonly object[]) => JSON.stringify({ version: 3, deployment: { resources } });
const start = "openbmp-aio-ipv6:collector:CollectorStart";

const readDeployment = (state: string): Deployment | undefined => readDeployments(state)[0];

describe("the deployment read from the state", () => {
    test("has the connection with its defaults, and the input of every step", () => {
        const former = commandOf("openbmp-aio-ipv6:host:ExistingHost", { MODE: "proxy" }, { delete: true });
        const state = stateOf(
            { urn: "urn:pulumi:lab::openbmp-aio-ipv6::pulumi:pulumi:Stack::x", type: "pulumi:pulumi:Stack" },
            former,
            commandOf("openbmp-aio-ipv6:host:ExistingHost", { OWNER: "p/s", TOKEN: "it's $secret\nTOOL=2" }),
            commandOf(start, { MODE: "dnat" }),
        );
        expect(readDeployments(state)).toEqual([
            {
                name: "first",
                owner: "openbmp-aio-ipv6/lab",
                deployed: {
                    connection: { ...login, privateKey: "KEY", port: 22, dialErrorLimit: 10, perDialTimeout: 15 },
                    input: `OWNER=p/s\nTOKEN='it'"'"'s $secret\nTOOL=2'\nMODE=dnat\n`,
                },
            },
        ]);
    });

    test("has the jump host, where there is one", () => {
        const jump = { host: "192.0.2.1", hostKey: "ssh-ed25519 BBBB", privateKey: secret("KEY") };
        const inputs = { connection: { ...login, proxy: jump }, stdin: scriptOf({ variables: {} }) };
        expect(readDeployment(stateOf(commandOf(start, {}, { inputs })))?.deployed?.connection.proxy).toMatchObject({
            host: "192.0.2.1",
            hostKey: "ssh-ed25519 BBBB",
            privateKey: "KEY",
        });
    });

    test.each([
        ["nothing", JSON.stringify({ version: 3, deployment: {} }), "the stack has deployed nothing"],
        [
            "scripts of another version",
            stateOf(commandOf(start, {}, { inputs: { connection: login, stdin: "MODE=dnat\nmain" } })),
            "another version of this program deployed the stack: scripts/pulumi up",
        ],
    ])("with %s in it is refused", (_, state, message) => {
        expect(() => readDeployment(state)).toThrow(message);
    });

    test("is that of each collector, by the component that its commands are below, whichever of its steps failed", () => {
        const urnOf = (types: string, name: string) => `urn:pulumi:lab::openbmp-aio-ipv6::${types}::${name}`;
        const token = "openbmp-aio-ipv6:index:OpenBmpCollector";
        const componentOf = (name: string) => ({
            urn: urnOf(token, name),
            type: token,
            parent: urnOf("pulumi:pulumi:Stack", "x"),
        });
        const stepOf = (name: string, type: string) => ({
            urn: urnOf(`${token}$${type}`, `${name}-step`),
            type,
            parent: componentOf(name).urn,
        });
        const below = (name: string, type: string, inputs: object) => ({
            ...commandOf(`${token}$${type}`, {}),
            parent: stepOf(name, type).urn,
            inputs: { connection: login, ...inputs },
        });
        const host = "openbmp-aio-ipv6:host:ExistingHost";
        const state = stateOf(
            componentOf("ams"),
            componentOf("fra"),
            componentOf("zrh"),
            stepOf("ams", host),
            below("ams", host, { stdin: scriptOf({ variables: { MODE: "proxy" } }) }),
            stepOf("zrh", start),
            below("zrh", start, {
                connection: { ...login, host: "2001:db8::30" },
                stdin: scriptOf({ variables: { MODE: "native" } }),
            }),
            commandOf(start, { MODE: "dnat" }),
        );
        expect(
            readDeployments(state).map(({ name, owner, deployed }) => [
                name,
                owner,
                deployed?.connection.host,
                deployed?.input,
            ]),
        ).toEqual([
            ["ams", "openbmp-aio-ipv6/lab/ams", undefined, undefined],
            ["fra", "openbmp-aio-ipv6/lab/fra", undefined, undefined],
            ["zrh", "openbmp-aio-ipv6/lab/zrh", "2001:db8::30", "MODE=native\n"],
            ["first", "openbmp-aio-ipv6/lab", "2001:db8::10", "MODE=dnat\n"],
        ]);
    });
});

test("a deployment by a version with other steps, or other input of one, is told from ours", () => {
    const names = HOST_STEPS.flatMap((step) => declaredInput(step, "apply"));
    const input = names.map((name) => (name === "REST_PASSWORD" ? `read_secret ${name} 1\n\n` : `${name}=''\n`));
    expect(optionalStepsOf(input.join(""))).toEqual([]);
    const without = (name: string) => input.filter((line) => !line.includes(`${name}=`) && !line.includes(` ${name} `));
    for (const name of ["ROUTER_FACING_ADDRESS", "REST_PASSWORD", "BMP_ALLOWED"]) {
        expect(() => optionalStepsOf(without(name).join(""))).toThrow(
            "another version of this program deployed the stack: scripts/pulumi up",
        );
    }
    const metrics = declaredInput("metrics", "apply").map((name) => `${name}=''\n`);
    expect(optionalStepsOf([...input, ...metrics].join(""))).toEqual(["metrics"]);
    expect(() => optionalStepsOf([...input, "METRICS_PROGRAM_TEXT=''\n"].join(""))).toThrow("another version");
});

describe("the status", () => {
    test("names entries of the allow lists that nobody used", () => {
        const allowed = [
            { port: "bmp", prefix: "2001:db8:1::/48", packets: 0 },
            { port: "bmp", prefix: "2001:db8:2::/48", packets: 3 },
        ] as const;
        const status = statusWith({ allowed: [...allowed] });
        expect(status.unused).toEqual([{ port: "bmp", prefix: "2001:db8:1::/48" }]);
        expect(report(status)).toContain("bmp is allowed to 2001:db8:1::/48, and no packet came from it so far");
    });

    test("says what openbmpd.conf has, without a difference where it is as wanted", () => {
        const { collector, differences } = statusWith({});
        expect(collector).toEqual({ listenMode: "v4v6", patEnabled: false, warnings: [] });
        expect(differences).toEqual([]);
    });

    test("names a collector whose routers get no row, but for its first two minutes, and a login that is refused", () => {
        const kafka = { advertised: "ip-10-0-0-1.ec2.internal:9092", consumersAttached: false };
        const container = { ...found.container, startedAt: new Date().toISOString() } as HostStatus["container"];
        expect(statusWith({ kafka, container }).differences).toEqual([]);
        expect(statusWith({ kafka, container: null }).differences).toEqual([]);
        expect(statusWith({ kafka }).differences).toEqual([
            {
                what: "no consumer in the container reads what routers send, so none gets a row; the broker sends its clients to ip-10-0-0-1.ec2.internal:9092",
                cure: "docker restart openbmp_aio",
            },
        ]);
        expect(
            statusWith({
                kafka: { advertised: "", consumersAttached: null },
                login: { accepted: false, publicAccepted: true },
            }).differences.map(({ what }) => what),
        ).toEqual([
            "the REST API does not accept the login of restUser and restPassword",
            "no consumer in the container reads what routers send, so none gets a row; the broker sends its clients to nowhere, it does not answer",
        ]);
    });

    test("names the values of openbmpd.conf that are not as wanted, after what the host found", () => {
        const differences = [{ what: "no container" }];
        const { collector, ...status } = statusWith({ differences, openbmpdConf: file("base:\n  listen_mode: v4\n") });
        expect(collector).toEqual({ listenMode: "v4", patEnabled: null, warnings: [] });
        expect(status.differences).toEqual([
            { what: "no container" },
            { what: 'openbmpd.conf: base.startup.pat_enabled is not there, it must be "false"' },
            { what: 'openbmpd.conf: base.listen_mode is "v4", not "v4v6"' },
        ]);
    });

    test("takes PAT from the one place where the collector reads it, and names the others", () => {
        const text = "base:\n  listen_mode: v4v6\n  startup: {pat_enabled: no}\n  pat_enabled: yes\n";
        const warning =
            "base.pat_enabled has no effect, the collector reads base.startup.pat_enabled: take it out of openbmpd.conf";
        const status = statusWith({ openbmpdConf: file(text) });
        expect(status.collector).toEqual({ listenMode: "v4v6", patEnabled: false, warnings: [warning] });
        expect(status.differences).toEqual([]);
        expect(report(status)).toContain(`collector  listen_mode v4v6, PAT off\n  warning  ${warning}\n`);
    });

    test("names a port that routers are not sent to, which no step changes", () => {
        const text = "base:\n  listen_mode: v4v6\n  listen_port: 1790\n  startup: {pat_enabled: no}\n";
        expect(statusWith({ openbmpdConf: file(text) }).differences).toEqual([
            {
                what: expect.stringMatching(
                    /^openbmpd\.conf: base\.listen_port must be 5000 or left out, got "1790": /,
                ) as string,
                cure: "edit the file by hand",
            },
        ]);
    });

    test("says of an openbmpd.conf that no step can edit what is wrong with it", () => {
        const { collector, differences } = statusWith({ openbmpdConf: file("base: [\n") });
        expect(collector).toEqual({ listenMode: null, patEnabled: null, warnings: [] });
        expect(differences).toEqual([
            {
                what: expect.stringContaining("openbmpd.conf must be valid YAML") as string,
                cure: "edit the file by hand",
            },
        ]);
    });

    test.each([
        ["2001:db8::1", null],
        ["FC00:172:17:0::1", "the gateway on docker0"],
        ["192.0.2.10", "the host's own, on eth0"],
        ["::ffff:192.0.2.10", "the host's own, on eth0"],
        ["not an address", "no IP address"],
        ["1", "no IP address"],
    ])("marks a router from %s with %s", (address, mark) => {
        expect(statusWith({ routers: [{ ...router, address }] }).routers).toEqual([{ ...router, address, mark }]);
    });

    test("a router that is connected under another's address is a difference, unless PAT tells routers apart", () => {
        const wrong = { ...router, connected: true, address: "fc00:172:17::1" };
        expect(statusWith({ routers: [wrong] }).differences).toEqual([
            {
                what: `the router ${router.name} is connected as fc00:172:17::1, which is the gateway on docker0`,
                cure: "it comes under its own address when its session begins anew",
            },
        ]);
        expect(statusWith({ routers: [{ ...wrong, connected: false }] }).differences).toEqual([]);
        const pat = {
            wanted: { ...found.wanted, patEnabled: true },
            openbmpdConf: file("base: {listen_mode: v4v6, startup: {pat_enabled: true}}\n"),
        };
        expect(statusWith({ routers: [wrong], ...pat }).differences).toEqual([]);
    });
});

describe("what the host prints", () => {
    const read = (changes: object) => () => readHostStatus(JSON.stringify({ ...found, ...changes }));

    test("is taken as it is where it fits, without what nobody asked for", () => {
        expect(read({ more: "\x1b[2J" })()).toEqual(found);
    });

    test.each<[string, object]>([
        ["engine.version", { engine: { version: "x".repeat(5000) } }],
        ["container.id", { container: { ...found.container, id: "c1\n" } }],
        ["container.running", { container: { ...found.container, running: "yes" } }],
        ["container.ipv6Address", { container: { ...found.container, ipv6Address: "fc00::2\x1b[2J" } }],
        ["ports.0.name", { ports: [{ ...found.ports[0], name: "\x1b[2J" }] }],
        ["ports.0.port", { ports: [{ ...found.ports[0], port: 65536 }] }],
        ["ports.0.datapath", { ports: [{ ...found.ports[0], datapath: "fine" }] }],
        ["rules.0.command", { rules: [{ ...found.rules[0], command: "rm" }] }],
        ["rules.0.packets", { rules: [{ ...found.rules[0], packets: -1 }] }],
        ["routers.0.name", { routers: [{ ...router, address: "::1", name: { toString: 1 } }] }],
        ["routers.0.name", { routers: [{ ...router, address: "::1", name: "x".repeat(5000) }] }],
        [
            "routers.0.lastTermination.code",
            { routers: [{ ...router, address: "::1", lastTermination: { code: "1" } }] },
        ],
        ["routersNote", { routersNote: 1 }],
        ["wanted.listenMode", { wanted: { listenMode: "v4", patEnabled: false } }],
        ["differences.0.what", { differences: [{ what: null }] }],
    ])("is refused where %s has not its form", (field, changes) => {
        expect(read(changes)).toThrow(
            `the host's answer does not fit: ${field} is not what scripts/host/inspect/status.sh prints there`,
        );
    });

    test.each(["", "Welcome!\n{}", "[]", "null"])("%j is refused as a whole", (text) => {
        expect(() => readHostStatus(text)).toThrow("the host's answer does not fit: ");
    });

    test("an openbmpd.conf that unpacks to more than a file may have is a difference", () => {
        const { differences } = statusWith({ openbmpdConf: gzipSync(Buffer.alloc(17 << 20)).toString("base64") });
        expect(differences).toEqual([
            {
                what: "/var/openbmp/config/openbmpd.conf must be a file of at most 16777216 bytes",
                cure: "edit the file by hand",
            },
        ]);
    });

    test("a value of openbmpd.conf is told in one line of printable text, as long as its author likes it", () => {
        const { collector, differences } = statusWith({
            openbmpdConf: file(
                `base:\n  listen_mode: "v4${"\\e[2J".repeat(1000)}"\n  startup:\n    pat_enabled: false\n`,
            ),
        });
        expect(collector.listenMode?.length).toBeLessThan(100);
        expect(differences).toEqual([
            {
                what: expect.stringMatching(
                    /^openbmpd\.conf: base\.listen_mode is "v4\\u\{1b\}\[2J[ -~]{1,200}…", not "v4v6"$/,
                ) as string,
            },
        ]);
    });
});

describe("the report of hostile values", () => {
    const lines = report(hostileStatusOf(hostileName)).split("\n");

    test("has a line for each thing, whatever is in it", () => {
        expect(lines.map((line) => line.replace(/ .*/, ""))).toEqual([
            ...["stack", "host", "engine", "container", "", "disk", "", "collector", "", "", "unit", "bmp", ""],
            ...["packets", "1", ""],
            ...[
                "router",
                "r1",
                String.raw`r9\u{1b}[2J\u{1b}]0;owned\u{7}\u{a}edge-1`,
                "r3",
                "(!)",
                "(!)",
                "routers:",
                "",
            ],
            ...["not", "-", "-", "to", ""],
        ]);
    });

    test("is printable, in lines that end", () => {
        for (const line of lines) {
            expect(line).toMatch(/^[ -~…]{0,1001}$/);
        }
    });

    test("keeps the columns of the other routers under their headings", () => {
        const [head = "", first = "", hostile = "", third = ""] = lines.slice(16, 20);
        expect(first.indexOf("2001:db8::1")).toBe(head.indexOf("address"));
        expect(third.indexOf("fc00:172:17::1")).toBe(head.indexOf("address"));
        expect(hostile.indexOf("gone")).toBe(first.indexOf("connected"));
        expect(head.indexOf("address")).toBeLessThan(70);
        expect(hostile).toContain("edge-1 2001:db8::99");
        expect(hostile.length).toBeLessThan(300);
    });
});

test("the JSON of hostile values is inert in a terminal, and reads back as the same", () => {
    const status = statusWith({ routers: [{ ...router, name: hostileName, address: "2001:db8::1" }] });
    const text = printableJson(status);
    expect(text).toMatch(/^[ -~\n]*$/);
    expect(JSON.parse(text)).toEqual(status);
});

describe("the report", () => {
    test("puts it all under each other", () => {
        const routers = [
            { ...router, address: "2001:db8::1" },
            {
                ...router,
                name: "edge-2",
                address: "fc00:172:17::1",
                connected: false,
                lastTermination: { code: 1, reason: "closed" },
            },
        ];
        const outside = [{ address: "2001:db8::7", port: 5000, packets: 12 }];
        expect(report(statusWith({ outside, routers, differences: [{ what: "no rule", cure: "by hand" }] }))).toBe(`\
stack      p/s
host       2001:db8::10
engine     Docker 26.1.5
container  runs, from openbmp/aio:1
  address  fc00:172:17::2 on bridge
disk       /var/openbmp/mysql: 40.0 GB free of 53.0 GB
  layer    1.3 GB that the container wrote outside its database, unknown of log
collector  listen_mode v4v6, PAT off
  Kafka    consumers attached
  login    accepted
unit       openbmp.service: enabled, active
bmp 5000   dnat: our rule

packets  bytes  rule
12       960    ip6tables -t nat -A OPENBMP-DNAT

outside the lists  port  packets dropped within a day
2001:db8::7        5000  12

router  address                        since       last termination
r1      2001:db8::1         connected  2024-05-01  none
edge-2  fc00:172:17::1 (!)  gone       2024-05-01  1 closed
(!) fc00:172:17::1 is the gateway on docker0: not the router's own, its session came in by docker-proxy

not as deployed:
- no rule (by hand)
to fix it: scripts/pulumi --stack s config set reapply "$(date +%s)", then scripts/pulumi --stack s up
`);
    });

    test("says what there is nothing of", () => {
        const text = report(statusWith({ container: null, routers: null, openbmpdConf: null }));
        expect(text).toContain(
            "container  none\n  address  none\ndisk       /var/openbmp/mysql: 40.0 GB free of 53.0 GB\n  layer    1.3 GB that the container wrote outside its database, unknown of log\ncollector  listen_mode unknown, PAT unknown\n",
        );
        expect(text).toContain("routers: the REST API does not answer");
        expect(report(statusWith({}))).toContain("no router was ever connected\n\nas deployed\n");
    });
});
