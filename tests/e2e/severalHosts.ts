import type { ConfigMap } from "@pulumi/pulumi/automation";
import type { Sandbox } from "./sandbox";

/** A machine of the configuration's list. */
interface Listed {
    readonly name: string;
    readonly sandbox: Sandbox;
    /** @default the sandbox's own */
    readonly address?: string;
    /** @default that of SSH */
    readonly port?: number;
}

/** The configuration's `hosts`, as paths of keys. */
export function hostsConfig(hosts: readonly Listed[]): ConfigMap {
    return Object.fromEntries(
        hosts.flatMap(({ sandbox: { info }, address = info.address, ...host }, index) =>
            Object.entries({ ...host, address, user: info.user, hostKey: info.hostKey }).map(([key, value]) => [
                `hosts[${index}].${key}`,
                { value: String(value) },
            ]),
        ),
    );
}
