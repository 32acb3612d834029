/** Messages in openbmpd's own form: docs/MESSAGE_BUS_API.md of OpenBMP/obmp-collector, version 1.7. */
import type { RouterMessage } from "./topics";

const now = () => new Date().toISOString().replace("T", " ").replace("Z", "");
/** A tab or a line end would end a field. */
const field = (text: string) => text.replace(/\t/g, " ").replace(/\n/g, "\\n");

/** Header lines, an empty one, and a line of fields. */
export function kafkaMessage(type: string, collectorHash: string, fields: readonly (string | number)[]): string {
    const row = `${fields.map((each) => field(String(each))).join("\t")}\n`;
    return `V: 1.7\nC_HASH_ID: ${collectorHash}\nT: ${type}\nL: ${Buffer.byteLength(row)}\nR: 1\n\n${row}`;
}

export type CollectorAction = "started" | "change" | "heartbeat";

/** The fields of what a collector says of itself. */
export function collectorFields(
    action: CollectorAction,
    sequence: number,
    { adminId, collectorHash, routers }: { adminId: string; collectorHash: string; routers: readonly string[] },
): (string | number)[] {
    return [action, sequence, adminId, collectorHash, routers.join(", "), routers.length, now()];
}

/** The fields of what it says of a router. */
export function routerFields(sequence: number, message: RouterMessage): (string | number)[] {
    const { name = "", hash, address, description = "", ended } = message;
    const action = ended ? "term" : "init";
    return [
        action,
        sequence,
        name,
        hash,
        address,
        description,
        ended?.code ?? 0,
        ended?.reason ?? "",
        "",
        "",
        now(),
        "",
    ];
}
