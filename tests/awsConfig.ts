import { ed25519KeyPair } from "./sshKeys";

/** Keys that belong to no machine. */
export const loginKey = ed25519KeyPair();
export const vmKey = ed25519KeyPair();

/** What a stack in AWS must be given; everything else has a default. */
export const goodAws = {
    sshPrivateKey: loginKey.private,
    hostPrivateKey: vmKey.private,
    sshAllowedCidrs: '["2001:db8:5::/48"]',
};
