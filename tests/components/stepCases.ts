import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { AioContainer, type aioContainerAnswer } from "../../components/steps/aioContainer";
import { Backup } from "../../components/steps/backup";
import { CollectorConfig, type collectorConfigAnswer } from "../../components/steps/collectorConfig";
import {
    CollectorStart,
    type collectorStartAnswer,
    type openbmpdStartAnswer,
} from "../../components/steps/collectorStart";
import { DockerDaemonConfig } from "../../components/steps/dockerDaemonConfig";
import { DockerRestart } from "../../components/steps/dockerRestart";
import { Ipv6Dnat, type ipv6DnatAnswer } from "../../components/steps/ipv6Dnat";
import { Metrics } from "../../components/steps/metrics";
import type { preflightAnswer } from "../../components/steps/preflight";
import type { StepArgs } from "../../components/steps/stepArgs";
import { prefixOf } from "../../components/values/addresses";

const standInConfig = readFileSync(join(__dirname, "../../scripts/images/stand-in/openbmpd.conf"));

/** What the reading step prints for an openbmpd.conf. */
export const printedFile = (text: Buffer | string) =>
    `${createHash("sha256").update(text).digest("hex")}\n${gzipSync(text).toString("base64").replace(/.{76}/g, "$&\n")}\n`;

/** A digest, or a container's id. */
export const digest = (digit: string) => digit.repeat(64);

/** What each command prints on a host where all goes well. */
export const printed: Readonly<Record<string, string>> = {
    "host-preflight": JSON.stringify({
        ipv6Address: "2001:db8::77",
        ipv4Address: "192.0.2.10",
    } satisfies z.input<typeof preflightAnswer>),
    "host-cloud-init": "",
    "docker-daemon-config-write": "",
    "docker-restart-restart": "",
    "aio-container-create": JSON.stringify({ containerId: digest("c") } satisfies z.input<typeof aioContainerAnswer>),
    "collector-config-read": printedFile(standInConfig),
    "collector-config-write": JSON.stringify({ configSha256: digest("f") } satisfies z.input<
        typeof collectorConfigAnswer
    >),
    "ipv6-dnat-arm": JSON.stringify({ rulesSha256: digest("a") } satisfies z.input<typeof ipv6DnatAnswer>),
    "collector-start": JSON.stringify({
        containerIpv6: "fc00:172:17::2",
        datapath: "dnat",
        verification: {
            sentTo: "2001:db8::77",
            sentFrom: "fd6f::2",
            bmpSeenFrom: "fd6f::2",
            restSeenFrom: "fd6f::2",
            restStatus: "HTTP/1.1 200",
            consumers: "attached",
        },
    } satisfies z.input<typeof collectorStartAnswer>),
    "metrics-install": "",
    "backup-install": "",
};

/** What the start prints of an image that has openbmpd alone. */
export const openbmpdStart: z.input<typeof openbmpdStartAnswer> = {
    containerIpv6: "fc00::2",
    datapath: "dnat",
    verification: {
        sentTo: "2001:db8::20",
        sentFrom: "fd6f::2",
        bmpSeenFrom: "fd6f::2",
        broker: "[2001:db8::9]:9092",
    },
};

/** The commands of steps that not every deployment has. */
export const optionalCommands = ["metrics-install", "backup-install"];

/** The commands on every machine, in the order of the chain; a VM has one more before them. */
export const hostCommands = Object.keys(printed).filter(
    (name) => name !== "host-cloud-init" && !optionalCommands.includes(name),
);

/** A step with arguments. */
export interface StepCase {
    readonly component: string;
    readonly build: (common: StepArgs, opts: pulumi.ComponentResourceOptions) => pulumi.ComponentResource;
    /** The names of its commands. */
    readonly commands: readonly string[];
    /** What every command prints. */
    readonly printed: Readonly<Record<string, string>>;
}

const noneOutside = { kafkaAllowedCidrs: [], mysqlAllowedCidrs: [] };
const bothOutside = {
    kafkaAllowedCidrs: ["2001:db8:9::/48"].map(prefixOf),
    mysqlAllowedCidrs: ["10.9.0.0/16"].map(prefixOf),
};
const ports = { bmpPort: 5001, restPort: 8002 };
const docker = { mode: "proxy", dockerNetwork: "dedicated", fixedCidrV6: "fc00::/64" } as const;
const container = {
    ...ports,
    image: "openbmp/aio:1",
    fixedCidrV6: "fc00:172:17::/64",
    environment: pulumi.secret({ A: "1", B: "two words" }),
    replaceContainer: true,
};
const rules = {
    ...docker,
    ...ports,
    bmpAllowedCidrs: ["2001:db8::/32", "10.0.0.0/8"].map(prefixOf),
    restAllowedCidrs: [],
};
const start = {
    ...ports,
    dockerNetwork: "bridge",
    purgeStaleData: true,
    environment: pulumi.secret({ OPENBMP_DB_PASSWORD: "d", MYSQL_ROOT_PASSWORD: "r" }),
    routerFacingAddress: "2001:db8::20",
    verify: true,
    restUser: "reader",
    restPassword: "password",
    kafkaBrokers: undefined,
    runsOn: { containerId: "c1", configSha256: "f1", rulesSha256: "r1" },
} as const;

/** Each step, with both branches of its options; what is sent and given out is in steps.test.ts's snapshots. */
export const stepCases: readonly (readonly [string, StepCase])[] = [
    stepCase("the daemon's configuration", DockerDaemonConfig, "docker-daemon-config", {
        mode: "dnat",
        dockerNetwork: "bridge",
        fixedCidrV6: "fc00::/64",
    }),
    stepCase("the restart of Docker", DockerRestart, "docker-restart", { ...docker, restartDocker: true }),
    stepCase("the restart of Docker, not allowed", DockerRestart, "docker-restart", {
        ...docker,
        restartDocker: false,
    }),
    stepCase("the container, with all options", AioContainer, "aio-container", {
        ...container,
        ...bothOutside,
        kafkaFqdn: "k.example",
        adminId: "lab",
        memoryGb: 4,
        dockerNetwork: "bridge",
        registryUser: "u",
        registryPassword: "p",
    }),
    stepCase("the container, with no option", AioContainer, "aio-container", {
        ...container,
        ...noneOutside,
        kafkaFqdn: "localhost",
        adminId: undefined,
        memoryGb: 0,
        dockerNetwork: "dedicated",
        replaceContainer: false,
        registryUser: undefined,
        registryPassword: undefined,
    }),
    stepCase("the collector's configuration", CollectorConfig, "collector-config", {
        listenMode: "v6",
        patEnabled: true,
        adminId: undefined,
        containerId: "c1",
    }),
    stepCase("the collector's configuration, with brokers", CollectorConfig, "collector-config", {
        listenMode: "v4v6",
        patEnabled: false,
        adminId: "lab",
        kafkaBrokers: ["[2001:db8::9]:9092"],
        kafkaSettings: { "compression.codec": "gzip" },
        containerId: "c1",
    }),
    stepCase("the rules, on the default bridge", Ipv6Dnat, "ipv6-dnat", {
        ...rules,
        ...noneOutside,
        dockerNetwork: "bridge",
        ownRestLogin: true,
    }),
    stepCase("the rules, on a network of its own", Ipv6Dnat, "ipv6-dnat", {
        ...rules,
        ...bothOutside,
        ownRestLogin: false,
    }),
    stepCase("the start", CollectorStart, "collector", { ...start, mode: "dnat" }),
    stepCase(
        "the start, through docker-proxy",
        CollectorStart,
        "collector",
        { ...start, mode: "proxy" },
        {
            containerIpv6: "fc00::2",
            datapath: "proxy",
            verification: {
                sentTo: "2001:db8::20",
                sentFrom: "fd6f::2",
                restSeenFrom: "172.17.0.1",
                restStatus: "HTTP/1.1 200",
                consumers: "attached",
                patEnabled: true,
            },
        },
    ),
    stepCase(
        "the start, not verified",
        CollectorStart,
        "collector",
        { ...start, mode: "dnat", purgeStaleData: false, environment: {}, verify: false, restPassword: undefined },
        { containerIpv6: "fc00::2", datapath: "native", verification: null },
    ),
    stepCase(
        "the start of openbmpd alone",
        CollectorStart,
        "collector",
        {
            ...start,
            mode: "dnat",
            restPort: undefined,
            restPassword: undefined,
            kafkaBrokers: ["[2001:db8::9]:9092", "k:1"],
        },
        openbmpdStart,
    ),
    stepCase("the metrics", Metrics, "metrics", {
        metricsDirectory: "/srv/metrics",
        routerFacingAddress: "2001:db8::20",
    }),
    stepCase("the metrics, their directory to be found", Metrics, "metrics", { routerFacingAddress: "2001:db8::20" }),
    stepCase("the backup", Backup, "backup", { backupKeep: 7, backupHour: 4 }),
];

function stepCase<Args extends StepArgs>(
    title: string,
    Component: new (name: string, args: Args, opts: pulumi.ComponentResourceOptions) => pulumi.ComponentResource,
    name: string,
    args: Omit<Args, keyof StepArgs>,
    started?: z.input<typeof collectorStartAnswer> | z.input<typeof openbmpdStartAnswer>,
): readonly [string, StepCase] {
    return [
        title,
        {
            component: Component.name,
            commands: Object.keys(printed).filter((command) => command.replace(/-[a-z]+$/, "") === name),
            build: (common, opts) => new Component(name, { ...common, ...args } as Args, opts),
            printed: started ? { ...printed, "collector-start": JSON.stringify(started) } : printed,
        },
    ];
}
