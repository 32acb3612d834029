import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { isPlainText, isSecret, isShown } from "../../components/settings/keyFacts";
import { parseSettings } from "../parseSettings";
import { fieldsByKey } from "../../components/settings/schema";
import { keysOfStack } from "../../components/settings/load";
import { severalKeys } from "../../components/settings/severalCollectors";
import { sshLogin } from "../../components/settings/groups";
import { goodAws } from "../awsConfig";
import { ed25519KeyPair } from "../sshKeys";
import { problemsWith } from "./problemsWith";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMWeg6/r6oA2s81dLkd7ESm8BRHQOUd2zOEAUG5rH+ef";
const sshPrivateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n";
const good = { target: "host", hostAddress: "2001:db8::10", hostUser: "admin", hostKey, sshPrivateKey };

const problems = problemsWith(good);

test("a configuration with what has no default is accepted, and gets the defaults", () => {
    expect(parseSettings(good)).toEqual({
        ...good,
        role: "aio",
        mode: "dnat",
        hostPort: 22,
        bastionPort: 22,
        image: "openbmp/aio:latest",
        kafkaFqdn: "localhost",
        kafkaBrokers: [],
        kafkaSettings: {},
        memoryGb: 0,
        environment: {},
        dockerNetwork: "bridge",
        fixedCidrV6: "fc00:172:17::/64",
        listenMode: "v4v6",
        bmpPort: 5000,
        restPort: 8001,
        restUser: "openbmp",
        bmpAllowedCidrs: [],
        restAllowedCidrs: [],
        kafkaAllowedCidrs: [],
        mysqlAllowedCidrs: [],
        allowWorldOpen: false,
        metrics: false,
        restartDocker: true,
        replaceContainer: false,
        purgeStaleData: false,
        reapply: "",
        verify: true,
        pinImage: false,
        backupKeep: 0,
        backupHour: 3,
        ephemeral: false,
    });
});

const address =
    "hostAddress must be an IPv4 or IPv6 address or a DNS name, without brackets, prefix length, zone or spaces";
const directory = "must be an absolute path such as /var/lib/node_exporter, of letters, digits and _ . - /";
const port = "must be a whole number from 1 to 65535";
const listEntry = "must be an IPv4 or IPv6 prefix such as 192.0.2.0/24 or 2001:db8::/32";
const cidr = "fixedCidrV6 must be an IPv6 prefix of length 16 to 80 such as fc00:172:17::/64";
const kafkaList = { kafkaAllowedCidrs: '["2001:db8:3::/48"]' };
const mysqlList = { mysqlAllowedCidrs: '["2001:db8:3::/48"]' };
/** As the image has them: everybody knows them. */
const publicPasswords = ["OpenBMP", "openbmp", ""];
const ownPasswords = { environment: '{"MYSQL_ROOT_PASSWORD":"SECRET1","OPENBMP_DB_PASSWORD":"SECRET2"}' };
const image = "image must be an image reference such as openbmp/aio:latest or openbmp/aio@sha256:…";

test.each<[Record<string, string>, string]>([
    [{ hostAddress: "[2001:db8::1]" }, `${address}, got "[2001:db8::1]"`],
    [{ hostAddress: "2001:db8::1/64" }, `${address}, got "2001:db8::1/64"`],
    [{ hostAddress: "2001:db8::1 " }, `${address}, got "2001:db8::1 "`],
    [{ hostAddress: "fe80::1%eth0" }, `${address}, got "fe80::1%eth0"`],
    [{ hostAddress: "$(reboot)" }, `${address}, got "$(reboot)"`],
    [{ bmpPort: "0" }, `bmpPort ${port}, got 0`],
    [{ metrics: "true", metricsDirectory: "../x" }, `metricsDirectory ${directory}, got "../x"`],
    [{ metrics: "true", metricsDirectory: "/var/../etc" }, `metricsDirectory ${directory}, got "/var/../etc"`],
    [{ metricsDirectory: "/var/lib/x" }, "metricsDirectory must be left out where metrics is false"],
    [{ backupKeep: "-1" }, "backupKeep must be a whole number from 0 to 365, got -1"],
    [{ backupKeep: "1", backupHour: "24" }, "backupHour must be a whole number from 0 to 23, got 24"],
    [{ restPort: "65536" }, `restPort ${port}, got 65536`],
    [{ bmpPort: "8001" }, "restPort must be another port than bmpPort"],
    [{ bmpPort: "22" }, "bmpPort must be another port than hostPort, where SSH listens, got 22"],
    [{ bmpAllowedCidrs: '["10.0.0.300/8"]' }, `bmpAllowedCidrs[0] ${listEntry}, got "10.0.0.300/8"`],
    [{ restAllowedCidrs: '["::/64", "x"]' }, `restAllowedCidrs[1] ${listEntry}, got "x"`],
    [
        { bmpAllowedCidrs: '["10.0.0.1/8"]' },
        'bmpAllowedCidrs[0] must be a prefix without host bits (10.0.0.0/8), got "10.0.0.1/8"',
    ],
    [{ bmpAllowedCidrs: "10.0.0.0/8" }, 'bmpAllowedCidrs must be a list of IPv4 and IPv6 prefixes, got "10.0.0.0/8"'],
    [{ fixedCidrV6: "172.17.0.0/16" }, `${cidr}, got "172.17.0.0/16"`],
    [{ fixedCidrV6: "fc00::/96" }, `${cidr}, got "fc00::/96"`],
    [{ fixedCidrV6: "fc00::1/64" }, 'fixedCidrV6 must be a prefix without host bits (fc00::/64), got "fc00::1/64"'],
    [{ fixedCidrV6: "fe80::/64" }, 'fixedCidrV6 must be a unicast prefix that is not link-local, got "fe80::/64"'],
    [{ fixedCidrV6: "ff02::/64" }, 'fixedCidrV6 must be a unicast prefix that is not link-local, got "ff02::/64"'],
    [
        { fixedCidrV6: "fd00:ec2:1::/64" },
        'fixedCidrV6 must be outside fd00:ec2::/32, which AWS uses, got "fd00:ec2:1::/64"',
    ],
    [{ bmpPrt: "1" }, "bmpPrt is not a key of this project; did you mean bmpPort?"],
    [{ mode: "nat" }, 'mode must be "dnat" or "proxy", got "nat"'],
    [{ target: "gcp" }, 'target must be "aws" or "host", got "gcp"'],
    [{ amiId: "ami-0123456789abcdef0" }, 'amiId must be left out where target is "host": it belongs to target "aws"'],
    [{ restUser: "reader" }, "restPassword must be given together with restUser"],
    [
        { restUser: 'a"b', restPassword: "long-enough" },
        "restUser must be a text of up to 50 printable characters of ASCII",
    ],
    [
        { restUser: "a:b", restPassword: "long-enough" },
        "restUser must be a text of up to 50 printable characters of ASCII",
    ],
    [{ restPassword: "SECRET:SECRET" }, "restPassword must be a text of 8 to 128 printable characters of ASCII"],
    [{ restPassword: "SECRET" }, "restPassword must be a text of 8 to 128 printable characters of ASCII"],
    [{ registryUser: "u" }, "registryPassword must be given together with registryUser"],
    [{ registryPassword: "SECRET" }, "registryUser must be given together with registryPassword"],
    [
        { bmpAllowedCidrs: '["fc00:172:17::/80"]' },
        'bmpAllowedCidrs[0] must be outside fixedCidrV6 (fc00:172:17::/64), where only containers are, got "fc00:172:17::/80"',
    ],
    [
        { restAllowedCidrs: '["fd00:ec2::/64"]' },
        'restAllowedCidrs[0] must be outside fd00:ec2::/32, where only services of AWS are, got "fd00:ec2::/64"',
    ],
    [{ expiresAt: "tomorrow" }, 'expiresAt must be a date and time such as 2026-01-31T12:00:00Z, got "tomorrow"'],
    [{ hostAddress: "" }, `hostAddress is missing: it must be ${address.slice("hostAddress must be ".length)}`],
    [
        { sshPrivateKey: "" },
        "sshPrivateKey is missing: it must be a private SSH key in PEM form, -----BEGIN … PRIVATE KEY-----",
    ],
    [
        { sshPrivateKey: "hunter2" },
        "sshPrivateKey must be a private SSH key in PEM form, -----BEGIN … PRIVATE KEY-----",
    ],
    [
        { bmpAllowedCidrs: '["::/0"]' },
        'bmpAllowedCidrs[0] must be narrower than the whole Internet (IPv6 is accepted from /12 on), unless allowWorldOpen is true, got "::/0"',
    ],
    [
        { restAllowedCidrs: '["0.0.0.0/0"]' },
        'restAllowedCidrs[0] must be narrower than the whole Internet (IPv4 is accepted from /8 on), unless allowWorldOpen is true, got "0.0.0.0/0"',
    ],
    [
        { listenMode: "v4" },
        'listenMode must be "v4v6" or "v6": with "v4" the collector would not hear any router over IPv6, got "v4"',
    ],
    [{ image: "openbmp/aio; reboot" }, `${image}, got "openbmp/aio; reboot"`],
    [{ image: "bücher/aio" }, `${image}, got "bücher/aio"`],
    [{ hostUser: "a'b" }, 'hostUser must be a login name of up to 64 letters, digits and _ . - + @ \\, got "a\'b"'],
    [{ adminId: "a\nb" }, 'adminId must be 1 to 64 letters, digits, . _ -, a letter or a digit first, got "a\\nb"'],
    [{ kafkaFqdn: "`id`" }, 'kafkaFqdn must be a DNS name, and left out where nobody outside reads Kafka, got "`id`"'],
    ...["kafka.example.net", "LOCALHOST"].map((kafkaFqdn): [Record<string, string>, string] => [
        { kafkaFqdn },
        `kafkaFqdn must be localhost or left out where kafkaAllowedCidrs is empty, or no router's row would ever appear: remove kafkaFqdn, or list in kafkaAllowedCidrs who reads Kafka from outside, got "${kafkaFqdn}"`,
    ]),
    ...["", "localhost", "a.Localhost"].map((kafkaFqdn): [Record<string, string>, string] => [
        { ...kafkaList, kafkaFqdn },
        "kafkaFqdn must be the DNS name at which those of kafkaAllowedCidrs reach the host",
    ]),
    ...["192.0.2.1", "2001:db8::1"].map((kafkaFqdn): [Record<string, string>, string] => [
        { ...kafkaList, kafkaFqdn },
        `kafkaFqdn must be a DNS name, and left out where nobody outside reads Kafka, got "${kafkaFqdn}"`,
    ]),
    [{ kafkaAllowedCidrs: '["::/0"]', kafkaFqdn: "k.example" }, "kafkaAllowedCidrs[0] must be narrower than the whole"],
    [{ ...ownPasswords, mysqlAllowedCidrs: '["0.0.0.0/0"]' }, "mysqlAllowedCidrs[0] must be narrower than the whole"],
    [{ mysqlAllowedCidrs: '["x"]' }, `mysqlAllowedCidrs[0] ${listEntry}, got "x"`],
    ...publicPasswords.flatMap((value): [Record<string, string>, string][] =>
        ["MYSQL_ROOT_PASSWORD", "OPENBMP_DB_PASSWORD"].map((name) => [
            { ...mysqlList, environment: JSON.stringify({ ...JSON.parse(ownPasswords.environment), [name]: value }) },
            `environment.${name} must be a password of your own where mysqlAllowedCidrs is not empty, since the image's is public: scripts/pulumi config set --secret --path environment.${name}`,
        ]),
    ),
    [
        { ...mysqlList, environment: '{"MYSQL_ROOT_PASSWORD":"SECRET"}' },
        "environment.OPENBMP_DB_PASSWORD must be a password of your own where mysqlAllowedCidrs is not empty",
    ],
    [
        { ...kafkaList, kafkaFqdn: "k.example", bmpPort: "9092" },
        "bmpPort must be another port than 9092, which kafkaAllowedCidrs publishes, got 9092",
    ],
    [
        { ...mysqlList, ...ownPasswords, restPort: "3306" },
        "restPort must be another port than 3306, which mysqlAllowedCidrs publishes, got 3306",
    ],
    [
        { ...mysqlList, ...ownPasswords, hostPort: "3306" },
        "mysqlAllowedCidrs must be left out where hostPort is 3306: it would publish the port where SSH listens",
    ],
    [{ environment: '{"A-B": "1"}' }, "environment.A-B must be a variable whose name is letters, digits and _"],
    [{ environment: '{"A": "1\\n2"}' }, "environment.A must be a text of one line"],
    [{ environment: '{"ADMIN_ID": "x"}' }, "environment.ADMIN_ID must be left out: use the key adminId"],
    [
        { environment: '{"REINIT_DB": "SECRET"}' },
        "environment.REINIT_DB must be left out, since every start of the container would empty the database; to empty it once, stop openbmp_aio, move /var/openbmp/mysql away and start openbmp_aio",
    ],
    ...["1", "2", "-1", "4097", "3.5", "all"].map((memoryGb): [Record<string, string>, string] => [
        { memoryGb },
        "memoryGb must be 0, or a whole number from 3 to 4096: with less the image ends, got ",
    ]),
    [{ verify: "maybe" }, 'verify must be true or false, got "maybe"'],
    [{ expiresAt: "tomorrow" }, 'expiresAt must be a date and time such as 2026-01-31T12:00:00Z, got "tomorrow"'],
])("%j is refused", (config, line) => {
    expect(problems(config).map((found) => found.replace(/^- /, ""))).toEqual([expect.stringContaining(line)]);
    expect(problems(config).join()).not.toContain("SECRET");
});

test.each<Record<string, string>>([
    { kafkaFqdn: "localhost" },
    { kafkaFqdn: "" },
    { ...kafkaList, kafkaFqdn: "kafka.example.net" },
    { ...mysqlList, ...ownPasswords },
    { bmpPort: "9092", restPort: "3306" },
])("%j is accepted", (config) => {
    expect(problems(config)).toEqual([]);
});

test.each([0, 3, 4096])("memoryGb may be %i", (memoryGb) => {
    expect(parseSettings({ ...good, memoryGb: String(memoryGb) }).memoryGb).toBe(memoryGb);
});

test("an RSA host key is refused, because it cannot be pinned", () => {
    expect(problems({ hostKey: "ssh-rsa AAAAB3NzaC1yc2E=" })).toEqual([
        expect.stringMatching(/^- hostKey must be a public SSH host key/),
    ]);
});

test("every problem is named at once", () => {
    expect(problems({ bmpPort: "0", mode: "x", hostKey: "" })).toHaveLength(3);
});

test("a world-open list is accepted when it is asked for", () => {
    expect(problems({ bmpAllowedCidrs: '["::/0","0.0.0.0/0"]', allowWorldOpen: "true" })).toEqual([]);
});

test("a bastion needs its own host key, and its login defaults to the host's", () => {
    expect(problems({ bastionAddress: "192.0.2.1" })).toEqual([
        "- bastionHostKey must be the bastion's public SSH host key when bastionAddress is given",
    ]);
    expect(
        sshLogin(parseSettings({ ...good, bastionAddress: "192.0.2.1", bastionHostKey: hostKey }), "admin").bastion,
    ).toEqual({
        address: "192.0.2.1",
        port: 22,
        hostKey,
        user: "admin",
    });
    expect(sshLogin(parseSettings(good), "admin").bastion).toBeUndefined();
    expect(problems({ bastionUser: "jump", bastionPort: "2200" })).toEqual([
        '- bastionUser must be left out where bastionAddress is not given, got "jump"',
        "- bastionPort must be left out where bastionAddress is not given, got 2200",
    ]);
});

describe("a login key that its password protects", () => {
    const openssh = ed25519KeyPair({ passphrase: "open sesame" }).private;
    const pem = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
        type: "pkcs8",
        format: "pem",
        cipher: "aes-256-cbc",
        passphrase: "open sesame",
    }) as string;

    test.each([
        ["OpenSSH's form", openssh],
        ["PEM", pem],
    ])("in %s needs the password", (_, protectedKey) => {
        expect(problems({ sshPrivateKey: protectedKey })).toEqual([
            "- sshPrivateKey must be a key without a password, or given together with sshPrivateKeyPassword",
        ]);
        expect(problems({ sshPrivateKey: protectedKey, sshPrivateKeyPassword: "open sesame" })).toEqual([]);
    });

    test("is told from one without", () => {
        const plain = ed25519KeyPair().private;
        expect(problems({ sshPrivateKey: plain })).toEqual([]);
    });
});

test("the secrets are those of logins and keys; of the image's variables none is shown", () => {
    const keys = [...fieldsByKey].filter(([, field]) => !isShown(field));
    expect(keys.map(([key, field]) => [key, isSecret(field)]).sort()).toEqual([
        ["environment", false],
        ["hostPrivateKey", true],
        ["kafkaSettings", false],
        ["registryPassword", true],
        ["restPassword", true],
        ["sshPrivateKey", true],
        ["sshPrivateKeyPassword", true],
    ]);
});

function never(): never {
    throw new Error("there is no such key");
}

test("Pulumi.yaml declares the same keys, as text or not, with the same defaults", () => {
    const project = parse(readFileSync(join(__dirname, "..", "..", "Pulumi.yaml"), "utf8")) as {
        config: Record<string, { type: string; default?: unknown }>;
    };
    expect(Object.keys(project.config).sort()).toEqual([...keysOfStack.keys()].sort());
    // Its default depends on the target: an empty text stands for it there.
    const { pinImage, ...others } = project.config;
    expect(pinImage).toMatchObject({ type: "string", default: "" });
    expect(Object.keys(others).filter((key) => others[key]?.type === "string")).toEqual(
        Object.keys(others).filter((key) => isPlainText(keysOfStack.get(key) ?? never())),
    );
    const settings: Record<string, unknown> = {
        ...parseSettings(goodAws),
        ...parseSettings(good),
        ...Object.fromEntries([...severalKeys].map(([key, field]) => [key, field.parse(undefined)])),
        pinImage: undefined,
    };
    const given = { ...goodAws, ...good };
    const defaulted = Object.keys(project.config).filter((key) => !(key in given) || key === "sshAllowedCidrs");
    // An empty text in Pulumi.yaml stands for a key that is not set.
    const declared = defaulted.map((key) => [key, project.config[key]?.default || undefined]);
    expect(declared).toEqual(
        defaulted.map((key) => [key, key === "sshAllowedCidrs" ? [] : settings[key] || undefined]),
    );
});
