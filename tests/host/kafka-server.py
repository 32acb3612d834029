#!/usr/bin/env python3
"""A Kafka broker as far as kafka.sh asks it: kafka-server.py PORT STATE.

STATE is a JSON file, read at each request: "advertised" [host, port], "topics" {name: error},
"created" (whether an unknown topic is made), "groups" {group: [[host, {topic: partitions}], ...]},
"brokers" [[host, port], ...] in place of "advertised", "raw" (bytes in hexadecimal, sent whatever is asked)."""
import json
import socket
import socketserver
import struct
import sys


def string(text):
    return struct.pack(">h", len(text.encode())) + text.encode()


def strings_of(body):
    at, found = 4, []
    for _ in range(struct.unpack_from(">i", body)[0]):
        (length,) = struct.unpack_from(">h", body, at)
        found.append(body[at + 2 : at + 2 + length].decode())
        at += 2 + length
    assert at == len(body), body
    return found


def metadata(state, body):
    host, port = state["advertised"]
    answer = struct.pack(">ii", 1, 1001) + string(host) + struct.pack(">i", port)
    names = strings_of(body)
    answer += struct.pack(">i", len(names))
    for name in names:
        if name not in state["topics"]:
            # LEADER_NOT_AVAILABLE while it is made, UNKNOWN_TOPIC_OR_PARTITION where it is not.
            error = 5 if state.get("created", True) else 3
            if error == 5:
                state["topics"][name] = 0
        else:
            error = state["topics"][name]
        answer += struct.pack(">h", error) + string(name) + struct.pack(">i", 0 if error else 6)
        for partition in range(0 if error else 6):
            answer += struct.pack(">hii", 0, partition, 1001) + struct.pack(">iiii", 1, 1001, 1, 1001)
    return answer


def brokers(state, body):
    """Version 1 of Metadata, without topics; "brokers" are all that it sends its clients to."""
    assert body == struct.pack(">i", 0), body
    answer = struct.pack(">i", len(state["brokers"]))
    for number, (host, port) in enumerate(state["brokers"]):
        answer += struct.pack(">i", number) + string(host) + struct.pack(">ih", port, -1)
    return answer + struct.pack(">ii", 0, 0)


def list_groups(state, body):
    assert body == b"", body
    groups = state.get("groups", {})
    return struct.pack(">hi", 0, len(groups)) + b"".join(string(name) + string("consumer") for name in groups)


def describe_groups(state, body):
    names = strings_of(body)
    answer = struct.pack(">i", len(names))
    for name in names:
        members = state.get("groups", {}).get(name, [])
        answer += struct.pack(">h", 0) + string(name) + string("Stable") + string("consumer") + string("range")
        answer += struct.pack(">i", len(members))
        for number, (host, topics) in enumerate(members):
            assignment = b""
            if topics is not None:
                assignment = struct.pack(">hi", 0, len(topics))
                for topic, partitions in topics.items():
                    assignment += string(topic) + struct.pack(">i", partitions)
                    assignment += b"".join(struct.pack(">i", one) for one in range(partitions))
                assignment += struct.pack(">i", 0)
            subscription = b"\0\0" + b"a" * number
            answer += string(f"consumer-{number}") + string(f"consumer {number}") + string(host)
            answer += struct.pack(">i", len(subscription)) + subscription
            answer += struct.pack(">i", len(assignment)) + assignment
    return answer


class Broker(socketserver.StreamRequestHandler):
    def handle(self):
        (length,) = struct.unpack(">i", self.rfile.read(4))
        request = self.rfile.read(length)
        key, version, correlation, client = struct.unpack_from(">hhih", request)
        body = request[10 + client :]
        with open(sys.argv[2]) as file:
            state = json.load(file)
        assert version == (1 if key == 3 and "brokers" in state else 0), (key, version)
        if "raw" in state:
            self.wfile.write(bytes.fromhex(state["raw"]))
            return
        answer = struct.pack(">i", correlation) + {3: brokers if version else metadata, 15: describe_groups, 16: list_groups}[key](state, body)
        with open(sys.argv[2], "w") as file:
            json.dump(state, file)
        self.wfile.write(struct.pack(">i", len(answer)) + answer)


class Server(socketserver.ThreadingTCPServer):
    # Of both families.
    address_family = socket.AF_INET6
    allow_reuse_address = True


Server(("", int(sys.argv[1])), Broker).serve_forever()
