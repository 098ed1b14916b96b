#!/usr/bin/env python3
"""Compares the lake with the files it was made from, read by three programs that are not ours.

    check_bronze.py LAKE_DIR CSV_DIR

Counts observations and sums views per region and day: with DuckDB over the Delta table, with Python's deltalake over
the same table, and with Python's csv module over the exports (v*.csv, v*.csv.gz) in CSV_DIR. Prints every difference;
ends with 1 when there is one.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from delta_tables import connect
from trending_exports import expect, exports_in

TABLE = "bronze/youtube_video_snapshots"
COLUMNS = {
    "video_id": pa.types.is_string,
    "title": pa.types.is_string,
    "channel_title": pa.types.is_string,
    "channel_id": pa.types.is_string,
    "category_id": pa.types.is_integer,
    "region": pa.types.is_string,
    "observed_on": pa.types.is_date,
    "published_at": pa.types.is_timestamp,
    "tags": lambda kind: pa.types.is_list(kind) or pa.types.is_string(kind),
    "views": pa.types.is_int64,
    "likes": pa.types.is_int64,
    "dislikes": pa.types.is_int64,
    "comments": pa.types.is_int64,
    "trending_rank": pa.types.is_integer,
    "_topic": pa.types.is_string,
    "_partition": pa.types.is_integer,
    "_offset": pa.types.is_int64,
    "_event_id": pa.types.is_string,
    "_ingested_at": pa.types.is_timestamp,
    "_verdict": pa.types.is_string,
}
BY_DUCKDB = """
    SELECT region, observed_on, count(*) AS rows, coalesce(sum(views), 0)::BIGINT AS views
    FROM delta_scan(?) WHERE _verdict = 'accepted' GROUP BY ALL
"""
DOUBLED = """
    SELECT _event_id, count(*) AS copies FROM delta_scan(?) WHERE _verdict = 'accepted'
    GROUP BY ALL HAVING copies > 1 ORDER BY ALL LIMIT 5
"""


def by_duckdb(table: str) -> dict:
    found = connect().execute(BY_DUCKDB, [table]).fetchall()
    return {(region, day): (rows, views) for region, day, rows, views in found}


def by_deltalake(table: str) -> dict:
    frame = DeltaTable(table).to_pyarrow_table(columns=["region", "observed_on", "views", "_verdict"])
    accepted = frame.filter(pc.equal(frame["_verdict"], "accepted"))
    groups = accepted.group_by(["region", "observed_on"]).aggregate([([], "count_all"), ("views", "sum")])
    return {
        (row["region"], row["observed_on"]): (row["count_all"], row["views_sum"] or 0) for row in groups.to_pylist()
    }


def by_csv(folder: Path) -> dict:
    expected = expect(exports_in(folder))
    return {key: (rows, expected.views[key]) for key, rows in expected.rows.items()}


def schema_faults(table: str) -> list[str]:
    kinds = {field.name: field.type for field in pa.schema(DeltaTable(table).schema().to_arrow())}
    missing = [f"column {name} is missing" for name in COLUMNS if name not in kinds]
    present = [name for name in COLUMNS if name in kinds]
    return missing + [f"column {name} is {kinds[name]}" for name in present if not COLUMNS[name](kinds[name])]


def differences(named: dict[str, dict]) -> list[str]:
    found = []
    for key in sorted(set().union(*named.values()), key=str):
        values = {name: groups.get(key, (0, 0)) for name, groups in named.items()}
        if len(set(values.values())) > 1:
            told = ", ".join(f"{name} {rows} rows {views} views" for name, (rows, views) in values.items())
            found.append(f"{key[0]} {key[1]}: {told}")
    return found


def doubled(table: str) -> list[str]:
    found = connect().execute(DOUBLED, [table]).fetchall()
    return [f"event {event} is there {copies} times" for event, copies in found]


def main() -> int:
    if len(sys.argv) != 3:
        print("usage: check_bronze.py LAKE_DIR CSV_DIR", file=sys.stderr)
        return 2
    table, folder = str(Path(sys.argv[1], TABLE)), Path(sys.argv[2])
    counted = {"duckdb": by_duckdb(table), "deltalake": by_deltalake(table), "csv": by_csv(folder)}
    faults = schema_faults(table) + differences(counted) + doubled(table)
    for fault in faults[:40]:
        print(fault)
    rows = sum(rows for rows, _ in counted["csv"].values())
    views = sum(views for _, views in counted["csv"].values())
    print(f"{len(counted['csv'])} region days, {rows} observations, {views} views; {len(faults)} differences")
    return 1 if faults or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
