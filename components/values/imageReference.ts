/** The grammar of github.com/distribution/reference, without its length limits. */
export function isImageReference(value: string): boolean {
    const domain = "(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?/)?";
    const component = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    const reference = `^${domain}${component}(?:/${component})*(?::[\\w][\\w.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$`;
    return value.length <= 512 && new RegExp(reference).test(value);
}

/** The image that has all parts of the engine. */
export const AIO_IMAGE = "openbmp/aio:latest";
/** The image that has openbmpd alone. */
export const COLLECTOR_IMAGE = "openbmp/collector:latest";

/** The host, with its port, that the reference names; undefined for Docker Hub. */
export function registryOf(image: string): string | undefined {
    const [first = "", ...rest] = image.split("/");
    return rest.length > 0 && (/[.:]/.test(first) || first === "localhost") ? first : undefined;
}

/** The TCP port of the registry, for rules about outgoing traffic. */
export function registryPortOf(image: string): number {
    const port = /:(\d+)$/.exec(registryOf(image) ?? "")?.[1];
    return port === undefined ? 443 : Number(port);
}

/** Whether the reference names its content, not only a tag that may move. */
export function hasDigest(image: string): boolean {
    return image.includes("@");
}

/** The reference without tag, with that digest. */
export function withDigest(image: string, digest: string): string {
    const repository = image.replace(/:[^:/]+$/, "");
    return `${repository}@${digest}`;
}
