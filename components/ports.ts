/** Who may read Kafka and MySQL from outside; an empty list leaves the port unpublished. */
export interface OutsideLists {
    readonly kafkaAllowedCidrs: readonly string[];
    readonly mysqlAllowedCidrs: readonly string[];
}

/** Ports that lists publish, the same on the host as in the container: a broker advertises one port to everybody. */
export const KAFKA_PORT = 9092;
export const MYSQL_PORT = 3306;

/** Those that are published, by the names that scripts/host/lib/ports.sh has for them. */
export function outsidePorts({ kafkaAllowedCidrs, mysqlAllowedCidrs }: OutsideLists): string[] {
    return [...(kafkaAllowedCidrs.length > 0 ? ["kafka"] : []), ...(mysqlAllowedCidrs.length > 0 ? ["mysql"] : [])];
}

/** Ports that let nobody in until something is proven. */
export function heldPorts({ mysqlAllowedCidrs }: OutsideLists): string[] {
    // The image's own passwords are public.
    return mysqlAllowedCidrs.length > 0 ? ["mysql"] : [];
}
