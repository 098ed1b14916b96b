"""A consumer group that is not ours: `ytempire lag` tells its lag as the client's own figures give it.

usage: check_lag.py BIN BROKERS
"""

import json
import signal
import subprocess
import sys
import threading
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
    open_transactions(binary, config, topic)
    odd_places(binary, config)
    commits_now_and_then(binary, config)
    steady_rates(binary, config, topic)


def commit(config: dict, group: str, topic: str, partition: int, offset: int) -> Consumer:
    consumer = Consumer({**config, "group.id": group, "enable.auto.commit": False})
    consumer.commit(offsets=[TopicPartition(topic, partition, offset)], asynchronous=False)
    return consumer


def open_transactions(binary: str, config: dict, topic: str) -> None:
    """Neither records nor offsets in a transaction that hangs hide anything: that is when lag is asked for."""
    brokers = config["bootstrap.servers"]
    hanging = Producer({**config, "transactional.id": f"hangs-{uuid.uuid4()}"})
    hanging.init_transactions(30)
    hanging.begin_transaction()
    for _ in range(10):
        hanging.produce(topic, b"x", partition=2)
    hanging.flush(30)
    producer = Producer(config)
    for _ in range(10):
        producer.produce(topic, b"x", partition=2)
    producer.flush(30)
    groups = {f"before-{uuid.uuid4()}": 0, f"within-{uuid.uuid4()}": 4}
    consumers = [commit(config, group, topic, 2, offset) for group, offset in groups.items()]
    within = consumers[1]
    metadata = within.consumer_group_metadata()
    hanging.send_offsets_to_transaction([TopicPartition(topic, 2, 15)], metadata, 30)
    began = time.monotonic()
    for group, offset in groups.items():
        row = lag(binary, brokers, group)[2]
        assert (row["position"], row["end"], row["behind"]) == (offset, 20, 20 - offset), row
        assert row["behind_seconds"] is not None and row["behind_seconds"] > 0, row
    assert time.monotonic() - began < 60, "a transaction keeps nobody waiting"
    hanging.commit_transaction(30)
    (row,) = lag(binary, brokers, next(reversed(groups))).values()
    assert (row["position"], row["end"]) == (15, 21), f"the mark of the transaction is an offset, too: {row}"
    for consumer in consumers:
        consumer.close()


def odd_places(binary: str, config: dict) -> None:
    """A clock that is ahead, a position beyond the end, a member that never commits: none looks as if it were well."""
    brokers, topic = config["bootstrap.servers"], f"odd-{uuid.uuid4()}"
    admin = AdminClient(config)
    admin.create_topics([NewTopic(topic, 3, 1)])[topic].result(30)
    producer = Producer(config)
    for partition in range(3):
        for _ in range(50):
            ahead_ms = int(time.time() * 1000) + 300_000 if partition == 0 else int(time.time() * 1000)
            producer.produce(topic, b"x", partition=partition, timestamp=ahead_ms)
    producer.flush(30)
    skewed = commit(config, f"skewed-{uuid.uuid4()}", topic, 0, 0)
    beyond = commit(config, f"beyond-{uuid.uuid4()}", topic, 1, 500)
    silent = f"silent-{uuid.uuid4()}\nof two lines"
    member = Consumer({**config, "group.id": silent, "enable.auto.commit": False, "auto.offset.reset": "earliest"})
    member.subscribe([topic])
    deadline = time.monotonic() + 60
    while not member.assignment() and time.monotonic() < deadline:
        member.poll(0.2)
    told = subprocess.run([binary, "lag", "--json", "--brokers", brokers], capture_output=True, text=True, check=True)
    rows = [row for row in json.loads(told.stdout) if row["topic"] == topic]
    groups = {row["group"].split("-")[0]: row for row in rows}
    row = groups["skewed"]
    assert (row["behind"], row["behind_seconds"], row["caught_up_in_seconds"]) == (50, 0, None), row
    assert row["out_per_second"] == 0, row
    row = groups["beyond"]
    assert (row["position"], row["end"], row["behind"]) == (500, 50, 0), row
    assert (row["behind_seconds"], row["caught_up_in_seconds"]) == (None, None), row
    quiet = [row for row in rows if row["group"] == silent]
    assert [row["partition"] for row in quiet] == [0, 1, 2], quiet
    assert all((row["position"], row["end"], row["behind"]) == (None, 50, None) for row in quiet), quiet
    table = subprocess.run([binary, "lag", "--brokers", brokers], capture_output=True, text=True, check=True).stdout
    assert sum(r"\nof two lines" in line for line in table.splitlines()) == 3, table
    for consumer in (skewed, beyond, member):
        consumer.close()


def commits_now_and_then(binary: str, config: dict) -> None:
    """A consumer as Kafka's clients make it commits every 5 s: its rate is the true one still."""
    brokers, topic, group = config["bootstrap.servers"], f"auto-{uuid.uuid4()}", f"auto-{uuid.uuid4()}"
    admin = AdminClient(config)
    admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(30)
    producer = Producer(config)
    consumer = Consumer({**config, "group.id": group, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    stop = threading.Event()

    def run() -> None:
        sent, began = 0, time.monotonic()
        while not stop.is_set():
            due = int((time.monotonic() - began) * 200)
            for _ in range(due - sent):
                producer.produce(topic, b"x", partition=0)
            sent = due
            producer.poll(0)
            consumer.consume(1000, 0.05)

    running = threading.Thread(target=run)
    running.start()
    time.sleep(12)
    rows = [lag(binary, brokers, group)[0] for _ in range(2)]
    stop.set()
    running.join(30)
    consumer.close()
    for row in rows:
        assert 150 < row["in_per_second"] < 250 and 150 < row["out_per_second"] < 250, row


def steady_rates(binary: str, config: dict, topic: str) -> None:
    """200 records come in a second, 120 are read: both are told, and that it never ends."""
    group = f"steady-{uuid.uuid4()}"
    consumer = commit(config, group, topic, 0, 0)
    producer = Producer(config)
    command = [binary, "lag", "--json", "--watch", "--brokers", config["bootstrap.servers"]]
    watching = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    ticks, lines = 0, []
    reading = threading.Thread(target=lambda: lines.extend(watching.stdout))
    reading.start()
    began = time.monotonic()
    while (passed := time.monotonic() - began) < 20:
        due = int(passed * 10)
        for _ in range((due - ticks) * 20):
            producer.produce(topic, b"x", partition=0)
        producer.flush(30)
        ticks = due
        consumer.commit(offsets=[TopicPartition(topic, 0, ticks * 12)], asynchronous=False)
        time.sleep(0.05)
    watching.send_signal(signal.SIGINT)
    assert watching.wait(5) == 0, "Ctrl-C ends it at once"
    reading.join(5)
    consumer.close()
    rows = [row for row in json.loads(lines[-1]) if row["group"] == group]
    assert len(lines) >= 4, f"a line a second, if the machine has the time: {len(lines)} in 20 s"
    (row,) = rows
    assert 160 < row["in_per_second"] < 240 and 96 < row["out_per_second"] < 144, row
    assert row["caught_up_in_seconds"] is None, row


if __name__ == "__main__":
    main(*sys.argv[1:])
