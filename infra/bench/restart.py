#!/usr/bin/env python3
"""How long the platform takes after a SIGKILL until it processes again, with many rows behind it.

    restart.py BIN [ROWS [FOLDER]]          ROWS 1,000,000; a FOLDER that is filled already is not filled again

Starts `up` on embedded defaults, fills the topic of video snapshots with ROWS events, waits until every sink has them,
and kills it five times. After each: seconds from the start of the process until /readyz answers 200, until the lake has
committed an event that is sent as soon as the broker takes one, and until the views show it. Prints each, and their
medians.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from confluent_kafka import Producer

TOPIC = "youtube.video-snapshots.v1"
TYPE = "com.ytempire.youtube.video-snapshot.v1"
VIDEOS, CHANNELS, KILLS = 20_000, 500, 5
START = datetime(2023, 11, 14, tzinfo=UTC)
PATIENCE = 4 * 3600


class Platform:
    """`up` in a folder."""

    def __init__(self, binary: str, folder: Path) -> None:
        self.binary, self.folder = binary, folder
        self.log = (folder.parent / f"{folder.name}.log").open("ab")
        self.began = time.monotonic()
        arguments = [binary, "--data-dir", str(folder), "--http", "127.0.0.1:0", "up", "--no-simulate"]
        self.process = subprocess.Popen(arguments, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        self.run: dict = {}

    def look(self) -> bool:
        """Whether the platform has told where its parts are."""
        if self.process.poll() is not None:
            raise SystemExit(f"the platform ended by itself: see {self.log.name}")
        try:
            told = json.loads((self.folder / "run.json").read_text())
        except (OSError, ValueError):
            return False
        if told["pid"] == self.process.pid:
            self.run = told
        return bool(self.run)

    def get(self, path: str) -> dict | None:
        """The answer, or none where there is no good one."""
        try:
            with urllib.request.urlopen(self.run["http_url"] + path, timeout=5) as answer:
                return json.load(answer)
        except (OSError, ValueError, KeyError):
            return None

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.run["http_url"] + "/readyz", timeout=5) as answer:
                return answer.status == 200
        except (OSError, KeyError):
            return False

    def producer(self) -> Producer:
        return Producer(
            {
                "bootstrap.servers": self.run["kafka_brokers"],
                "reconnect.backoff.ms": 10,
                "reconnect.backoff.max.ms": 20,
                "queue.buffering.max.messages": 1_000_000,
                "linger.ms": 5,
                "log_level": 0,
            }
        )

    def kill(self, how: int) -> None:
        self.process.send_signal(how)
        self.process.wait()


def wait(what: str, condition) -> None:
    """Looks every 5 ms."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what}: not within {PATIENCE} s")
        time.sleep(0.005)


def snapshot(producer: Producer, video: str, number: int, moment: datetime) -> None:
    channel = number % CHANNELS
    body = {
        "video_id": video,
        "title": f"A title of usual length for video number {video}",
        "channel_id": f"UC{channel:022}",
        "channel_title": f"Channel {channel}",
        "category_id": number % 15,
        "tags": [f"tag number {tag}" for tag in range(6)],
        "views": number,
        "likes": number // 20,
        "comments": number // 300,
        "thumbnail_url": f"https://i.ytimg.com/vi/{video}/default.jpg",
    }
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(uuid.uuid4()),
        "ce_source": "/bench",
        "ce_type": TYPE,
        "content-type": "application/json",
        "ce_time": moment.isoformat().replace("+00:00", "Z"),
    }
    producer.produce(TOPIC, json.dumps(body).encode(), key=video.encode(), headers=headers)


def fill(platform: Platform, rows: int) -> None:
    producer, began = platform.producer(), time.monotonic()
    for number in range(rows):
        while True:
            try:
                snapshot(producer, f"{number % VIDEOS:011}", number, START + timedelta(hours=number // VIDEOS))
                break
            except BufferError:
                producer.poll(0.05)
        if number % 10_000 == 0:
            producer.poll(0)
    producer.flush()
    say(f"{rows} events sent in {time.monotonic() - began:.0f} s")


def drained(platform: Platform, rows: int):
    """A condition: every sink of snapshots has read all rows."""
    last = [time.monotonic()]

    def look() -> bool:
        time.sleep(1)
        told = platform.get("/v1/pipelines")
        mine = [one for one in (told or {"data": {"pipelines": []}})["data"]["pipelines"] if one["topic"] == TOPIC]
        if time.monotonic() - last[0] > 30:
            last[0] = time.monotonic()
            say(f"still to be read: { {one['sink']: one['behind'] for one in mine} }")
        return (
            bool(mine)
            and sum(one["position"] for one in mine if one["sink"].startswith("bronze.")) >= rows
            and not any(one["behind"] for one in mine)
        )

    return look


def newest(log: Path) -> int:
    """The newest version of a Delta table."""
    return max((int(name.stem) for name in log.glob("*.json") if name.stem.isdigit()), default=-1)


def restart(binary: str, folder: Path, number: int) -> tuple[Platform, float, float, float]:
    log = folder / "lake/bronze/youtube_video_snapshots/_delta_log"
    before, marker = newest(log), f"marker{os.getpid() % 1000:03}{number:02}"
    platform = Platform(binary, folder)
    seconds: dict[str, float] = {}
    producers: list[Producer] = []

    def look() -> bool:
        if not platform.run and not platform.look():
            return False
        now = time.monotonic() - platform.began
        if not producers:
            producers.append(platform.producer())
            snapshot(producers[0], marker, number, START + timedelta(days=400))
        producers[0].poll(0)
        if "ready" not in seconds and platform.is_ready():
            seconds["ready"] = now
        if "lake" not in seconds and newest(log) > before:
            seconds["lake"] = now
        if "views" not in seconds and platform.get(f"/v1/videos/stats/{marker}"):
            seconds["views"] = now
        return len(seconds) == 3

    wait("the marker is processed", look)
    return platform, seconds["ready"], seconds["lake"], seconds["views"]


def say(text: str) -> None:
    print(f"restart: {text}", file=sys.stderr, flush=True)


def main(binary: str, rows: int, folder: Path) -> None:
    platform = Platform(binary, folder)
    try:
        wait("ready", lambda: platform.look() and platform.is_ready())
        told = platform.get("/v1/pipelines")["data"]["pipelines"]
        ends = {one["partition"]: one["end"] for one in told if one["topic"] == TOPIC}
        if sum(ends.values()) < rows:
            fill(platform, rows)
        began = time.monotonic()
        wait("everything is read", drained(platform, rows))
        say(f"read by every sink in {time.monotonic() - began:.0f} s")
        figures = []
        for number in range(KILLS):
            platform.kill(signal.SIGKILL)
            platform, *seconds = restart(binary, folder, number)
            figures.append(seconds)
            print("ready {:.2f} s, lake {:.2f} s, views {:.2f} s".format(*seconds), flush=True)
            wait("everything is read", drained(platform, rows))
        medians = [statistics.median(column) for column in zip(*figures, strict=True)]
        text = "ready {:.2f} s, lake {:.2f} s, views {:.2f} s".format(*medians)
        print(f"restart after SIGKILL with {rows} rows behind: {text} (medians of {KILLS})", flush=True)
    finally:
        if platform.process.poll() is None:
            platform.kill(signal.SIGINT)


if __name__ == "__main__":
    WANTED = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    if len(sys.argv) > 3:
        main(sys.argv[1], WANTED, Path(sys.argv[3]))
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(sys.argv[1], WANTED, Path(temporary) / "data")
