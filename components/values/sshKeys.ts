import type * as Ssh2 from "ssh2";

/** The public half of a private SSH key. */
export interface PublicKey {
    /** Such as `ssh-ed25519`. */
    readonly type: string;
    /** As in authorized_keys: type and key. */
    readonly text: string;
}

/**
 * Whether a private key can be read only with its password: OpenSSH's form names its cipher
 * (openssh-portable, PROTOCOL.key), PEM says ENCRYPTED (RFC 1421, RFC 7468).
 */
export function isEncrypted(privateKey: string): boolean {
    const [, body] = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]*)/.exec(privateKey) ?? [];
    if (body === undefined) {
        return privateKey.includes("ENCRYPTED");
    }
    const magic = "openssh-key-v1\0";
    const data = Buffer.from(body, "base64");
    const cipher = data.subarray(magic.length + 4).toString("latin1");
    return data.toString("latin1").startsWith(magic) && !cipher.startsWith("none");
}

/**
 * Reads a private SSH key, in OpenSSH's or in PEM form.
 *
 * @throws Error that says why it cannot be read, without the key.
 */
export function publicKeyOf(privateKey: string, password?: string): PublicKey {
    // Only stacks that create a machine need it: the others start faster without.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { utils } = require("ssh2") as typeof Ssh2;
    // OpenSSH's form can hold several keys, which its types do not say.
    const parsed = utils.parseKey(privateKey, password) as Ssh2.ParsedKey | Ssh2.ParsedKey[] | Error;
    const key = Array.isArray(parsed) ? parsed[0] : parsed;
    if (key === undefined || key instanceof Error) {
        throw new Error(key?.message ?? "it has no key: copy the whole file");
    }
    return { type: key.type, text: `${key.type} ${key.getPublicSSH().toString("base64")}` };
}

/** Length of the blobs: the type, the curve where there is a choice, and the key. */
const HOST_KEY_BYTES: Readonly<Record<string, number>> = {
    "ssh-ed25519": 51,
    "ecdsa-sha2-nistp256": 104,
    "ecdsa-sha2-nistp384": 136,
    "ecdsa-sha2-nistp521": 172,
};

/** Whether it is a public host key of a kind that the command provider pins; its blob names its own type first (RFC 4253, section 6.6). */
export function isPinnableHostKey(value: string): boolean {
    const [type = "", blob = "", ...comment] = value.trim().split(" ");
    if (!Object.hasOwn(HOST_KEY_BYTES, type) || /[\n\r]/.test(comment.join(" "))) {
        return false;
    }
    const bytes = Buffer.from(blob, "base64");
    return (
        bytes.toString("base64").replace(/=+$/, "") === blob.replace(/=+$/, "") &&
        bytes.length === HOST_KEY_BYTES[type] &&
        bytes.readUInt32BE(0) === type.length &&
        bytes.toString("latin1", 4, 4 + type.length) === type
    );
}
