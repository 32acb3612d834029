import { mkdirSync } from "node:fs";
import { join } from "node:path";

const PARTITIONS = 6;

export interface TopicMessage {
    readonly topic: string;
    readonly partition: number;
    readonly offset: number;
    readonly value: unknown;
}

/** Where a group is in a partition, and which member reads it. */
export interface PartitionState {
    readonly topic: string;
    readonly partition: number;
    readonly current: number | null;
    readonly end: number;
    readonly member: number | null;
}

/** Kafka's topics; a folder for each partition is what a look at its directory shows. */
export class TopicStore {
    private readonly topics = new Map<string, unknown[][]>();

    constructor(private readonly directory: string) {}

    names(): string[] {
        return [...this.topics.keys()].sort();
    }

    has(topic: string): boolean {
        return this.topics.has(topic);
    }

    create(topic: string, partitions = PARTITIONS): unknown[][] {
        const made = Array.from({ length: partitions }, () => []);
        for (const index of made.keys()) {
            mkdirSync(join(this.directory, `${topic}-${index}`), { recursive: true });
        }
        this.topics.set(topic, made);
        return made;
    }

    /** The first message makes the topic. */
    append(topic: string, key: string, value: unknown): void {
        const partitions = this.topics.get(topic) ?? this.create(topic);
        const sum = Buffer.from(key).reduce((total, byte) => total + byte, 0);
        partitions[sum % partitions.length]?.push(value);
    }

    partitions(topic: string): readonly (readonly unknown[])[] {
        return this.topics.get(topic) ?? [];
    }
}

/** A consumer group: its members with the topics they are attached to, and how far it has read. */
export class ConsumerGroup {
    private topics: readonly string[] = [];
    private readonly sent = new Map<string, number[]>();
    private readonly committed = new Map<string, number[]>();
    /** The names of the members; none when nobody is there. */
    members: readonly string[] = [];

    constructor(private readonly store: TopicStore) {}

    join(members: readonly string[], topics: readonly string[]): void {
        this.members = members;
        this.topics = topics;
        for (const topic of topics) {
            const zeros = this.store.partitions(topic).map(() => 0);
            this.committed.set(topic, this.committed.get(topic) ?? zeros);
        }
    }

    /** What was sent and not committed is sent again to whoever joins next. */
    leave(): void {
        this.members = [];
        this.topics = [];
        this.sent.clear();
    }

    /** What the group has not been sent yet of its topics, from the beginning. */
    take(): TopicMessage[] {
        const taken: TopicMessage[] = [];
        for (const topic of this.topics) {
            const sent = this.sent.get(topic) ?? [...(this.committed.get(topic) ?? [])];
            this.sent.set(topic, sent);
            for (const [partition, messages] of this.store.partitions(topic).entries()) {
                for (let offset = sent[partition] ?? 0; offset < messages.length; offset += 1) {
                    taken.push({ topic, partition, offset, value: messages[offset] });
                }
                sent[partition] = messages.length;
            }
        }
        return taken;
    }

    commit({ topic, partition, offset }: TopicMessage): void {
        const offsets = this.committed.get(topic);
        if (offsets) {
            offsets[partition] = offset + 1;
        }
    }

    describe(): PartitionState[] {
        return [...this.committed].flatMap(([topic, offsets]) => {
            const partitions = this.store.partitions(topic);
            const perMember = Math.ceil(partitions.length / Math.max(this.members.length, 1));
            return partitions.map((messages, partition) => ({
                topic,
                partition,
                current: offsets[partition] ?? null,
                end: messages.length,
                member: this.topics.includes(topic) ? Math.floor(partition / perMember) : null,
            }));
        });
    }
}
