#!/usr/bin/env python3
"""Writes small made-up trending exports, one file per generation of columns, for tests without real data.

    write_exports.py OUT_DIR [ROWS [SEED]]

The same arguments give the same bytes. Every file has what real ones have: repeated rows, two counters for one video
and day, damaged ids, line breaks inside fields; some have a byte order mark, CRLF or gzip.
"""

from __future__ import annotations

import csv
import gzip
import io
import random
import string
import sys
from datetime import date, timedelta
from pathlib import Path

ALPHABET = string.ascii_letters + string.digits + "-_"
WORDS = ("cats", "first try", "Ünboxing", "live, uncut", 'the "best"', "日本の料理", "goal!", "chess")
AUTUMN_2017 = "video_id,title,channel_title,category_id,tags,views,likes,dislikes,comment_total,thumbnail_link,date"
FROM_NOV_2017 = (
    "video_id,trending_date,title,channel_title,category_id,publish_time,tags,views,likes,dislikes,comment_count,"
    "thumbnail_link,comments_disabled,ratings_disabled,video_error_or_removed,description"
)
FROM_2018 = (
    "video_id,title,publishedAt,channelId,channelTitle,categoryId,trending_date,tags,view_count,likes,dislikes,"
    "comment_count,thumbnail_link,comments_disabled,ratings_disabled,description"
)
# name, columns, first day, form of the day, separator of tags, start of the file, line end
GENERATIONS = (
    ("v2017sep_US", AUTUMN_2017, date(2017, 9, 13), "%d.%m", "|", "", "\r\n"),
    ("v2017nov_FR", FROM_NOV_2017, date(2017, 11, 14), "%y.%d.%m", '"|"', "\ufeff", "\n"),
    ("v2018scrape_JP", FROM_2018, date(2018, 11, 1), "%y.%d.%m", "|", "", "\n"),
    ("v2020_GB", FROM_2018, date(2020, 8, 12), "%Y-%m-%dT00:00:00Z", "|", "", "\r\n"),
)


def token(dice: random.Random, length: int) -> str:
    return "".join(dice.choices(ALPHABET, k=length))


def video(dice: random.Random, separator: str) -> dict[str, str]:
    """What stays the same about a video, under the names of every generation."""
    video_id, channel = token(dice, 11), f"channel {dice.randrange(9)}"
    category, tags = dice.choice(["10", "17", "20", "22", "24"]), separator.join(dice.sample(WORDS, 3))
    published = f"2017-0{dice.randrange(1, 9)}-1{dice.randrange(10)}T08:30:00.000Z"
    return {
        "video_id": video_id,
        "title": " ".join(dice.sample(WORDS, 2)),
        **dict.fromkeys(("channel_title", "channelTitle"), channel),
        **dict.fromkeys(("category_id", "categoryId"), category),
        **dict.fromkeys(("publish_time", "publishedAt"), published),
        "channelId": "UC" + token(dice, 22),
        "tags": f'"{tags}"' if separator != "|" else tags,
        "thumbnail_link": f"https://i.ytimg.com/vi/{video_id}/default.jpg",
        **dict.fromkeys(("comments_disabled", "ratings_disabled", "video_error_or_removed"), "False"),
        "description": dice.choice(("one line", "two\\nlines", "a real\nline break", "")),
    }


def counters(dice: random.Random, views: int) -> dict[str, str]:
    likes, dislikes, comments = (str(dice.randrange(views // 10 + 1)) for _ in range(3))
    return {
        **dict.fromkeys(("views", "view_count"), str(views)),
        "likes": likes,
        "dislikes": dislikes,
        **dict.fromkeys(("comment_count", "comment_total"), comments),
    }


def rows_of(dice: random.Random, count: int, first_day: date, form: str, separator: str) -> list[dict[str, str]]:
    videos = [video(dice, separator) for _ in range(max(1, count // 4))]
    rows: list[dict[str, str]] = []
    while len(rows) < count:
        chosen, day = dice.choice(videos), first_day + timedelta(days=dice.randrange(5))
        told = day.strftime(form)
        row = {**chosen, **counters(dice, dice.randrange(5_000_000_000)), "trending_date": told, "date": told}
        rows.append({**row, "video_id": "#NAME?"} if dice.randrange(50) == 0 else row)
        if dice.randrange(20) == 0:
            rows.append(dict(row))
        if dice.randrange(20) == 0:
            rows.append({**row, **counters(dice, dice.randrange(5_000_000_000))})
    return rows[:count]


def write(folder: Path, generation: tuple, count: int, seed: int) -> None:
    name, columns, first_day, form, separator, start, line_end = generation
    dice = random.Random(f"{name} {seed}")
    text = io.StringIO(newline="")
    text.write(start)
    writer = csv.DictWriter(text, columns.split(","), extrasaction="ignore", lineterminator=line_end)
    writer.writeheader()
    writer.writerows(rows_of(dice, count, first_day, form, separator))
    content = text.getvalue().encode()
    packed = first_day.year == 2018
    target = folder / f"{name}_seed{seed}.csv{'.gz' if packed else ''}"
    target.write_bytes(gzip.compress(content, mtime=0) if packed else content)


def main() -> int:
    if not 2 <= len(sys.argv) <= 4:
        print("usage: write_exports.py OUT_DIR [ROWS [SEED]]", file=sys.stderr)
        return 2
    count, seed = (int(sys.argv[2]) if len(sys.argv) > 2 else 400), (int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for generation in GENERATIONS:
        write(folder, generation, count, seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
