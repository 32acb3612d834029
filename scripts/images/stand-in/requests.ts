/** What is asked of the stand-in's Kafka and ZooKeeper, one request a line. */
import type { TopicMessage } from "./topicStore";

/** What its clients ask of the broker. */
export type BrokerRequest =
    | { readonly op: "metadata" }
    | { readonly op: "produce"; readonly topic: string; readonly key: string; readonly value: unknown }
    | { readonly op: "join"; readonly group: string; readonly clients: string[]; readonly topics: string[] }
    | { readonly op: "commit"; readonly messages: TopicMessage[] }
    | { readonly op: "describe"; readonly group: string };

/** What the broker's tools ask of ZooKeeper. */
export type ZookeeperRequest =
    { readonly op: "create"; readonly topic: string; readonly partitions: number } | { readonly op: "list" };
