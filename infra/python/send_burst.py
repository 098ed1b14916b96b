"""Sends valid events as fast as the broker takes them; every 200th has a description of 200 KB, which lz4 makes small:
what a broker hands out grows where it is read.

usage: send_burst.py BROKERS COUNT
"""

import json
import sys
from datetime import UTC, datetime, timedelta

from confluent_kafka import Producer

TOPIC = "youtube.video-snapshots.v1"
KIND = "com.ytempire.youtube.video-snapshot.v1"
VIDEOS = 3_000
LARGE_EVERY = 200
LARGE = "ä" * 100_000
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    brokers, count = sys.argv[1], int(sys.argv[2])
    producer = Producer(
        {
            "bootstrap.servers": brokers,
            "queue.buffering.max.kbytes": 300_000,
            "compression.type": "lz4",
            "linger.ms": 20,
        }
    )
    for number in range(count):
        video = f"burst{number % VIDEOS:06}"
        body = {"video_id": video, "title": f"Video {video}", "views": number, "category_id": number % 20}
        if number % LARGE_EVERY == 0:
            body["description"] = LARGE
        headers = {
            "ce_specversion": "1.0",
            "ce_id": f"burst-{number}",
            "ce_source": "https://example.com/burst",
            "ce_type": KIND,
            "ce_time": (BEGIN + timedelta(minutes=number * 7_919 % 2_880)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "content-type": "application/json",
        }
        producer.produce(TOPIC, key=video, value=json.dumps(body).encode(), headers=headers)
        producer.poll(0)
    return producer.flush(120)


if __name__ == "__main__":
    sys.exit(main())
