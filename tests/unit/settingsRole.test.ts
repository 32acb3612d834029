import { grouped, imageOf } from "../../components/settings/groups";
import { parseSettings } from "../parseSettings";
import { problemsWith } from "./problemsWith";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMWeg6/r6oA2s81dLkd7ESm8BRHQOUd2zOEAUG5rH+ef";
const sshPrivateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n";
const aio = { target: "host", hostAddress: "2001:db8::10", hostUser: "admin", hostKey, sshPrivateKey };
const kafkaBrokers = '["kafka.example.net:9092", "192.0.2.9:9092", "[2001:db8::9]:9093"]';
const collector = { ...aio, role: "collector", adminId: "lab-1", kafkaBrokers };

const aioProblems = problemsWith(aio);
const problems = problemsWith(collector);
const settingsOf = (changes: object) => JSON.stringify(changes);

test("the role collector runs its own image without a REST API, and tells openbmpd of the brokers", () => {
    const settings = parseSettings({ ...collector, kafkaSettings: settingsOf({ "queue.buffering.max.ms": 50 }) });
    const { ports, collector: values, start } = grouped(settings);
    expect(imageOf(settings)).toBe("openbmp/collector:latest");
    expect(ports).toEqual({ bmpPort: 5000, restPort: undefined });
    expect(values).toMatchObject({
        kafkaBrokers: JSON.parse(kafkaBrokers) as string[],
        kafkaSettings: { "queue.buffering.max.ms": "50" },
    });
    expect(start.kafkaBrokers).toEqual(values.kafkaBrokers);
});

test("an image of one's own is run in either role, and the role aio knows no brokers", () => {
    expect(imageOf(parseSettings({ ...collector, image: "mirror.example/collector:2.2.3" }))).toBe(
        "mirror.example/collector:2.2.3",
    );
    const settings = parseSettings(aio);
    expect(imageOf(settings)).toBe("openbmp/aio:latest");
    expect(grouped(settings).collector).toMatchObject({ kafkaBrokers: undefined, kafkaSettings: undefined });
});

test("in the role collector, BMP may have the port that is the REST API's elsewhere", () => {
    expect(parseSettings({ ...collector, bmpPort: "8001" }).bmpPort).toBe(8001);
});

const alone = 'left out where role is "collector": the image has openbmpd alone, without REST API, database and Kafka';
const broker =
    "must be a broker, HOST:PORT such as kafka.example.net:9092 or [2001:db8::9]:9092, and not the container";

test.each<[Record<string, string>, string]>([
    [{ kafkaBrokers: "[]" }, 'kafkaBrokers must be a list of at least one broker where role is "collector", got []'],
    [{ adminId: "" }, 'adminId must be given where role is "collector", and another one for each collector'],
    [{ mode: "proxy" }, 'mode must be "dnat" where role is "collector"'],
    [{ restPort: "8002" }, `restPort must be ${alone}, got 8002`],
    [{ restPassword: "SECRETREST" }, `restPassword must be ${alone}`],
    [{ restAllowedCidrs: '["2001:db8::/48"]' }, `restAllowedCidrs must be ${alone}`],
    [{ mysqlAllowedCidrs: '["2001:db8::/48"]' }, `mysqlAllowedCidrs must be ${alone}`],
    [{ kafkaAllowedCidrs: '["2001:db8::/48"]', kafkaFqdn: "k.example" }, `kafkaFqdn must be ${alone}`],
    [{ memoryGb: "4" }, `memoryGb must be ${alone}, got 4`],
    [{ purgeStaleData: "true" }, `purgeStaleData must be ${alone}, got true`],
    [{ backupKeep: "1" }, `backupKeep must be ${alone}, got 1`],
    [{ role: "consumer" }, 'role must be "aio" or "collector", got "consumer"'],
    ...[
        "kafka.example.net",
        "kafka.example.net:0",
        "kafka.example.net:65536",
        "2001:db8::9:9092",
        "[192.0.2.9]:9092",
        "SASL_SSL://k:9092",
        "a:1,b:2",
        "localhost:9092",
        "127.0.0.2:9092",
        "[::1]:9092",
    ].map((each): [Record<string, string>, string] => [
        { kafkaBrokers: JSON.stringify([each]) },
        `kafkaBrokers[0] ${broker} itself (localhost), got "${each}"`,
    ]),
    [
        { kafkaSettings: settingsOf({ "sasl.password": "SECRET" }) },
        "kafkaSettings.sasl.password must be left out: openbmpd, in both generations of its image, does not pass TLS or SASL on to librdkafka",
    ],
    [
        { kafkaSettings: settingsOf({ "linger.ms": 5 }) },
        "kafkaSettings.linger.ms must be left out: openbmpd reads none of librdkafka's settings but message.max.bytes, ",
    ],
    [
        { kafkaSettings: settingsOf({ "retry.backoff.ms": 0 }) },
        "kafkaSettings.retry.backoff.ms must be a whole number from 1 to 300000",
    ],
    [
        { kafkaSettings: settingsOf({ "compression.codec": "zstd" }) },
        "kafkaSettings.compression.codec must be one of none, gzip, snappy, lz4",
    ],
])("in the role collector, %j is refused", (changes, message) => {
    const said = problems(changes).join("\n");
    expect(said).toContain(message);
    expect(said).not.toContain("SECRET");
});

test.each(["kafkaBrokers", "kafkaSettings"])("in the role aio, %s is refused", (key) => {
    const values = { kafkaBrokers, kafkaSettings: settingsOf({ "compression.codec": "gzip" }) } as const;
    expect(aioProblems({ [key]: values[key as keyof typeof values] }).join("\n")).toContain(
        `${key} must be left out where role is "aio", which has a Kafka of its own: set role to "collector"`,
    );
});
