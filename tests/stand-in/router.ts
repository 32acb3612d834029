/**
 * A simulated router: opens a BMP session, sends an Initiation, and stays until
 * it is ended or its time is up.
 *
 *   router --host ADDRESS [--port 5000] --name SYSNAME [--bgp-id A.B.C.D] [--seconds N]
 */
import { connect } from "node:net";
import { parseArgs } from "node:util";
import { encodeMessage, encodeTlv, InformationType, MessageType } from "./bmp";

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

const socket = connect({ host: values.host, port: Number(values.port) }, () => {
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

function terminate(): void {
    // Reason 0: administratively closed.
    socket.end(encodeMessage(MessageType.termination, encodeTlv(1, Buffer.from([0, 0]))));
}

socket.on("error", (error) => {
    process.stderr.write(`router: ${error.message}\n`);
    process.exit(1);
});
socket.on("close", () => process.exit(0));
process.on("SIGTERM", terminate);
process.on("SIGINT", terminate);
setTimeout(terminate, 1000 * Number(values.seconds));
