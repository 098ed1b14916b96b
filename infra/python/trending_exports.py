"""Reads YouTube trending exports with Python's csv module alone: the second opinion on what `ingest trending` does.

Shares no code with the platform. Knows what an export says (four generations of columns, their dates, damaged ids) and
which rows are one observation told twice. Never looks at the lake.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

csv.field_size_limit(1 << 30)

VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
COUNTER = re.compile(r"[0-9]+")
DAY_COLUMNS = ("trending_date", "date")
VIEW_COLUMNS = ("views", "view_count")
# Exports with dates such as 13.09 exist of one autumn only.
YEAR_OF_SHORT_DATES = 2017


@dataclass
class FileCounts:
    """What the first reading of a file adds, after the files before it."""

    read: int = 0
    accepted: int = 0
    repeated: int = 0
    rejected: int = 0


@dataclass
class Expectation:
    files: dict[str, FileCounts] = field(default_factory=dict)
    rows: Counter = field(default_factory=Counter)  # (region, day) -> observations
    views: Counter = field(default_factory=Counter)  # (region, day) -> sum of views


def exports_in(folder: Path) -> list[Path]:
    """The exports of a folder in the order a shell's glob gives them."""
    names = (path for path in folder.iterdir() if re.fullmatch(r"v.*\.csv(\.gz)?", path.name))
    return sorted(names, key=lambda path: path.name)


def region_of(path: Path) -> str:
    for token in re.split(r"[_.]", path.name):
        if re.fullmatch(r"[A-Z]{2}", token):
            return token
    raise SystemExit(f"{path}: no region in the file's name")


def day_of(text: str) -> date:
    """`13.09` (DD.MM), `17.14.11` (YY.DD.MM) or an ISO time."""
    parts = text.split(".")
    if len(parts) == 2:
        return date(YEAR_OF_SHORT_DATES, int(parts[1]), int(parts[0]))
    if len(parts) == 3:
        return date(2000 + int(parts[0]), int(parts[2]), int(parts[1]))
    return datetime.fromisoformat(text.replace("Z", "+00:00")).date()


def rows_of(path: Path) -> list[dict[str, str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def expect(paths: list[Path]) -> Expectation:
    """What the lake must hold after these files, in this order, into an empty lake."""
    expectation, known = Expectation(), set()
    for path in paths:
        counts, region = FileCounts(), region_of(path)
        for row in rows_of(path):
            counts.read += 1
            if not VIDEO_ID.fullmatch(row["video_id"]):
                counts.rejected += 1
                continue
            # Two rows are one observation when a region's chart says the very same of a video, column by column.
            observation = (region, *sorted(row.items()))
            if observation in known:
                counts.repeated += 1
                continue
            known.add(observation)
            counts.accepted += 1
            add(expectation, region, row)
        expectation.files[path.name] = counts
    return expectation


def add(expectation: Expectation, region: str, row: dict[str, str]) -> None:
    day = day_of(next(row[column] for column in DAY_COLUMNS if column in row))
    views = next(row[column] for column in VIEW_COLUMNS if column in row)
    expectation.rows[region, day] += 1
    if COUNTER.fullmatch(views):
        expectation.views[region, day] += int(views)
