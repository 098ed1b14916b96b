#!/usr/bin/env python3
"""Reads a topic from its beginning to its end with confluent-kafka, and checks every record.

    read_topic.py BROKERS TOPIC [AT_LEAST]

A record must be a CloudEvent in Kafka's binary mode: its headers, a key, a JSON object as its value; a rejected row
instead says why and carries its raw bytes. Prints the counts as JSON; ends with 1 on a fault, or on fewer than AT_LEAST
(default 1) records.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections import Counter
from datetime import datetime

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

ALWAYS = ("ce_specversion", "ce_id", "ce_source", "ce_type", "content-type")
SILENCE_SECONDS = 30


def open_at_start(brokers: str, topic: str) -> tuple[Consumer, dict[int, int]]:
    """A consumer on all partitions, and where each of them ended when it was opened."""
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": "read-topic",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
    )
    described = consumer.list_topics(topic, timeout=20).topics[topic]
    if described.error:
        raise KafkaException(described.error)
    ends = {p: consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=20) for p in described.partitions}
    consumer.assign([TopicPartition(topic, p, low) for p, (low, _) in ends.items()])
    return consumer, {p: high for p, (low, high) in ends.items() if high > low}


def records(brokers: str, topic: str):
    consumer, ends = open_at_start(brokers, topic)
    try:
        while ends:
            message = consumer.poll(SILENCE_SECONDS)
            if message is None:
                raise SystemExit(f"no record for {SILENCE_SECONDS} s; still to read: {ends}")
            if message.error():
                if message.error().code() != KafkaError._PARTITION_EOF:
                    raise KafkaException(message.error())
                ends.pop(message.partition(), None)
                continue
            yield message
            if message.offset() + 1 >= ends.get(message.partition(), 0):
                ends.pop(message.partition(), None)
    finally:
        consumer.close()


def faults_of(message) -> list[str]:
    headers = {name: value.decode() for name, value in message.headers() or []}
    missing = [f"header {name} is missing" for name in ALWAYS if not headers.get(name)]
    if missing:
        return missing
    try:
        uuid.UUID(headers["ce_id"])
    except ValueError:
        return [f"ce_id {headers['ce_id']!r} is not a UUID"]
    if headers["ce_specversion"] != "1.0":
        return [f"ce_specversion is {headers['ce_specversion']!r}"]
    rejected = "ce_rejectreason" in headers
    return faults_of_rejected(headers, message) if rejected else faults_of_event(headers, message)


def faults_of_rejected(headers: dict[str, str], message) -> list[str]:
    return (
        [] if headers["ce_rejectreason"] and message.value() is not None else ["a rejected row without reason or bytes"]
    )


def faults_of_event(headers: dict[str, str], message) -> list[str]:
    faults = [] if headers["content-type"] == "application/json" else [f"content-type is {headers['content-type']!r}"]
    if not message.key():
        faults.append("no key")
    try:
        datetime.fromisoformat(headers.get("ce_time", "").replace("Z", "+00:00"))
        if not isinstance(json.loads(message.value()), dict):
            faults.append("the value is not a JSON object")
    except ValueError as error:
        faults.append(f"ce_time {headers.get('ce_time')!r} or the value cannot be read: {error}")
    return faults


def main() -> int:
    if len(sys.argv) not in (3, 4):
        print("usage: read_topic.py BROKERS TOPIC [AT_LEAST]", file=sys.stderr)
        return 2
    brokers, topic, at_least = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) == 4 else 1
    kinds, places, faulty = Counter(), Counter(), 0
    for message in records(brokers, topic):
        faults = faults_of(message)
        if faults:
            faulty += 1
            print(f"{topic}/{message.partition()}@{message.offset()}: {'; '.join(faults)}", file=sys.stderr)
        kinds[dict(message.headers() or []).get("ce_type", b"none").decode()] += 1
        places[str(message.partition())] += 1
    print(
        json.dumps(
            {"topic": topic, "records": sum(kinds.values()), "faulty": faulty, "types": kinds, "partitions": places}
        )
    )
    return 1 if faulty or sum(kinds.values()) < at_least else 0


if __name__ == "__main__":
    sys.exit(main())
