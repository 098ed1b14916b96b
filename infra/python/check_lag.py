"""A consumer group that is not ours: `ytempire lag` tells its lag as the client's own figures give it.

usage: check_lag.py BIN BROKERS
"""

import json
import subprocess
import sys
import time
import uuid

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

FIELDS = [
    "group",
    "topic",
    "partition",
    "position",
    "end",
    "behind",
    "behind_seconds",
    "in_per_second",
    "out_per_second",
    "caught_up_in_seconds",
    "queryable_ms",
]
AGE_SECONDS = 500
PARTITIONS = 3
RECORDS = 40
READ = 10


def lag(binary: str, brokers: str, group: str) -> dict[int, dict]:
    told = subprocess.run([binary, "lag", "--json", "--brokers", brokers], capture_output=True, text=True, check=True)
    rows = json.loads(told.stdout)
    assert all(list(row) == FIELDS for row in rows), rows[:1]
    return {row["partition"]: row for row in rows if row["group"] == group}


def main(binary: str, brokers: str) -> None:
    topic, group = f"foreign-{uuid.uuid4()}", f"strangers-{uuid.uuid4()}"
    config = {"bootstrap.servers": brokers, "log_level": 0}
    admin = AdminClient(config)
    admin.create_topics([NewTopic(topic, PARTITIONS, 1)])[topic].result(30)
    producer = Producer(config)
    began = time.time()
    for partition in range(2):
        for number in range(RECORDS):
            age_ms = (AGE_SECONDS - number) * 1000
            producer.produce(topic, b"x", partition=partition, timestamp=int(began * 1000) - age_ms)
    producer.flush(30)
    consumer = Consumer({**config, "group.id": group, "enable.auto.commit": False})
    places = {0: READ, 1: RECORDS}
    offsets = [TopicPartition(topic, partition, offset) for partition, offset in places.items()]
    consumer.commit(offsets=offsets, asynchronous=False)

    told = lag(binary, brokers, group)
    assert set(told) == {0, 1}, f"what was never committed has no place: {told}"
    for partition, offset in places.items():
        _, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=30)
        row = told[partition]
        assert (row["position"], row["end"], row["behind"]) == (offset, high, high - offset), row
        assert row["queryable_ms"] is None, row
    late, idle = told[0], told[1]
    latest = time.time() - began + AGE_SECONDS - READ
    assert latest - 60 <= late["behind_seconds"] <= latest, (late, latest)
    assert late["caught_up_in_seconds"] is None, "nobody reads, so it never is"
    assert (idle["behind_seconds"], idle["caught_up_in_seconds"]) == (0, 0), idle

    consumer.commit(offsets=[TopicPartition(topic, 0, RECORDS)], asynchronous=False)
    consumer.close()
    told = lag(binary, brokers, group)
    assert all(row["behind_seconds"] == 0 and row["behind"] == 0 for row in told.values()), told


if __name__ == "__main__":
    main(*sys.argv[1:])
