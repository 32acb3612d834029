import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as pulumi from "@pulumi/pulumi";
import { AioContainer } from "../../components/steps/aioContainer";
import { CollectorConfig } from "../../components/steps/collectorConfig";
import { CollectorStart } from "../../components/steps/collectorStart";
import { DockerDaemonConfig } from "../../components/steps/dockerDaemonConfig";
import { DockerRestart } from "../../components/steps/dockerRestart";
import { installedProgram, readHostFile } from "../../components/remote/hostScript";
import { Ipv6Dnat } from "../../components/steps/ipv6Dnat";
import { prefixOf, textsOf } from "../../components/values/addresses";
import { digest } from "./mocks";
import type { CreatedMachine, Script } from "./registrations";

/** A component with one or more commands, called `step`. */
export interface StepCase {
    readonly type: string;
    /** Builds the component `step`, and gives its outputs. */
    readonly build: (
        common: { machine: CreatedMachine; reapply: string; secretKeys: ReadonlySet<string> },
        opts: pulumi.ComponentResourceOptions,
    ) => Readonly<Record<string, pulumi.Output<unknown>>>;
    /** What each command, by role, sends: in the order of the commands. */
    readonly scripts: Readonly<Record<string, Script>>;
    /** What each command prints. */
    readonly stdout: Readonly<Record<string, string>>;
    readonly outputs: Readonly<Record<string, unknown>>;
}

/** What every step gets of its machine. */
const machineInput = { MACHINE: "a created machine", OWNER: "p/s" };
const text = readFileSync(join(__dirname, "../../scripts/images/stand-in/openbmpd.conf"));
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
/** As `base64` prints it. */
const lines = (bytes: Buffer) => bytes.toString("base64").replace(/.{76}/g, "$&\n");
/** What the reading step prints for the stand-in's file. */
export const readOutput = `${sha256(text)}\n${lines(gzipSync(text))}\n`;
const edited = Buffer.from(
    text
        .toString()
        .replace("  listen_mode: v4\n", "  listen_mode: v6\n")
        .replace("pat_enabled: false", "pat_enabled: true"),
);
const edit = (from: string, skip: number, length: number, value: string) =>
    `${text.indexOf(from) + skip} ${length} ${Buffer.from(value).toString("base64")}`;

const container = {
    image: "openbmp/aio:1",
    fixedCidrV6: "fc00:172:17::/64",
    bmpPort: 5001,
    restPort: 8002,
    environment: pulumi.secret({ A: "1", B: "two words" }),
    replaceContainer: true,
    adminId: undefined,
    registryUser: undefined,
    registryPassword: undefined,
};
const noneOutside = { kafkaAllowedCidrs: [], mysqlAllowedCidrs: [] };
const bothOutside = {
    kafkaAllowedCidrs: ["2001:db8:9::/48"].map(prefixOf),
    mysqlAllowedCidrs: ["10.9.0.0/16"].map(prefixOf),
};
const dnatFiles = {
    DNAT_PROGRAM_TEXT: installedProgram("openbmp-dnat"),
    GUARD_UNIT_TEXT: readHostFile("installed/openbmp-aio-ipv6-guard.service"),
    FOLLOW_UNIT_TEXT: readHostFile("installed/openbmp-aio-ipv6-dnat.service"),
};
const topicsFiles = {
    TOPICS_PROGRAM_TEXT: installedProgram("openbmp-topics"),
    TOPICS_UNIT_TEXT: readHostFile("installed/openbmp-aio-ipv6-topics.service"),
};
const closingFiles = {
    CLOSING_PROGRAM_TEXT: installedProgram("openbmp-close-database"),
    CLOSING_DROP_IN_TEXT: readHostFile("installed/docker-closes-database.conf"),
};
const runsOn = { containerId: "c1", configSha256: "f1", rulesSha256: "r1" };
const seen = {
    sentTo: "2001:db8::20",
    sentFrom: "fd6f::2",
    bmpSeenFrom: "fd6f::2",
    restSeenFrom: "172.17.0.1",
    restStatus: "HTTP/1.1 200",
    consumers: "attached",
};

/** Each step, with what it must send and give back; both branches of its options. */
export const stepCases: readonly (readonly [string, StepCase])[] = [
    [
        "the daemon's configuration",
        {
            type: "openbmp-aio-ipv6:docker:DockerDaemonConfig",
            build: (common, opts) => {
                new DockerDaemonConfig(
                    "step",
                    { ...common, mode: "dnat", dockerNetwork: "bridge", fixedCidrV6: "fc00::/64" },
                    opts,
                );
                return {};
            },
            scripts: {
                write: [
                    "docker-daemon-config",
                    "apply",
                    {
                        ...machineInput,
                        MODE: "dnat",
                        DOCKER_NETWORK: "bridge",
                        FIXED_CIDR_V6: "fc00::/64",
                        REAPPLY: "again",
                    },
                ],
            },
            stdout: { "step-write": "" },
            outputs: {},
        },
    ],
    ...([true, false] as const).map((restartDocker): readonly [string, StepCase] => [
        `the restart of Docker, restartDocker ${String(restartDocker)}`,
        {
            type: "openbmp-aio-ipv6:docker:DockerRestart",
            build: (common, opts) => {
                const args = {
                    ...common,
                    mode: "proxy" as const,
                    dockerNetwork: "dedicated" as const,
                    fixedCidrV6: "fc00::/64",
                    restartDocker,
                };
                new DockerRestart("step", args, opts);
                return {};
            },
            scripts: {
                restart: [
                    "docker-restart",
                    "apply",
                    {
                        ...machineInput,
                        MODE: "proxy",
                        DOCKER_NETWORK: "dedicated",
                        FIXED_CIDR_V6: "fc00::/64",
                        RESTART_DOCKER: String(restartDocker),
                        REAPPLY: "again",
                    },
                ],
            },
            stdout: { "step-restart": "" },
            outputs: {},
        },
    ]),
    ...(
        [
            [
                {
                    ...bothOutside,
                    kafkaFqdn: "k.example",
                    adminId: "lab",
                    memoryGb: 4,
                    dockerNetwork: "bridge",
                    registryUser: "u",
                    registryPassword: "p",
                },
                ["k.example", "lab", "4", "", "", "u", "p"],
            ],
            [
                { ...noneOutside, kafkaFqdn: "localhost", memoryGb: 0, dockerNetwork: "dedicated" },
                ["localhost", "", "", "fc00:172:17::5000", "fc00:172:17::/64", "", ""],
            ],
        ] as const
    ).map(
        ([given, [kafkaFqdn, adminId, memory, address, prefix, registryUser, registryPassword]]): readonly [
            string,
            StepCase,
        ] => [
            `the container, with ${JSON.stringify(given)}`,
            {
                type: "openbmp-aio-ipv6:collector:AioContainer",
                build: (common, opts) => {
                    const step = new AioContainer("step", { ...common, ...container, ...given }, opts);
                    return { containerId: step.containerId, imageRef: step.imageRef };
                },
                scripts: {
                    create: [
                        "aio-container",
                        "apply",
                        {
                            ...machineInput,
                            IMAGE: "openbmp/aio:1",
                            DOCKER_NETWORK: given.dockerNetwork,
                            CONTAINER_IPV6: address,
                            NETWORK_PREFIX: prefix,
                            BMP_PORT: "5001",
                            REST_PORT: "8002",
                            OUTSIDE_PORTS: given.kafkaAllowedCidrs.length > 0 ? ["kafka", "mysql"] : [],
                            KAFKA_FQDN: kafkaFqdn,
                            ADMIN_ID: adminId,
                            MEMORY_GB: memory,
                            REPLACE_CONTAINER: "true",
                            REAPPLY: "again",
                            ...closingFiles,
                            REGISTRY_USER: registryUser,
                        },
                        { ENVIRONMENT: ["A=1", "B=two words"], REGISTRY_PASSWORD: registryPassword },
                    ],
                },
                stdout: { "step-create": `{"containerId":"${digest("c")}"}\n` },
                outputs: { containerId: digest("c"), imageRef: "openbmp/aio:1" },
            },
        ],
    ),
    [
        "the collector's configuration",
        {
            type: "openbmp-aio-ipv6:collector:CollectorConfig",
            build: (common, opts) => {
                const values = { listenMode: "v6" as const, patEnabled: true, adminId: undefined };
                const args = { ...common, ...values, containerId: "c1" };
                return { configSha256: new CollectorConfig("step", args, opts).configSha256 };
            },
            scripts: {
                read: [
                    "collector-config",
                    "read",
                    {
                        ...machineInput,
                        CONTAINER_ID: "c1",
                        WANTED: '{"listenMode":"v6","patEnabled":true}',
                        REAPPLY: "again",
                    },
                ],
                write: [
                    "collector-config",
                    "apply",
                    {
                        ...machineInput,
                        OLD_SHA256: sha256(text),
                        NEW_SHA256: sha256(edited),
                        CURRENT_PAT: "false",
                        EDITS: [
                            edit("  listen_mode: v4\n", "  listen_mode: ".length, 2, "v6"),
                            edit("    pat_enabled: false", "    pat_enabled: ".length, 5, "true"),
                        ],
                        CONTAINER_ID: "c1",
                        REAPPLY: "again",
                    },
                ],
            },
            stdout: {
                "step-read": readOutput,
                "step-write": `{"configSha256":"${digest("f")}"}\n`,
            },
            outputs: { configSha256: digest("f") },
        },
    ],
    ...(
        [
            ["bridge", "", noneOutside, [], []],
            ["dedicated", "fc00::5000", bothOutside, ["kafka", "mysql"], ["mysql"]],
        ] as const
    ).map(([dockerNetwork, address, outside, outsidePorts, heldPorts]): readonly [string, StepCase] => [
        `the rules, for the network ${dockerNetwork}`,
        {
            type: "openbmp-aio-ipv6:network:Ipv6Dnat",
            build: (common, opts) => {
                const lists = { bmpAllowedCidrs: ["2001:db8::/32", "10.0.0.0/8"].map(prefixOf), restAllowedCidrs: [] };
                const args = {
                    ...common,
                    ...lists,
                    ...outside,
                    mode: "proxy" as const,
                    dockerNetwork,
                    fixedCidrV6: "fc00::/64",
                    bmpPort: 5001,
                    restPort: 8002,
                    ownRestLogin: false,
                };
                return { rulesSha256: new Ipv6Dnat("step", args, opts).rulesSha256 };
            },
            scripts: {
                arm: [
                    "ipv6-dnat",
                    "apply",
                    {
                        ...machineInput,
                        MODE: "proxy",
                        DOCKER_NETWORK: dockerNetwork,
                        FIXED_CIDR_V6: "fc00::/64",
                        CONTAINER_IPV6: address,
                        BMP_PORT: "5001",
                        REST_PORT: "8002",
                        BMP_ALLOWED: ["2001:db8::/32", "10.0.0.0/8"],
                        REST_ALLOWED: [],
                        OUTSIDE_PORTS: outsidePorts,
                        KAFKA_ALLOWED: textsOf(outside.kafkaAllowedCidrs),
                        MYSQL_ALLOWED: textsOf(outside.mysqlAllowedCidrs),
                        HELD_PORTS: heldPorts,
                        ...dnatFiles,
                        REAPPLY: "again",
                    },
                ],
            },
            stdout: { "step-arm": `{"rulesSha256":"${digest("a")}"}\n` },
            outputs: { rulesSha256: digest("a") },
        },
    ]),
    ...(
        [
            [true, seen, { ...seen, restStatus: "HTTP/1.1 200 OK" }],
            [false, null, "not verified: verify is false"],
        ] as const
    ).map(([verify, printed, verification]): readonly [string, StepCase] => [
        `the start, verify ${String(verify)}`,
        {
            type: "openbmp-aio-ipv6:collector:CollectorStart",
            build: (common, opts) => {
                const step = new CollectorStart(
                    "step",
                    {
                        ...common,
                        mode: "proxy",
                        dockerNetwork: "bridge",
                        purgeStaleData: verify,
                        bmpPort: 5001,
                        restPort: 8002,
                        environment: pulumi.secret<Record<string, string>>(
                            verify ? { OPENBMP_DB_PASSWORD: "d", MYSQL_ROOT_PASSWORD: "r" } : {},
                        ),
                        verify,
                        restUser: "reader",
                        restPassword: verify ? "p" : undefined,
                        runsOn,
                    },
                    opts,
                );
                return { containerIpv6: step.containerIpv6, datapath: step.datapath, verification: step.verification };
            },
            scripts: {
                start: [
                    "collector-start",
                    "apply",
                    {
                        ...machineInput,
                        MODE: "proxy",
                        DOCKER_NETWORK: "bridge",
                        PAT_ENABLED: "true",
                        PURGE_STALE_DATA: String(verify),
                        BMP_PORT: "5001",
                        REST_PORT: "8002",
                        REST_USER: "reader",
                        VERIFY: String(verify),
                        START_TIMEOUT_SECONDS: "1200",
                        ...topicsFiles,
                        CONTAINER_ID: "c1",
                        CONFIG_SHA256: "f1",
                        RULES_SHA256: "r1",
                        REAPPLY: "again",
                    },
                    {
                        REST_PASSWORD: verify ? "p" : "",
                        OPENBMP_DB_PASSWORD: verify ? "d" : "",
                        MYSQL_ROOT_PASSWORD: verify ? "r" : "",
                    },
                ],
            },
            stdout: {
                "step-start": JSON.stringify({ containerIpv6: "fc00::2", datapath: "proxy", verification: printed }),
            },
            outputs: {
                containerIpv6: "fc00::2",
                datapath:
                    "proxy: docker-proxy carries IPv6 to the container, and PAT in the collector tells the routers apart",
                verification,
            },
        },
    ]),
];
