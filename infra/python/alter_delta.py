#!/usr/bin/env python3
"""Changes one value in a Delta table, as somebody might by mistake: the tags of the first video by id.

alter_delta.py TABLE_DIR
"""

from __future__ import annotations

import sys

from deltalake import DeltaTable


def main(path: str) -> int:
    table = DeltaTable(path)
    rows = table.to_pyarrow_table(columns=["video_id", "_verdict", "_event_id"])
    accepted = rows.filter([verdict == "accepted" for verdict in rows["_verdict"].to_pylist()])
    event = min(zip(accepted["video_id"].to_pylist(), accepted["_event_id"].to_pylist(), strict=True))[1]
    done = table.update(predicate=f"_event_id = '{event}'", updates={"tags": "['changed']"})
    print(f"event {event}: {done['num_updated_rows']} row")
    return 0 if done["num_updated_rows"] == 1 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
