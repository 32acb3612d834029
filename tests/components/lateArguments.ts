import { writeSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import { OpenBmpCollector } from "../../components/collector/openBmpCollector";
import type { OpenBmpCollectorArgs } from "../../components/collector/openBmpCollectorArgs";
import { loginKey, vmKey } from "../awsConfig";
import { recordAws } from "./awsMocks";
import { printedFor, runInStack } from "./mocks";
import { hostKey } from "./registrations";

/** What became of a program. */
export interface Outcome {
    /** What Pulumi would report, each once. */
    readonly errors: string[];
    /** Names of the resources that the engine was told of. */
    readonly registered: string[];
}

const host: OpenBmpCollectorArgs = {
    target: "host",
    hostAddress: "2001:db8::10",
    hostUser: "root",
    hostKey,
    sshPrivateKey: loginKey.private,
};
const aws: OpenBmpCollectorArgs = {
    hostPrivateKey: vmKey.private,
    sshPrivateKey: loginKey.private,
    sshAllowedCidrs: ["2001:db8:5::/48"],
};
const later = (value: string) => pulumi.output(new Promise<string>((resolve) => setTimeout(resolve, 20, value)));

interface Program {
    readonly args: OpenBmpCollectorArgs;
    readonly preview?: boolean;
}
const noKey = "-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----";

const programs: Readonly<Record<string, Program>> = {
    "a wrong address": { args: { ...host, hostAddress: later("[2001:db8::10]") } },
    "a wrong secret": { args: { ...host, restPassword: pulumi.secret("SECRET") } },
    "what does not go together": { args: { ...host, restPort: 5000, restPassword: pulumi.secret("SECRETPASSWORD") } },
    "a wrong key in AWS": { args: { ...aws, hostPrivateKey: pulumi.secret(noKey) } },
    // What an output of another resource is in a preview.
    "an address that is not known yet": {
        args: { ...host, hostAddress: pulumi.output(unknown as unknown as string) },
        preview: true,
    },
};

/** Tells of the program that it is called with. */
async function main([what = ""]: readonly string[]): Promise<void> {
    const errors = new Set<string>();
    // As Pulumi's own runner of programs does it.
    process.on("unhandledRejection", ({ message }: Error) => errors.add(message));
    const { args, preview = false } = programs[what] ?? { args: host };
    const { registrations } = await recordAws({}, printedFor("edge-"), preview);
    // What waits for a registration that failed has no end: the process has one when nothing else is to be done.
    process.once("exit", () => {
        const outcome: Outcome = { errors: [...errors], registered: registrations.map(({ name }) => name) };
        writeSync(process.stdout.fd, JSON.stringify(outcome));
    });
    await runInStack(() => new OpenBmpCollector("edge", args));
}

void main(process.argv.slice(2));
