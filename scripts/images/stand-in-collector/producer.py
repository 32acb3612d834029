#!/usr/bin/python3
"""Writes to Kafka by librdkafka: producer.py BROKERS SETTING=VALUE…

Each line of stdin is a JSON list of topic, key and text. Ends with 1 when no broker is left; what it had not sent is
lost then. At the end of stdin it sends what it has."""
import json
import os
import select
import sys

from confluent_kafka import KafkaError, Producer


def on_error(error):
    print(error, file=sys.stderr, flush=True)
    if error.code() == KafkaError._ALL_BROKERS_DOWN:
        os._exit(1)


settings = dict(setting.split("=", 1) for setting in sys.argv[2:])
producer = Producer({"bootstrap.servers": sys.argv[1], "error_cb": on_error, **settings})
pending = b""
while True:
    producer.poll(0)
    if not select.select([0], [], [], 0.1)[0]:
        continue
    data = os.read(0, 65536)
    if not data:
        break
    *lines, pending = (pending + data).split(b"\n")
    for line in lines:
        topic, key, text = json.loads(line)
        producer.produce(topic, text.encode(), key.encode())
producer.flush(10)
