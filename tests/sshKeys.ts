import { utils } from "ssh2";

/**
 * A new ed25519 key pair.
 *
 * ssh2 drops the first byte of a key where that byte is zero, which nobody can read, OpenSSH
 * neither: about one key in 500. Such a pair is thrown away.
 */
export function ed25519KeyPair(lock?: { passphrase: string }): { private: string; public: string } {
    const options = lock && { ...lock, cipher: "aes256-ctr", rounds: 16 };
    for (;;) {
        const pair = options ? utils.generateKeyPairSync("ed25519", options) : utils.generateKeyPairSync("ed25519");
        if (!(utils.parseKey(pair.private, lock?.passphrase) instanceof Error)) {
            return pair;
        }
    }
}
