#!/usr/bin/env python3
"""Compares what `ytempire ingest trending --json` said with an independent reading of the same files.

    check_summary.py SUMMARY_JSON CSV_DIR first|again

`first`: into an empty lake. `again`: the same files once more, so nothing may be accepted. Ends with 1 on a difference.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from trending_exports import FileCounts, expect, exports_in

NUMBERS = ("read", "accepted", "repeated", "rejected")


def expected_counts(folder: Path, time: str) -> dict[str, dict[str, int]]:
    def again(counts: FileCounts) -> FileCounts:
        return FileCounts(counts.read, 0, counts.accepted + counts.repeated, counts.rejected)

    files = expect(exports_in(folder)).files
    return {name: vars(again(counts) if time == "again" else counts) for name, counts in files.items()}


def compare(what: str, said: dict, expected: dict[str, int]) -> list[str]:
    faults = [f"{what}: {n} is {said.get(n)}, expected {expected[n]}" for n in NUMBERS if said.get(n) != expected[n]]
    if said.get("read") != sum(said.get(n) or 0 for n in NUMBERS[1:]):
        faults.append(f"{what}: read is not accepted + repeated + rejected")
    reasons = said.get("reasons") or {}
    if sum(reasons.values()) != said.get("rejected"):
        faults.append(f"{what}: the reasons add up to {sum(reasons.values())}, rejected is {said.get('rejected')}")
    return faults


def main() -> int:
    if len(sys.argv) != 4 or sys.argv[3] not in ("first", "again"):
        print("usage: check_summary.py SUMMARY_JSON CSV_DIR first|again", file=sys.stderr)
        return 2
    summary = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    expected = expected_counts(Path(sys.argv[2]), sys.argv[3])
    said = {Path(entry["path"]).name: entry for entry in summary["files"]}
    faults = [] if said.keys() == expected.keys() else [f"files: {sorted(said)}, expected {sorted(expected)}"]
    for name in said.keys() & expected.keys():
        faults += compare(name, said[name], expected[name])
    total = {n: sum(counts[n] for counts in expected.values()) for n in NUMBERS}
    faults += compare("in all", summary, total)
    for fault in faults:
        print(fault)
    print(f"{len(expected)} files, {total}; {len(faults)} differences")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
