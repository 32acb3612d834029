import type * as pulumi from "@pulumi/pulumi";
import { type Prefix, readHostPort } from "./addresses";

/** Who may read Kafka and MySQL from outside; an empty list leaves the port unpublished. */
export interface OutsideLists {
    /** Who may read Kafka, TCP 9092. */
    readonly kafkaAllowedCidrs: readonly Prefix[];
    /** Who may read the database, TCP 3306. */
    readonly mysqlAllowedCidrs: readonly Prefix[];
}

/** The user of the image's own login of the REST API. */
export const PUBLIC_REST_USER = "openbmp";

/** The login of the REST API. */
export interface RestLogin {
    /** Its name: letters, digits and other printable characters of ASCII, up to 50. */
    readonly restUser: string;
    /** With one, the program gives the REST API that login; without, the image's own stays, which everybody knows. */
    readonly restPassword: pulumi.Input<string> | undefined;
}

/** Where the host publishes the REST API, unless the configuration says otherwise. */
export const REST_PORT = 8001;

/** The TCP ports of brokers, each once, ascending. */
export function brokerPortsOf(brokers: readonly string[]): number[] {
    const ports = brokers.flatMap((broker) => readHostPort(broker)?.port ?? []);
    return [...new Set(ports)].sort((one, other) => one - other);
}

/** Where SSH listens, unless an existing host says otherwise. */
export const SSH_PORT = 22;

/** Ports that lists publish, the same on the host as in the container: a broker advertises one port to everybody. */
export const KAFKA_PORT = 9092;
export const MYSQL_PORT = 3306;

/** Those that are published, by the names that scripts/host/lib/ports.sh has for them. */
export function outsidePorts({ kafkaAllowedCidrs, mysqlAllowedCidrs }: OutsideLists): string[] {
    return [...(kafkaAllowedCidrs.length > 0 ? ["kafka"] : []), ...(mysqlAllowedCidrs.length > 0 ? ["mysql"] : [])];
}

/** Ports that let nobody in until the image's own login or passwords, which are public, are proven to be gone. */
export function heldPorts(ownRestLogin: boolean, { mysqlAllowedCidrs }: OutsideLists): string[] {
    return [...(ownRestLogin ? ["rest"] : []), ...(mysqlAllowedCidrs.length > 0 ? ["mysql"] : [])];
}
