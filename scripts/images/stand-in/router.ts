/**
 * A simulated router: keeps a BMP session open, also when it is refused or cut,
 * until it is ended or its time is up.
 *
 *   router --host ADDRESS [--port 5000] --name SYSNAME [--bgp-id A.B.C.D] [--seconds N]
 */
import { connect, type Socket } from "node:net";
import { parseArgs } from "node:util";
import { encodeMessage, encodeTlv, InformationType, MessageType } from "./bmp";

/** A per-peer header and a count of none (RFC 7854, sections 4.2 and 4.8). */
const EMPTY_REPORT_BYTES = 42 + 4;
const REPORT_MS = 1000;
const RETRY_MS = 500;

const { values } = parseArgs({
    options: {
        host: { type: "string" },
        port: { type: "string", default: "5000" },
        name: { type: "string" },
        "bgp-id": { type: "string" },
        seconds: { type: "string", default: "3600" },
    },
});

if (!values.host || !values.name) {
    process.stderr.write("router: --host and --name are needed\n");
    process.exit(2);
}
const sysName = values.name;
const bgpId = values["bgp-id"];

let session: Socket | undefined;
let terminated = false;

/** As a router does: an Initiation, a report now and then, and another try when the session ends. */
function open(): void {
    const socket = connect({ host: values.host as string, port: Number(values.port) }, () => {
        socket.write(
            encodeMessage(
                MessageType.initiation,
                Buffer.concat([
                    encodeTlv(InformationType.sysDescr, "simulated router"),
                    encodeTlv(InformationType.sysName, sysName),
                    ...(bgpId ? [encodeTlv(InformationType.bgpId, Buffer.from(bgpId.split(".").map(Number)))] : []),
                ]),
            ),
        );
        process.stdout.write(`connected from ${socket.localAddress}\n`);
    });
    session = socket;
    // An idle session would not find out that its way is gone.
    const reports = setInterval(() => {
        if (!socket.connecting) {
            socket.write(encodeMessage(MessageType.statisticsReport, Buffer.alloc(EMPTY_REPORT_BYTES)));
        }
    }, REPORT_MS);
    socket.on("error", (error) => process.stderr.write(`router: ${error.message}\n`));
    socket.on("close", () => {
        clearInterval(reports);
        if (terminated) {
            process.exit(0);
        }
        setTimeout(open, RETRY_MS);
    });
}

function terminate(): void {
    terminated = true;
    // Reason 0: administratively closed.
    session?.end(encodeMessage(MessageType.termination, encodeTlv(1, Buffer.from([0, 0]))));
    setTimeout(() => process.exit(0), RETRY_MS);
}

open();
process.on("SIGTERM", terminate);
process.on("SIGINT", terminate);
setTimeout(terminate, 1000 * Number(values.seconds));
