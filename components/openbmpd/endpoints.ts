import { bracketed } from "../values/addresses";

/** Where routers send BMP. */
export function bmpEndpoint(address: string, port: number): string {
    return `${bracketed(address)}:${port}`;
}

/** Where the REST API lists the routers. */
export function restUrl(address: string, port: number): string {
    return `http://${bracketed(address)}:${port}/db_rest/v1/routers`;
}
