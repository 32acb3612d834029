import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "./machine";
import { applyEdits, type CollectorValues, patEnabledIn, planEdits } from "./openbmpdConf";
import { remoteStep, resultField } from "./remoteStep";

export interface CollectorConfigArgs extends CollectorValues {
    readonly machine: Machine;
    /** Changes when another container may bring another default file. */
    readonly containerId: pulumi.Input<string>;
    readonly reapply: string;
}

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** What the reading step prints: the file's digest, then its text, gzipped, in base64. */
function planWrite(stdout: string, wanted: CollectorValues) {
    const [digest = "", ...lines] = stdout.split("\n");
    const text = gunzipSync(Buffer.from(lines.join(""), "base64"));
    const edits = planEdits(text, wanted);
    return {
        OLD_SHA256: digest,
        NEW_SHA256: sha256(applyEdits(text, edits)),
        PAT_FOUND: String(patEnabledIn(text) ?? ""),
        EDITS: edits.map(
            (edit) => `${edit.offset} ${edit.length} ${Buffer.from(edit.text, "latin1").toString("base64")}`,
        ),
    };
}

/**
 * `openbmpd.conf` in the config volume: the image's own unless one is there
 * already, with the wanted values and every other byte as it was.
 */
export class CollectorConfig extends pulumi.ComponentResource {
    /** Digest of the file that the collector reads when it starts. */
    readonly configSha256: pulumi.Output<string>;

    constructor(name: string, args: CollectorConfigArgs, opts: pulumi.ComponentResourceOptions) {
        super("openbmp-aio-ipv6:collector:CollectorConfig", name, {}, opts);
        const wanted: CollectorValues = {
            listenMode: args.listenMode,
            patEnabled: args.patEnabled,
            ...(args.adminId === undefined ? {} : { adminId: args.adminId }),
        };
        const read = remoteStep(
            `${name}-read`,
            {
                machine: args.machine,
                script: "collector-config-read",
                libraries: ["config-directory", "config-file"],
                // Other values are worked out for the file as it is then.
                variables: { CONTAINER_ID: args.containerId, WANTED: JSON.stringify(wanted), REAPPLY: args.reapply },
                secretOutput: true,
            },
            { parent: this, dependsOn: opts.dependsOn },
        );
        const plan = read.stdout.apply((stdout) => planWrite(stdout, wanted));
        const write = remoteStep(
            `${name}-write`,
            {
                machine: args.machine,
                script: "collector-config-write",
                libraries: ["config-directory", "config-file", "data"],
                variables: {
                    OLD_SHA256: plan.OLD_SHA256,
                    NEW_SHA256: plan.NEW_SHA256,
                    PAT_FOUND: plan.PAT_FOUND,
                    EDITS: plan.EDITS,
                },
            },
            { parent: this },
        );
        this.configSha256 = resultField<string>(write, "configSha256");
        this.registerOutputs({ configSha256: this.configSha256 });
    }
}
