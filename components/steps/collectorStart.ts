import { STATUS_CODES } from "node:http";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { installedProgram, readHostFile } from "../remote/hostScript";
import type { RestLogin } from "../values/ports";
import { remoteStep } from "../remote/remoteStep";
import { type DockerNetwork, type Mode, needsPat } from "../values/modes";
import { readHostPort } from "../values/addresses";
import { text } from "../values/forms";
import { address, answerOf, ipv6Address, stepResult } from "./stepResult";
import { checkedInputs, type StepArgs } from "./stepArgs";

/** A first start of AIO fills its database for minutes. */
const START_TIMEOUT_SECONDS = 1200;

export interface CollectorStartArgs extends StepArgs, RestLogin {
    /** The datapath that is to be verified. */
    readonly mode: Mode;
    /** The Docker network that the container is on. */
    readonly dockerNetwork: DockerNetwork;
    /** Whether data of the other PAT value is backed up, and the collector starts without it. */
    readonly purgeStaleData: boolean;
    /** Port on the host for BMP. */
    readonly bmpPort: number;
    /** Port on the host for the REST API; none for an image that has openbmpd alone. */
    readonly restPort: number | undefined;
    /** Brokers that an image with openbmpd alone writes to, each `HOST:PORT`; none where it has a broker of its own. */
    readonly kafkaBrokers: readonly string[] | undefined;
    /** The image's variables: the database's passwords are among them. */
    readonly environment: pulumi.Input<Readonly<Record<string, string>>>;
    /** Whether the datapath is verified. */
    readonly verify: boolean;
    /** The machine's IPv6 address that routers are given: the verification goes there. */
    readonly routerFacingAddress: pulumi.Input<string>;
    /** What the collector runs on and behind: with another value the step runs again. */
    readonly runsOn: {
        /** The output of AioContainer. */
        readonly containerId: pulumi.Input<string>;
        /** The output of CollectorConfig. */
        readonly configSha256: pulumi.Input<string>;
        /** The output of Ipv6Dnat. */
        readonly rulesSha256: pulumi.Input<string>;
    };
}

/** What carries IPv6 to the container, by the word that the host has for it. */
const DATAPATHS = {
    dnat: "dnat: the engine does no IPv6 NAT, our rules carry IPv6 to the container",
    native: "native: a rule in Docker's chain carries IPv6 to the container",
    proxy: "proxy: docker-proxy carries IPv6 to the container, and PAT in the collector tells the routers apart",
};

/** HTTP version and status code; the reason beside them would be the container's own words. */
const restStatus = text("HTTP/1.0 or HTTP/1.1 and a status code", (value) =>
    /^HTTP\/1\.[01] [1-5][0-9]{2}$/.test(value),
).transform((value) => `${value} ${STATUS_CODES[value.slice(-3)] ?? ""}`.trimEnd());

const packet = {
    /** The host's address that the packets went to. */
    sentTo: ipv6Address,
    /** The address that they came from, outside the host's own stack. */
    sentFrom: ipv6Address,
};

const verification = z.object(
    {
        ...packet,
        /** The source address that the container saw at the BMP port; not asked for through docker-proxy. */
        bmpSeenFrom: z.optional(ipv6Address),
        /** The source address that the container saw at the REST port. */
        restSeenFrom: address,
        /** What the REST API answered to the login there. */
        restStatus,
        /** Consumers inside the container read what openbmpd writes of routers (Kafka, DescribeGroups). */
        consumers: z.literal("attached", '"attached"'),
        /** In the mode `proxy`: PAT in the collector. */
        patEnabled: z.optional(z.boolean("true or false")),
    },
    "an object, or null",
);

/** Of an image that has openbmpd alone. */
const verificationAlone = z.object(
    {
        ...packet,
        bmpSeenFrom: ipv6Address,
        /** The broker of `kafkaBrokers` that answered to the container, `HOST:PORT`. */
        broker: text("a broker, HOST:PORT", (value) => readHostPort(value) !== undefined),
    },
    "an object, or null",
);

/**
 * What the verification saw. In the role `collector` there is `broker` in place of `restSeenFrom`, `restStatus` and
 * `consumers`.
 *
 * @interface
 */
export type Verification = Pick<z.output<typeof verification>, "sentTo" | "sentFrom"> &
    Partial<Omit<z.output<typeof verification> & z.output<typeof verificationAlone>, keyof typeof packet>>;

const answerWith = <Seen extends z.ZodType>(seen: Seen) =>
    answerOf({
        containerIpv6: ipv6Address,
        datapath: z.enum(["dnat", "native", "proxy"], { error: "dnat, native or proxy" }),
        verification: z.nullable(seen),
    });

/** What the step prints. */
export const collectorStartAnswer = answerWith(verification);
/** What it prints of an image that has openbmpd alone. */
export const openbmpdStartAnswer = answerWith(verificationAlone);

type Answer = Omit<z.output<typeof collectorStartAnswer>, "verification"> & {
    readonly verification: Verification | null;
};

/** The collector runs on its present configuration, and is verified to see real IPv6 sources. */
export class CollectorStart extends pulumi.ComponentResource {
    /** The container's global IPv6 address at the end of the step. */
    readonly containerIpv6: pulumi.Output<string>;
    /** What carries IPv6 to the container, and why. */
    readonly datapath: pulumi.Output<string>;
    /** What the verification saw, where it was asked for. */
    readonly verification: pulumi.Output<Verification | "not verified: verify is false">;

    constructor(name: string, args: CollectorStartArgs, opts: pulumi.ComponentResourceOptions) {
        super(
            "openbmp-aio-ipv6:collector:CollectorStart",
            name,
            checkedInputs(name, args, ["mode", "bmpPort", "restPort", "restUser", "purgeStaleData", "verify"]),
            opts,
        );
        const variable = (key: string) => pulumi.output(args.environment).apply((variables) => variables[key] ?? "");
        const step = remoteStep(
            `${name}-start`,
            {
                machine: args.machine,
                script: "collector-start",
                variables: {
                    MODE: args.mode,
                    DOCKER_NETWORK: args.dockerNetwork,
                    PAT_ENABLED: String(needsPat(args.mode)),
                    PURGE_STALE_DATA: String(args.purgeStaleData),
                    BMP_PORT: String(args.bmpPort),
                    REST_PORT: String(args.restPort ?? ""),
                    REST_USER: args.restUser,
                    KAFKA_BROKERS: args.kafkaBrokers ?? [],
                    VERIFY: String(args.verify),
                    ROUTER_FACING_ADDRESS: args.routerFacingAddress,
                    START_TIMEOUT_SECONDS: String(START_TIMEOUT_SECONDS),
                    TOPICS_PROGRAM_TEXT: installedProgram("openbmp-topics"),
                    TOPICS_UNIT_TEXT: readHostFile("installed/openbmp-aio-ipv6-topics.service"),
                    CONTAINER_ID: args.runsOn.containerId,
                    CONFIG_SHA256: args.runsOn.configSha256,
                    RULES_SHA256: args.runsOn.rulesSha256,
                    REAPPLY: args.reapply,
                },
                secrets: {
                    REST_PASSWORD: args.restPassword ?? "",
                    OPENBMP_DB_PASSWORD: variable("OPENBMP_DB_PASSWORD"),
                    MYSQL_ROOT_PASSWORD: variable("MYSQL_ROOT_PASSWORD"),
                },
            },
            { parent: this, dependsOn: opts.dependsOn },
        );
        const result: pulumi.Output<Answer> =
            args.restPort === undefined
                ? stepResult(step, openbmpdStartAnswer)
                : stepResult(step, collectorStartAnswer);
        this.containerIpv6 = result.containerIpv6;
        this.datapath = result.datapath.apply((word) => DATAPATHS[word]);
        this.verification = result.apply(({ verification }) => verification ?? "not verified: verify is false");
        this.registerOutputs({
            containerIpv6: this.containerIpv6,
            datapath: this.datapath,
            verification: this.verification,
        });
    }
}
