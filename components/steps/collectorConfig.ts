import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import {
    applyEdits,
    type CollectorValues,
    listenProblemsIn,
    patEnabledIn,
    planEdits,
    unpackFile,
    warningsOf,
} from "../openbmpd/openbmpdConf";
import { remoteStep } from "../remote/remoteStep";
import { answerOf, answerRefusal, sha256, stepResult } from "./stepResult";
import { checkedInputs, type StepArgs } from "./stepArgs";
import { withoutFrames } from "../values/refusal";

export interface CollectorConfigArgs extends StepArgs, CollectorValues {
    readonly adminId: string | undefined;
    /** Changes when another container may bring another default file. */
    readonly containerId: pulumi.Input<string>;
}

/** The largest file, where gzip makes it no smaller, in the four thirds that base64 takes, with its line ends. */
const MAXIMUM_CHARACTERS = 24 * 1024 * 1024;

const digestOf = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/**
 * The file that the reading step printed: its digest, then its text, gzipped,
 * in base64. What does not fit is not shown: the text may hold secrets.
 */
function printedFile(stdout: string): Buffer | undefined {
    const [digest, ...lines] = stdout.split("\n");
    try {
        return stdout.length <= MAXIMUM_CHARACTERS && sha256.safeParse(digest).success
            ? unpackFile(lines.join(""))
            : undefined;
    } catch {
        return undefined;
    }
}

/** @throws Error naming what in the file is in the way. */
function planWrite(text: Buffer, wanted: CollectorValues) {
    const problems = listenProblemsIn(text);
    if (problems.length > 0) {
        throw new Error(problems.join("; "));
    }
    const edits = planEdits(text, wanted);
    return {
        OLD_SHA256: digestOf(text),
        NEW_SHA256: digestOf(applyEdits(text, edits)),
        CURRENT_PAT: String(patEnabledIn(text) ?? ""),
        EDITS: edits.map(
            (edit) => `${edit.offset} ${edit.length} ${Buffer.from(edit.text, "latin1").toString("base64")}`,
        ),
    };
}

/** What the writing step prints. */
export const collectorConfigAnswer = answerOf({ configSha256: sha256 });

/**
 * `openbmpd.conf` in the config volume: the image's own unless one is there
 * already, with the wanted values and every other byte as it was.
 */
export class CollectorConfig extends pulumi.ComponentResource {
    /** Digest of the file that the collector reads when it starts. */
    readonly configSha256: pulumi.Output<string>;

    constructor(name: string, args: CollectorConfigArgs, opts: pulumi.ComponentResourceOptions) {
        super(
            "openbmp-aio-ipv6:collector:CollectorConfig",
            name,
            checkedInputs(name, args, ["listenMode", "adminId", "kafkaBrokers"]),
            opts,
        );
        const wanted: CollectorValues = {
            listenMode: args.listenMode,
            patEnabled: args.patEnabled,
            adminId: args.adminId,
            kafkaBrokers: args.kafkaBrokers,
            kafkaSettings: args.kafkaSettings,
        };
        const read = remoteStep(
            `${name}-read`,
            {
                machine: args.machine,
                script: "collector-config",
                verb: "read",
                // Other values are worked out for the file as it is then.
                variables: { CONTAINER_ID: args.containerId, WANTED: JSON.stringify(wanted), REAPPLY: args.reapply },
                secretOutput: true,
            },
            { parent: this, dependsOn: opts.dependsOn },
        );
        const plan = read.stdout.apply((stdout) => {
            const text = printedFile(stdout);
            if (!text) {
                throw answerRefusal(read, "it must be openbmpd.conf, of at most 16 MiB, after its digest");
            }
            try {
                for (const warning of warningsOf(text, wanted)) {
                    void pulumi.log.warn(warning, this);
                }
                return planWrite(text, wanted);
            } catch (error) {
                // What was read stays in the state, also when the file is another one by now.
                throw withoutFrames(
                    new pulumi.ResourceError(
                        `${(error as Error).message}: edit the file on the host, give "reapply" a new value and run again`,
                        read,
                        true,
                    ),
                );
            }
        });
        const write = remoteStep(
            `${name}-write`,
            {
                machine: args.machine,
                script: "collector-config",
                variables: {
                    OLD_SHA256: plan.OLD_SHA256,
                    NEW_SHA256: plan.NEW_SHA256,
                    CURRENT_PAT: plan.CURRENT_PAT,
                    EDITS: plan.EDITS,
                    // Whenever the file is read it may be the image's again, with the same edits to come.
                    CONTAINER_ID: args.containerId,
                    REAPPLY: args.reapply,
                },
            },
            { parent: this },
        );
        this.configSha256 = stepResult(write, collectorConfigAnswer).configSha256;
        this.registerOutputs({ configSha256: this.configSha256 });
    }
}
