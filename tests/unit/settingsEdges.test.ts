import { problemsWith } from "./problemsWith";

const blob = (type: string, bytes: number) =>
    Buffer.concat([Buffer.from([0, 0, 0, type.length]), Buffer.from(type), Buffer.alloc(bytes, 7)]).toString("base64");
const good = {
    target: "host",
    hostAddress: "2001:db8::10",
    hostUser: "admin",
    hostKey: `ssh-ed25519 ${blob("ssh-ed25519", 36)}`,
    sshPrivateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n",
};

const problems = problemsWith(good);

test.each([
    ["ssh-ed25519", 36],
    ["ecdsa-sha2-nistp256", 81],
    ["ecdsa-sha2-nistp384", 113],
    ["ecdsa-sha2-nistp521", 149],
])("a whole host key of type %s is accepted, a cut or a longer one is not", (type, bytes) => {
    expect(problems({ hostKey: `${type} ${blob(type, bytes)} root@collector` })).toEqual([]);
    for (const wrong of [0, bytes - 3, bytes + 3]) {
        expect(problems({ hostKey: `${type} ${blob(type, wrong)}` })).toEqual([
            expect.stringMatching(/^- hostKey must be a public SSH host key/),
        ]);
    }
});

test.each(["toString", "constructor", "valueOf"])("a variable may be called %s", (name) => {
    expect(problems({ environment: JSON.stringify({ [name]: "x" }) })).toEqual([]);
});

test.each(["-", "---", ".", "_a", "-a"])("the name %s is refused: it would not stay a name in YAML", (adminId) => {
    expect(problems({ adminId })).toEqual([
        `- adminId must be 1 to 64 letters, digits, . _ -, a letter or a digit first, got "${adminId}"`,
    ]);
});

test.each(["::/64", "64:ff9b::/64", "ff::/64", "fe80::/64", "fec0::/64", "ff05::/64"])(
    "fixedCidrV6 %s is refused: containers cannot have such addresses",
    (fixedCidrV6) => {
        expect(problems({ fixedCidrV6 })).toEqual([
            `- fixedCidrV6 must be a unicast prefix that is not link-local, got "${fixedCidrV6}"`,
        ]);
    },
);

test.each(["2001:db8:1::/64", "fc00::/64", "fdff:1::/48", "3fff::/64"])("fixedCidrV6 %s is accepted", (fixedCidrV6) => {
    expect(problems({ fixedCidrV6 })).toEqual([]);
});

test.each(["::ffff:010.0.0.1", "::1.2.3.4", "::0x1.1.1.1", "::ffff:192.0.2.1"])(
    "the address %s is refused: parsers differ about IPv4 inside IPv6",
    (address) => {
        expect(problems({ hostAddress: address })).toHaveLength(1);
        expect(problems({ bmpAllowedCidrs: JSON.stringify([`${address}/128`]) })).toHaveLength(1);
    },
);

test.each([
    ["0.0.0.0/1", "IPv4 is accepted from /8 on"],
    ["128.0.0.0/1", "IPv4 is accepted from /8 on"],
    ["2000::/3", "IPv6 is accepted from /12 on"],
    ["64:ff9b::/96", "it stands for IPv4 (64:ff9b::/96: NAT64, RFC 6052)"],
    ["::ffff:0:0/96", "it stands for IPv4 (::ffff:0:0/96: IPv4-mapped, RFC 4291)"],
])("the list entry %s needs allowWorldOpen: %s", (prefix, reason) => {
    const bmpAllowedCidrs = JSON.stringify([prefix]);
    expect(problems({ bmpAllowedCidrs })).toEqual([
        expect.stringContaining(`narrower than the whole Internet (${reason}`),
    ]);
    expect(problems({ bmpAllowedCidrs, allowWorldOpen: "true" })).toEqual([]);
});

test.each(["hostKey", "bastionHostKey", "hostUser", "kafkaFqdn"])(
    "a private key put into %s by mistake is not shown",
    (key) => {
        const lines = problems({
            [key]: "-----BEGIN OPENSSH PRIVATE KEY-----\nBODY\n-----END OPENSSH PRIVATE KEY-----",
        });
        expect(lines.join()).toContain(`- ${key} must be`);
        expect(lines.join()).not.toContain("BODY");
    },
);
