/** obmp-mysql-consumer.yml as the consumers read it. */
import { parse } from "yaml";
import { isSection } from "./openbmpdConf";

export interface ConsumersConf {
    /** Of the database's user. */
    readonly password: string;
    /** Of topics, in the order in which they are subscribed to. */
    readonly topicPatterns: readonly string[];
}

const PUBLIC_PASSWORD = "openbmp";

/** What the program brings along. */
export const ownConsumersConf: ConsumersConf = {
    password: PUBLIC_PASSWORD,
    topicPatterns: ["collector", "router", "peer", "ls.*", "bmp_stat", "base_attribute", "l3vpn", "unicast_prefix"].map(
        (topic) => `openbmp[.]parsed[.]${topic}`,
    ),
};

/** @throws Error for a file that they do not load */
export function readConsumersConf(file: string): ConsumersConf {
    const document = parse(file) as unknown;
    if (!isSection(document)) {
        throw new Error("no sections");
    }
    // A file takes the place of all that the program brings along: without patterns in it there are none.
    const { mysql = {}, kafka = {} } = document;
    if (!isSection(mysql) || !isSection(kafka)) {
        throw new Error("a section without keys");
    }
    const { password = PUBLIC_PASSWORD } = mysql;
    const { subscribe_topic_patterns: topicPatterns = [] } = kafka;
    if (typeof password !== "string" && typeof password !== "number") {
        throw new Error("a password that is no text");
    }
    if (!Array.isArray(topicPatterns) || !topicPatterns.every((pattern) => typeof pattern === "string")) {
        throw new Error("patterns that are no list of texts");
    }
    return { password: String(password), topicPatterns };
}

/** The topics that a pattern stands for. */
export const topicsOf = (pattern: string, topics: readonly string[]) =>
    topics.filter((topic) => new RegExp(`^(?:${pattern})$`).test(topic));
