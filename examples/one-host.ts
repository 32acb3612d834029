import * as pulumi from "@pulumi/pulumi";
import { OpenBmpCollector } from "openbmp-aio-ipv6";

const config = new pulumi.Config();
const collector = new OpenBmpCollector("edge", {
    target: "host",
    hostAddress: "2001:db8::10",
    hostUser: "admin",
    hostKey: "ssh-ed25519 AAAA…",
    sshPrivateKey: config.requireSecret("sshPrivateKey"),
    bmpAllowedCidrs: ["2001:db8:100::/48"],
});
export const bmpEndpoint = collector.bmpEndpoint;
