#!/usr/bin/env python3
"""Sends what other producers send: ids of their own choice, bodies that can't be read, times that can't be.

    produce_foreign.py BROKERS

Four observations under one id (a UUID of version 8, as ours are), one observation twice, a body that is no JSON, and an
observation of the year 0. The four are on different partitions, so that no order among them is the right one.
"""

from __future__ import annotations

import json
import sys

from confluent_kafka import Producer

TOPIC = "youtube.video-snapshots.v1"
TYPE = "com.ytempire.youtube.video-snapshot.v1"


def main(brokers: str) -> int:
    producer = Producer({"bootstrap.servers": brokers, "log_level": 0})
    failed = []

    def send(video: int, event_id: str, views: int | None, *, time: str = "2026-01-02T03:04:05Z") -> None:
        body = b"{oops" if views is None else json.dumps({"video_id": f"foreign{video:04}", "views": views}).encode()
        headers = {
            "ce_specversion": "1.0",
            "ce_id": event_id,
            "ce_source": "https://example.com/scraper",
            "ce_type": TYPE,
            "ce_time": time,
        }
        producer.produce(
            TOPIC,
            key=f"foreign{video:04}",
            value=body,
            headers=headers,
            on_delivery=lambda error, _: failed.append(error) if error else None,
        )

    same = "11111111-2222-8333-8444-555555555555"
    for video in range(4):
        send(video, same, 1000 + video)
    send(0, same, 2000, time="2026-01-02T04:04:05Z")
    for _ in range(2):
        send(5, "order-17", 17)
    send(6, "67e55044-10b1-426f-9247-bb680e5fe0c8", None)
    send(7, "anything", 7, time="0000-01-01T00:00:00Z")
    left = producer.flush(30)
    if failed or left:
        print(f"{len(failed)} records were refused, {left} not delivered in 30 s: {failed[:1]}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
