import * as pulumi from "@pulumi/pulumi";
import { OpenBmpCollector } from "openbmp-aio-ipv6";

/** A host that is there already. */
interface Site {
    readonly address: string;
    readonly user: string;
    /** Its public SSH host key. */
    readonly hostKey: string;
}

const config = new pulumi.Config();
const sites = config.requireObject<Record<"frankfurt" | "tokyo", Site>>("sites");
const routers = config.requireObject<string[]>("routers");
const sshPrivateKey = config.requireSecret("sshPrivateKey");

function collectorAt(name: keyof typeof sites): OpenBmpCollector {
    const { address, user, hostKey } = sites[name];
    return new OpenBmpCollector(name, {
        target: "host",
        hostAddress: address,
        hostUser: user,
        hostKey,
        sshPrivateKey,
        image: config.get("image"),
        adminId: name,
        bmpAllowedCidrs: routers,
        restAllowedCidrs: routers,
    });
}

const [frankfurt, tokyo] = [collectorAt("frankfurt"), collectorAt("tokyo")];

export const bmpEndpoints = { frankfurt: frankfurt.bmpEndpoint, tokyo: tokyo.bmpEndpoint };
export const verifications = { frankfurt: frankfurt.verification, tokyo: tokyo.verification };
