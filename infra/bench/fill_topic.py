"""Fills youtube.video-snapshots.v1 with valid events, and measures a restart with them behind it.

usage: fill_topic.py BROKERS ROWS
       fill_topic.py --restart BIN WORK ROWS HTTP      as restart.sh does: KAFKA_BROKERS, PSQL, BENCH_KILLS, BENCH_UP;
                                                       without KAFKA_BROKERS the platform has its broker inside

20,000 videos of 500 channels are observed once an hour of event time, as in streams/benches/throughput.rs. A topic that
has rows gets what is missing to ROWS, so that a fill that was cut goes on; ids follow from the row's number, so what is
sent twice is the same event.

A marker, an event of a video that nobody has seen, is on the topic before the process starts; where the broker is
inside the process, its sender tries to reach it from then on, every 50 ms, and connects anew. What counts are the
stores themselves: the lake has it when its Delta log has a commit whose `txn` is behind the marker's offset, a view
when `sink.positions` is, which is written with the view's rows in one transaction. /v1/pipelines tells the same, up to
a second later.
"""

import contextlib
import hashlib
import http.client
import json
import os
import shlex
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from confluent_kafka import Consumer, Producer, TopicPartition

TOPIC = "youtube.video-snapshots.v1"
KIND = "com.ytempire.youtube.video-snapshot.v1"
SOURCE = "/bench"
VIDEOS = 20_000
CHANNELS = 500
BEGIN_SECONDS = 1_700_000_000
HOUR_SECONDS = 3_600
TAGS = [f"tag number {tag}" for tag in range(6)]
SAY_EVERY_SECONDS = 5

LOOK_EVERY_SECONDS = 0.01
PATIENCE_SECONDS = 120
DRAIN_STALLS_AFTER_SECONDS = 600
LAKE_SINK = "bronze.youtube_video_snapshots"
POSITIONS = f"SELECT sink, partition, position FROM sink.positions WHERE topic = '{TOPIC}' AND sink NOT LIKE 'shadow:%'"
# one line for an answer, so that its end is known
ONE_LINE = f"SELECT coalesce(jsonb_agg(p), '[]') FROM ({POSITIONS}) p;\n"


def event_id(number: int) -> str:
    """As random as the platform's own: sets and filters of ids shall have no easier time."""
    h = hashlib.blake2b(str(number).encode(), digest_size=16).hexdigest()
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"


def time_text(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def last_hour(rows: int) -> int:
    """Event time of the last of so many rows."""
    return BEGIN_SECONDS + (max(rows, 1) - 1) // VIDEOS * HOUR_SECONDS


def parts_of(video: int) -> tuple[str, str]:
    """What every body of a video begins and ends with; the counters stand between."""
    head = {
        "video_id": f"{video:011}",
        "title": f"A title of usual length for video number {video}",
        "channel_id": f"UC{video % CHANNELS:022}",
        "channel_title": f"Channel {video % CHANNELS}",
        "category_id": video % 15,
        "tags": TAGS,
    }
    tail = f'"thumbnail_url":"https://i.ytimg.com/vi/{video:011}/default.jpg"}}'
    return json.dumps(head, separators=(",", ":"))[:-1], tail


def body(parts: tuple[str, str], views: int) -> str:
    return f'{parts[0]},"views":{views},"likes":{views // 20},"comments":{views // 300},{parts[1]}'


def headers(number: int, when: str) -> list[tuple[str, str]]:
    return [
        ("ce_specversion", "1.0"),
        ("ce_id", event_id(number)),
        ("ce_source", SOURCE),
        ("ce_type", KIND),
        ("content-type", "application/json"),
        ("ce_time", when),
    ]


def producer(brokers: str, linger_ms: int = 50, *, idempotent: bool = True) -> Producer:
    return Producer(
        {
            "bootstrap.servers": brokers,
            "log_level": 0,
            "enable.idempotence": idempotent,
            "linger.ms": linger_ms,
            "batch.size": 1_000_000,
            "batch.num.messages": 10_000,
            "queue.buffering.max.messages": 500_000,
            "queue.buffering.max.kbytes": 262_144,
            # the platform's own, so that a video stays on one partition whoever writes
            "partitioner": "murmur2_random",
            "reconnect.backoff.ms": 20,
            "reconnect.backoff.max.ms": 50,
        }
    )


def ends(brokers: str) -> dict[int, int]:
    """Per partition, the offset that the next record gets."""
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "bench.restart", "log_level": 0})
    try:
        partitions = consumer.list_topics(TOPIC, timeout=30).topics[TOPIC].partitions
        return {p: consumer.get_watermark_offsets(TopicPartition(TOPIC, p), timeout=30)[1] for p in sorted(partitions)}
    finally:
        consumer.close()


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def fill(brokers: str, rows: int, say: Callable[[str], None] = say) -> None:
    begin = min(sum(ends(brokers).values()), rows)
    log = producer(brokers)
    parts = [parts_of(video) for video in range(min(rows, VIDEOS))]
    began = said = time.monotonic()
    when, hour = "", -1
    for number in range(begin, rows):
        step, video = divmod(number, VIDEOS)
        if step != hour:
            when, hour = time_text(BEGIN_SECONDS + step * HOUR_SECONDS), step
        value = body(parts[video], step * 1_000 + video)
        while True:
            try:
                log.produce(TOPIC, value, f"{video:011}", headers=headers(number, when))
                break
            except BufferError:
                log.poll(0.1)
        if number % 1_000 == 0:
            log.poll(0)
            now = time.monotonic()
            if now - said >= SAY_EVERY_SECONDS:
                said = now
                say(f"filled {number} of {rows} rows, {(number - begin) / (now - began):.0f} rows/s")
    left = log.flush(300)
    if left:
        raise SystemExit(f"{left} rows were not delivered within 300 s")
    took = time.monotonic() - began
    say(f"filled {rows - begin} rows in {took:.1f} s, {(rows - begin) / max(took, 0.001):.0f} rows/s")


@dataclass
class Marker:
    video: str
    partition: int
    offset: int


class Platform:
    """`ytempire up` on one data folder, again and again."""

    def __init__(self, binary: str, work: Path, address: str):
        self.data = work / "data"
        self.log = work / "up.log"
        self.address = address
        options = shlex.split(os.environ.get("BENCH_UP", ""))
        self.command = [binary, "--data-dir", str(self.data), "--http", address, *options, "up", "--no-simulate"]
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def end(self, name: int) -> None:
        if self.process is None:
            return
        self.process.send_signal(name)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def check(self) -> None:
        if self.process is None or self.process.poll() is not None:
            raise SystemExit(f"the platform ended by itself:\n{self.log_tail()}")

    def log_tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])

    def get(self, path: str) -> tuple[int, bytes]:
        """Status 0 where nobody answers."""
        connection = http.client.HTTPConnection(self.address, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()

    def is_ready(self) -> bool:
        return self.get("/readyz")[0] == 200

    def database_url(self) -> str | None:
        """The owner writes the file when everything is started; what an earlier one left behind is not meant."""
        with contextlib.suppress(OSError, ValueError):
            run = json.loads((self.data / "run.json").read_text())
            if self.process is not None and run["pid"] == self.process.pid:
                return run["database_url"]
        return None

    def run(self) -> dict:
        return json.loads((self.data / "run.json").read_text())


class Views:
    """Positions of the views' sinks, from one psql that stays: one for each look would take the processor's time."""

    def __init__(self, platform: Platform):
        self.platform = platform
        self.psql: subprocess.Popen | None = None

    def positions(self) -> dict[tuple[str, int], int]:
        """Empty where the database does not answer."""
        if self.psql is None and not self.open():
            return {}
        with contextlib.suppress(OSError):
            self.psql.stdin.write(ONE_LINE)
            self.psql.stdin.flush()
            line = self.psql.stdout.readline()
            if line:
                return {(row["sink"], row["partition"]): row["position"] for row in json.loads(line)}
        self.close()
        return {}

    def open(self) -> bool:
        url = self.platform.database_url()
        if url is None:
            return False
        command = [os.environ["PSQL"], url, "--quiet", "--no-psqlrc", "--tuples-only", "--no-align"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self.psql = subprocess.Popen(command, **pipes, text=True)
        return True

    def close(self) -> None:
        if self.psql is not None:
            self.psql.kill()
            self.psql.communicate()
            self.psql = None


class Lake:
    """Positions of the lake's sink, from the commits as they come."""

    def __init__(self, data: Path):
        self.folder = data / "lake" / Path(*LAKE_SINK.split(".")) / "_delta_log"
        self.next = 1 + max((int(path.stem) for path in self.folder.glob("*.json") if path.stem.isdigit()), default=-1)

    def new_positions(self) -> dict[int, int]:
        """What commits since the last call have moved: cheap, as it asks for one file."""
        moved: dict[int, int] = {}
        while (commit := self.folder / f"{self.next:020}.json").exists():
            for line in commit.read_text().splitlines():
                transaction = json.loads(line).get("txn", {})
                sink, _, partition = transaction.get("appId", "").rpartition("/")
                if sink == f"{LAKE_SINK}/{TOPIC}":
                    moved[int(partition)] = transaction["version"]
            self.next += 1
        return moved


def wait_until(platform: Platform, condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        platform.check()
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {PATIENCE_SECONDS} s: {what}\n{platform.log_tail()}")
        time.sleep(0.1)


def drain(platform: Platform, goal: dict[int, int]) -> set[str]:
    """Waits until every pipeline that reads the topic has read it; gives their sinks."""
    moved = began = time.monotonic()
    first, last = None, None
    said = 0.0
    while True:
        platform.check()
        status, answer = platform.get("/v1/pipelines")
        rows = json.loads(answer)["data"]["pipelines"] if status == 200 else []
        rows = [row for row in rows if row["topic"] == TOPIC]
        sinks = {row["sink"] for row in rows}
        at: dict[str, int] = {sink: 0 for sink in sinks}
        for row in rows:
            at[row["sink"]] += row["position"]
        now = time.monotonic()
        held = {(row["sink"], row["partition"]): row["position"] for row in rows}
        # sinks are told of one by one at the very beginning
        complete = len(sinks) > 1 and LAKE_SINK in sinks
        if complete and all(held.get((sink, p), 0) >= end for sink in sinks for p, end in goal.items()):
            say(f"drained in {now - began:.1f} s")
            return sinks
        if at != last:
            moved, last = now, at
        if now - moved > DRAIN_STALLS_AFTER_SECONDS:
            raise SystemExit(f"nothing moves any more: {at}\n{platform.log_tail()}")
        if at and now - said >= SAY_EVERY_SECONDS:
            said = now
            slowest = min(at, key=at.__getitem__)
            first = first or (now, at[slowest])
            rate = (at[slowest] - first[1]) / max(now - first[0], 0.001)
            say(f"read {at[slowest]} of {sum(goal.values())} rows by the slowest, {slowest}, {rate:.0f} rows/s")
        time.sleep(0.5)


class Markers:
    """Their producer is connected before a kill that the brokers outlive, so that the start comes at once after it,
    while the database of the killed process may still be ending. To a broker that was killed it connects anew: a client
    that has lost its broker takes a second or two of its own to try it again, and one that is idempotent another half
    to be given its id.
    """

    def __init__(self, rows: int):
        # in the minute after the last row, so that it is of the day that has rows behind it
        self.when = time_text(last_hour(rows) + 60)
        self.delivered: list = []
        self.log: Producer | None = None

    def connect(self, brokers: str) -> None:
        self.log = producer(brokers, linger_ms=0, idempotent=False)
        self.log.list_topics(TOPIC, timeout=30)
        self.log.poll(0)

    def produce(self) -> None:
        self.number = time.time_ns() // 100_000_000
        self.delivered: list = []
        value = body(parts_of(self.number), 1)
        told = headers(self.number, self.when)
        self.log.produce(
            TOPIC,
            value,
            f"{self.number:011}",
            headers=told,
            on_delivery=lambda *outcome: self.delivered.append(outcome),
        )

    def delivery(self, patience_seconds: float = 0) -> Marker | None:
        """None as long as there is nobody to take it."""
        if self.log is None:
            return None
        self.log.flush(patience_seconds) if patience_seconds else self.log.poll(0)
        if not self.delivered:
            return None
        error, message = self.delivered[0]
        if error is not None:
            raise SystemExit(f"the marker was not delivered: {error}")
        return Marker(f"{self.number:011}", message.partition(), message.offset())


def takes_connections(address: str) -> bool:
    host, port = address.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), timeout=0.1).close()
    except OSError:
        return False
    return True


def kill_and_measure(platform: Platform, brokers: str, rows: int, view_sinks: set[str]) -> dict[str, float]:
    markers, marker = Markers(rows), None
    if "KAFKA_BROKERS" in os.environ:
        markers.connect(brokers)
    killed = time.monotonic()
    platform.end(signal.SIGKILL)
    lake, views = Lake(platform.data), Views(platform)
    if markers.log:
        markers.produce()
        marker = markers.delivery(30)
    moved: dict[int, int] = {}
    began = time.monotonic()
    platform.start()
    took: dict[str, float] = {}
    each: dict[str, float] = {}
    while len(took) < 3:
        look = time.monotonic()
        if "ready" not in took and platform.is_ready():
            took["ready"] = time.monotonic() - began
        if markers.log is None and takes_connections(brokers):
            markers.connect(brokers)
            markers.produce()
        marker = marker or markers.delivery()
        moved |= lake.new_positions()
        if "lake" not in took and marker and moved.get(marker.partition, 0) > marker.offset:
            took["lake"] = time.monotonic() - began
        if "views" not in took and marker:
            at, now = views.positions(), time.monotonic() - began
            for sink in view_sinks - each.keys():
                if at.get((sink, marker.partition), 0) > marker.offset:
                    each[sink] = now
            if view_sinks <= each.keys():
                took["views"] = now
        platform.check()
        if look - began > PATIENCE_SECONDS:
            raise SystemExit(f"not within {PATIENCE_SECONDS} s, only {took} and {each}\n{platform.log_tail()}")
        time.sleep(max(0.0, LOOK_EVERY_SECONDS - (time.monotonic() - look)))
    views.close()
    status, _ = platform.get(f"/v1/videos/stats/{marker.video}")
    if status != 200:
        raise SystemExit(f"/v1/videos/stats/{marker.video} answers {status} after every view has it")
    told = [f"{sink} {seconds:.2f} s" for sink, seconds in sorted(each.items(), key=lambda one: one[1])]
    say(f"  started {(began - killed) * 1000:.0f} ms after the kill; {', '.join(told)}")
    return took


def line_of(took: dict[str, float], places: int) -> str:
    return ", ".join(f"{what} {took[what]:.{places}f} s" for what in ("ready", "lake", "views"))


def measure(binary: str, work: str, rows: int, address: str) -> None:
    kills = int(os.environ.get("BENCH_KILLS") or 5)
    platform = Platform(binary, Path(work), address)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        platform.start()
        wait_until(platform, platform.is_ready, "the platform is ready")
        brokers = os.environ.get("KAFKA_BROKERS") or platform.run()["kafka_brokers"]
        fill(brokers, rows)
        view_sinks = drain(platform, ends(brokers)) - {LAKE_SINK}
        measured = []
        for kill in range(1, kills + 1):
            measured.append(kill_and_measure(platform, brokers, rows, view_sinks))
            print(f"kill {kill}: {line_of(measured[-1], 2)}", flush=True)
        medians = {what: statistics.median(took[what] for took in measured) for what in measured[0]}
        told = f"restart after SIGKILL with {rows} rows behind"
        print(f"{told}: {line_of(medians, 1)} (medians of {kills})", flush=True)
    finally:
        platform.end(signal.SIGTERM)


if __name__ == "__main__":
    if sys.argv[1] == "--restart":
        measure(sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5])
    else:
        fill(sys.argv[1], int(sys.argv[2]))
