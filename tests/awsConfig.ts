import { utils } from "ssh2";

/** Keys that belong to no machine. */
export const loginKey = utils.generateKeyPairSync("ed25519");
export const vmKey = utils.generateKeyPairSync("ed25519");

/** What a stack in AWS must be given; everything else has a default. */
export const goodAws = {
    sshPrivateKey: loginKey.private,
    hostPrivateKey: vmKey.private,
    sshAllowedCidrs: '["2001:db8:5::/48"]',
};
