import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";
import { lookUp } from "./lookUp";
import { refusal } from "../values/refusal";

/** A name of the VM's in a hosted zone that is there already. */
export interface DnsNameArgs {
    /** The id of the hosted zone of Route 53. */
    readonly zoneId: pulumi.Input<string>;
    /** The name in it. */
    readonly dnsName: string;
    /** The VM's IPv6 address. */
    readonly ipv6Address: pulumi.Input<string>;
    /** The public IPv4 address, where there is one. */
    readonly ipv4Address: pulumi.Input<string> | undefined;
}

/**
 * How long resolvers keep the answer, in seconds. The addresses stay when the
 * VM is replaced; when a stack is made anew, routers find it within five minutes.
 */
const TTL_SECONDS = 300;

/** The records of the VM's name, in both families where it has both. */
export function dnsRecords(name: string, args: DnsNameArgs, parent: pulumi.Resource): void {
    const { ipv6Address, ipv4Address, dnsName } = args;
    const zoneId = pulumi.output(args.zoneId).apply((id) => zoneOf({ zoneId: id, dnsName }, parent));
    const records = { AAAA: ipv6Address, ...(ipv4Address === undefined ? {} : { A: ipv4Address }) };
    for (const [type, address] of Object.entries(records)) {
        new route53.Record(
            `${name}-dns-${type.toLowerCase()}`,
            { zoneId, name: dnsName, type, ttl: TTL_SECONDS, records: [address] },
            { parent },
        );
    }
}

/**
 * The zone's id, once it is known that the name is in it.
 *
 * @throws pulumi.RunError where it is not, or where the account has no such zone.
 */
export async function zoneOf(
    { zoneId, dnsName }: { readonly zoneId: string; readonly dnsName: string },
    parent: pulumi.Resource,
): Promise<string> {
    const zone = await lookUp(
        "dnsZoneId",
        zoneId,
        "a hosted zone of this account's",
        route53.getZone({ zoneId }, { parent }),
    );
    const [apex, wanted] = [zone.name.replace(/\.$/, "").toLowerCase(), dnsName.toLowerCase()];
    if (wanted !== apex && !wanted.endsWith(`.${apex}`)) {
        throw refusal(`dnsName must be a name in the zone ${apex} (${zoneId}), got "${dnsName}"`);
    }
    return zoneId;
}
