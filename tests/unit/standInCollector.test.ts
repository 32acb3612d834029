import { readFileSync } from "node:fs";
import { join } from "node:path";
import { applyEdits, planEdits } from "../../components/openbmpd/openbmpdConf";
import { collectorFields, kafkaMessage, routerFields } from "../../scripts/images/stand-in/messages";
import { readKafkaConf } from "../../scripts/images/stand-in/openbmpdConf";

const ownFile = readFileSync(join(__dirname, "../../scripts/images/stand-in/openbmpd.conf"));

test("of openbmpd.conf it reads the brokers and the settings that a deployment writes, IPv6 among them", () => {
    const kafkaBrokers = ["k.example:9092", "[2001:db8::9]:9093"];
    const kafkaSettings = { "retry.backoff.ms": "50", "compression.codec": "gzip" };
    const wanted = { listenMode: "v4v6", patEnabled: false, kafkaBrokers, kafkaSettings } as const;
    const read = readKafkaConf(applyEdits(ownFile, planEdits(ownFile, wanted)).toString());
    expect(read.brokers).toEqual(kafkaBrokers);
    expect(read.settings).toMatchObject(kafkaSettings);
});

test.each([
    ["brokers: k.example:9092", { brokers: ["localhost:9092"] }],
    ["sasl.password: x", { settings: expect.not.objectContaining({ "sasl.password": "x" }) as object }],
])("what openbmpd does not read below kafka has no effect: %s", (line, expected) => {
    expect(readKafkaConf(`kafka:\n  ${line}\n`)).toMatchObject(expected);
});

test.each(["retry.backoff.ms: 0", "compression.codec: zstd"])("with %s it does not start", (line) => {
    expect(() => readKafkaConf(`kafka:\n  ${line}\n`)).toThrow(/invalid/);
});

test("a message has a header that says how long it is, and a field for each thing in one line", () => {
    const router = { hash: "h", collectorHash: "c", address: "2001:db8::1", name: "edge", description: "two\nlines" };
    const message = kafkaMessage("router", "c", routerFields(7, router));
    const [header = "", row = ""] = message.split("\n\n");
    expect(header).toBe(`V: 1.7\nC_HASH_ID: c\nT: router\nL: ${row.length}\nR: 1`);
    expect(row.split("\t").slice(0, 7)).toEqual(["init", "7", "edge", "h", "2001:db8::1", "two\\nlines", "0"]);
    const collector = { adminId: "lab-1", collectorHash: "c", routers: ["2001:db8::1", "2001:db8::2"] };
    expect(collectorFields("change", 8, collector).slice(0, 6)).toEqual([
        ...["change", 8, "lab-1", "c", "2001:db8::1, 2001:db8::2", 2],
    ]);
});
