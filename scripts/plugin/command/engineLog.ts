import { StringDecoder } from "node:string_decoder";
import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { StreamName } from "../../programs/ssh/ssh";

/** Shows the lines of a command's output while it runs. */
export interface LineLog {
    /** Takes a piece of output. */
    readonly add: (chunk: Buffer, stream: StreamName) => void;
    /** Shows what is left, and waits until the engine has taken all. */
    readonly end: () => Promise<void>;
}

/** The engine's log, in the order of the calls. */
export class EngineLog {
    private readonly engine: EngineClient;
    private sent: Promise<unknown> = Promise.resolve();

    constructor(engineAddress: string) {
        this.engine = new EngineClient(engineAddress, credentials.createInsecure());
    }

    /** Shows a message at the resource while it is worked on. */
    status(urn: string, message: string): void {
        const request = new LogRequest();
        request.setUrn(urn);
        request.setSeverity(LogSeverity.INFO);
        request.setMessage(message);
        request.setEphemeral(true);
        this.sent = this.sent.then(
            () =>
                new Promise((resolve) => {
                    this.engine.log(request, resolve);
                }),
        );
    }

    /** A log of the lines of stderr. */
    lines(urn: string): LineLog {
        const decoder = new StringDecoder();
        let rest = "";
        const show = (text: string, isLast: boolean) => {
            const lines = (rest + text).split(/\r?\n/);
            rest = isLast ? "" : (lines.pop() ?? "");
            for (const line of lines) {
                if (line !== "" || !isLast) {
                    this.status(urn, line);
                }
            }
        };
        return {
            add: (chunk, stream) => {
                if (stream === "stderr") {
                    show(decoder.write(chunk), false);
                }
            },
            end: async () => {
                show(decoder.end(), true);
                await this.sent;
            },
        };
    }
}
