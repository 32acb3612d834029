import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deployedSettings, endedSessions } from "../../components/settings/endedSessions";
import { parseSettings } from "../parseSettings";

const good = {
    target: "host",
    hostAddress: "2001:db8::10",
    hostUser: "admin",
    hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMWeg6/r6oA2s81dLkd7ESm8BRHQOUd2zOEAUG5rH+ef",
    sshPrivateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n",
    kafkaAllowedCidrs: '["192.0.2.1/32"]',
    kafkaFqdn: "collector.example",
    bmpAllowedCidrs: '["2001:db8::/32","192.0.2.0/24"]',
};

const settingsOf = (config: Record<string, string>) => {
    const settings = parseSettings({ ...good, ...config });
    return deployedSettings(settings, settings.image, "openbmp-aio-ipv6/lab");
};
/** What a change of these keys is said to end. */
const ended = (config: Record<string, string>) => endedSessions(settingsOf({}), settingsOf(config));

const passwords = '{"MYSQL_ROOT_PASSWORD":"VERYSECRETWORD","OPENBMP_DB_PASSWORD":"x"}';
const ALL = [
    ["image", { image: "openbmp/aio:other" }],
    ["adminId", { adminId: "lab-2" }],
    ["memoryGb", { memoryGb: "5" }],
    ["environment", { environment: '{"TZ":"UTC"}' }],
    ["kafkaFqdn", { kafkaFqdn: "other.example" }],
    ["kafkaFqdn, kafkaAllowedCidrs", { kafkaFqdn: "", kafkaAllowedCidrs: "" }],
    ["environment, mysqlAllowedCidrs", { environment: passwords, mysqlAllowedCidrs: '["192.0.2.1/32"]' }],
    ["bmpPort", { bmpPort: "5001" }],
    ["restPort", { restPort: "8002" }],
    ["dockerNetwork", { dockerNetwork: "dedicated" }],
    ["listenMode", { listenMode: "v6" }],
    ["mode", { mode: "proxy" }],
    ["fixedCidrV6", { fixedCidrV6: "fc00:172:18::/64" }],
] as const;

test.each(ALL)("a change of %s ends all sessions", (keys, config) => {
    expect(ended(config)).toEqual([
        expect.stringMatching(new RegExp(`^${keys}: the sessions of all routers end, because `)),
    ]);
});

test("each reason is said of its own keys", () => {
    expect(ended({ bmpPort: "5001", image: "other", listenMode: "v6" })).toEqual([
        "image, bmpPort: the sessions of all routers end, because the container is made anew",
        "listenMode: the sessions of all routers end, because the collector starts again",
    ]);
});

test("the README has the same keys", () => {
    const readme = readFileSync(join(__dirname, "../../README.md"), "utf8");
    const table = /\n### What ends routers' sessions\n[^#]*/.exec(readme)?.[0] ?? "";
    const named = [...table.matchAll(/`([a-zA-Z0-9]+)`/g)].map(([, key]) => key);
    const keys = ALL.flatMap(([text]) => text.split(", "));
    expect(new Set(named)).toEqual(new Set([...keys, "pinImage", "purgeStaleData", "bmpAllowedCidrs"]));
});

test("no other key ends any, nor does another prefix in a list that is not empty", () => {
    expect(
        ended({
            restUser: "me",
            restPassword: "hunter22",
            restAllowedCidrs: '["::1/128"]',
            kafkaAllowedCidrs: '["192.0.2.2/32"]',
            reapply: "1",
            verify: "false",
            bmpAllowedCidrs: '["192.0.2.0/24","2001:db8::/32","198.51.100.0/24"]',
        }),
    ).toEqual([]);
});

test("a prefix that leaves bmpAllowedCidrs is named, unless one that stays contains it", () => {
    expect(ended({ bmpAllowedCidrs: '["2001:d00::/24"]' })).toEqual([
        "bmpAllowedCidrs: sessions end that 192.0.2.0/24 allowed, and no prefix allows any more",
    ]);
    expect(ended({ bmpAllowedCidrs: "" })).toEqual([
        "bmpAllowedCidrs: sessions end that 2001:db8::/32, 192.0.2.0/24 allowed, and no prefix allows any more",
    ]);
});

test("variables are not kept as they are, nor alike in two stacks", () => {
    const settings = parseSettings({ ...good, environment: passwords });
    const [one, other] = ["p/one", "p/other"].map((owner) => deployedSettings(settings, "image", owner));
    expect(JSON.stringify(one)).not.toContain("VERYSECRETWORD");
    expect(one?.environment).not.toBe(other?.environment);
});

test("of a collector that writes into a Kafka elsewhere, other brokers and settings end all sessions", () => {
    const role = { role: "collector", adminId: "lab-1", kafkaFqdn: "", kafkaAllowedCidrs: "", kafkaBrokers: '["k:1"]' };
    const changes = { kafkaBrokers: '["k:1","l:1"]', kafkaSettings: '{"compression.codec":"gzip"}' };
    expect(endedSessions(settingsOf(role), settingsOf({ ...role, ...changes }))).toEqual([
        "kafkaBrokers, kafkaSettings: the sessions of all routers end, because the collector starts again",
    ]);
});
