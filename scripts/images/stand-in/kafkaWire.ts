/**
 * Kafka's own protocol (https://kafka.apache.org/protocol), version 0 of what is
 * asked of a broker from outside: Metadata, ListGroups and DescribeGroups.
 */
import type { Socket } from "node:net";
import type { ConsumerGroup, TopicStore } from "./topicStore";

const METADATA = 3;
const DESCRIBE_GROUPS = 15;
const LIST_GROUPS = 16;
const NODE = 1001;
/** LEADER_NOT_AVAILABLE: of a topic that is being made, or whose broker nobody reaches. */
const NO_LEADER = 5;
const LONGEST_REQUEST = 1 << 20;

/** What the broker has to tell. */
export interface BrokerState {
    readonly host: string;
    readonly port: number;
    /** Whether the broker reaches itself where it sends its clients. */
    readonly reachable: boolean;
    readonly store: TopicStore;
    readonly groups: ReadonlyMap<string, ConsumerGroup>;
    /** Where the members of a group come from. */
    readonly memberHost: string;
}

const int16 = (value: number) => {
    const bytes = Buffer.alloc(2);
    bytes.writeInt16BE(value);
    return bytes;
};
const int32 = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
};
const string = (text: string) => Buffer.concat([int16(Buffer.byteLength(text)), Buffer.from(text)]);
const bytes = (content: Buffer) => Buffer.concat([int32(content.length), content]);
const array = <T>(items: readonly T[], encode: (item: T) => Buffer) =>
    Buffer.concat([int32(items.length), ...items.map(encode)]);

function readStrings(body: Buffer): string[] {
    const found: string[] = [];
    let at = 4;
    for (let left = body.readInt32BE(0); left > 0; left -= 1) {
        const length = body.readInt16BE(at);
        found.push(body.toString("utf8", at + 2, at + 2 + length));
        at += 2 + length;
    }
    return found;
}

/** Asked for, a topic is made; the first answer says that it has no leader yet. */
function topic(name: string, { store, reachable }: BrokerState): Buffer {
    const fresh = !store.has(name);
    if (fresh) {
        store.create(name);
    }
    const error = fresh || !reachable ? NO_LEADER : 0;
    const partitions = error === 0 ? [...store.partitions(name).keys()] : [];
    return Buffer.concat([
        int16(error),
        string(name),
        array(partitions, (partition) =>
            Buffer.concat([int16(0), int32(partition), int32(NODE), array([NODE], int32), array([NODE], int32)]),
        ),
    ]);
}

function group(name: string, { groups, memberHost }: BrokerState): Buffer {
    const found = groups.get(name);
    const partitions = found?.describe() ?? [];
    const assignment = (member: number) => {
        const own = partitions.filter((each) => each.member === member);
        const topics = [...new Set(own.map((each) => each.topic))];
        return Buffer.concat([
            int16(0),
            array(topics, (topicName) =>
                Buffer.concat([
                    string(topicName),
                    array(
                        own.filter((each) => each.topic === topicName).map(({ partition }) => partition),
                        int32,
                    ),
                ]),
            ),
            int32(0),
        ]);
    };
    return Buffer.concat([
        int16(0),
        string(name),
        string(found === undefined ? "Dead" : found.members.length === 0 ? "Empty" : "Stable"),
        string("consumer"),
        string("range"),
        array([...(found?.members ?? []).entries()], ([index, member]) =>
            Buffer.concat([
                ...[string(member), string("openbmp-mysql-consumer"), string(memberHost)],
                ...[bytes(Buffer.alloc(0)), bytes(assignment(index))],
            ]),
        ),
    ]);
}

function answer(key: number, body: Buffer, state: BrokerState): Buffer {
    switch (key) {
        case METADATA:
            return Buffer.concat([
                array([state], ({ host, port }) => Buffer.concat([int32(NODE), string(host), int32(port)])),
                array(readStrings(body), (name) => topic(name, state)),
            ]);
        case LIST_GROUPS:
            return Buffer.concat([
                int16(0),
                array([...state.groups.keys()], (name) => Buffer.concat([string(name), string("consumer")])),
            ]);
        case DESCRIBE_GROUPS:
            return array(readStrings(body), (name) => group(name, state));
        default:
            throw new Error(`no request with the key ${key}`);
    }
}

/** Answers each request in its turn; whoever sends anything else is cut off. */
export function onRequests(socket: Socket, state: () => BrokerState): void {
    let pending = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
        pending = Buffer.concat([pending, chunk]);
        try {
            while (pending.length >= 4) {
                const length = pending.readInt32BE(0);
                if (length < 10 || length > LONGEST_REQUEST) {
                    throw new Error("an impossible length");
                }
                if (pending.length < 4 + length) {
                    return;
                }
                const request = pending.subarray(4, 4 + length);
                pending = pending.subarray(4 + length);
                const client = Math.max(request.readInt16BE(8), 0);
                const reply = answer(request.readInt16BE(0), request.subarray(10 + client), state());
                socket.write(bytes(Buffer.concat([int32(request.readInt32BE(4)), reply])));
            }
        } catch {
            socket.destroy();
        }
    });
}
