/** The forms of what openbmpd is told of Kafka. Each message completes "KEY must be …". */
import { z } from "zod";
import { readHostPort } from "../values/addresses";
import { text } from "../values/forms";

/** Inside the container these are the container itself. */
const isOwnHost = (host: string) => /^(localhost|127\..*|0\.0\.0\.0|::1?)$/i.test(host);

export const kafkaBroker = text(
    "a broker, HOST:PORT such as kafka.example.net:9092 or [2001:db8::9]:9092, and not the container itself (localhost)",
    (value) => {
        const broker = readHostPort(value);
        return broker !== undefined && !isOwnHost(broker.host);
    },
);

type Values = readonly [lowest: number, highest: number] | readonly string[];

/**
 * What openbmpd reads below `kafka` and gives to librdkafka, with what it accepts: with anything else it ends.
 * Sources: Server/src/Config.cpp of SNAS/openbmp and of OpenBMP/obmp-collector, where the ranges are the same.
 */
const SETTINGS: Readonly<Record<string, Values>> = {
    "message.max.bytes": [1000, 1_000_000_000],
    "receive.message.max.bytes": [1000, 1_000_000_000],
    "socket.timeout.ms": [10, 300_000],
    "queue.buffering.max.messages": [1, 10_000_000],
    "queue.buffering.max.kbytes": [1, 2_097_151],
    "queue.buffering.max.ms": [1, 900_000],
    "message.send.max.retries": [0, 10_000_000],
    "retry.backoff.ms": [1, 300_000],
    "compression.codec": ["none", "gzip", "snappy", "lz4"],
};

/** Of librdkafka's settings, those by which a broker is spoken to in another way than in clear and without a login. */
const isSecurity = (name: string) => /^(security|sasl|ssl|enable\.(ssl|sasl))\./.test(name);

const isNumbers = (values: Values): values is readonly [number, number] => typeof values[0] === "number";

/** What is wrong with a setting; undefined where openbmpd takes it. */
function settingProblem(name: string, value: string): string | undefined {
    const { [name]: values } = SETTINGS;
    if (values === undefined) {
        return isSecurity(name)
            ? "left out: openbmpd, in both generations of its image, does not pass TLS or SASL on to librdkafka; give it a listener of the brokers in clear (docs/kafka.md)"
            : `left out: openbmpd reads none of librdkafka's settings but ${Object.keys(SETTINGS).join(", ")}`;
    }
    if (!isNumbers(values)) {
        return values.includes(value) ? undefined : `one of ${values.join(", ")}`;
    }
    const [lowest, highest] = values;
    return /^\d{1,10}$/.test(value) && Number(value) >= lowest && Number(value) <= highest
        ? undefined
        : `a whole number from ${lowest} to ${highest}`;
}

export const kafkaSettings = z
    .record(
        z.string(),
        z.union([z.string(), z.number()], "a string or a number").transform(String),
        "an object of settings of librdkafka",
    )
    .superRefine((settings, context) => {
        for (const [name, value] of Object.entries(settings)) {
            const message = settingProblem(name, value);
            if (message !== undefined) {
                context.addIssue({ code: "custom", path: [name], message });
            }
        }
    });
