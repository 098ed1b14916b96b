#!/usr/bin/env python3
"""Compares sums that `ytempire sql --csv` printed with an independent count over the exports.

    check_sums.py SUMS_CSV CSV_DIR

SUMS_CSV has the columns region, observed_on, rows, views. Ends with 1 on a difference.
"""

from __future__ import annotations

import csv
import sys
from datetime import date
from pathlib import Path

from trending_exports import expect, exports_in


def said_in(path: Path) -> dict[tuple[str, date], tuple[int, int]]:
    with path.open(encoding="utf-8", newline="") as text:
        return {
            (row["region"], date.fromisoformat(row["observed_on"])): (int(row["rows"]), int(row["views"] or 0))
            for row in csv.DictReader(text)
        }


def main() -> int:
    if len(sys.argv) != 3:
        print("usage: check_sums.py SUMS_CSV CSV_DIR", file=sys.stderr)
        return 2
    said, expected = said_in(Path(sys.argv[1])), expect(exports_in(Path(sys.argv[2])))
    counted = {key: (rows, expected.views[key]) for key, rows in expected.rows.items()}
    wrong = [key for key in sorted(said.keys() | counted.keys()) if said.get(key) != counted.get(key)]
    for region, day in wrong[:40]:
        print(f"{region} {day}: sql {said.get((region, day))}, files {counted.get((region, day))}")
    print(f"{len(counted)} region days; {len(wrong)} differences")
    return 1 if wrong or not counted else 0


if __name__ == "__main__":
    sys.exit(main())
