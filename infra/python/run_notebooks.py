#!/usr/bin/env python3
"""Executes notebooks from top to bottom, each in a kernel of its own, and ends with 1 when a cell fails.

    run_notebooks.py NOTEBOOK...

The notebooks on disk stay as they are. YTEMPIRE_LAKE names the lake they read.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

CELL_SECONDS = 120


def run(path: Path) -> bool:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    client = NotebookClient(
        notebook, timeout=CELL_SECONDS, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    )
    try:
        client.execute()
    except CellExecutionError as error:
        print(f"{path}: {error}", file=sys.stderr)
        return False
    print(f"{path.name}: {sum(cell.cell_type == 'code' for cell in notebook.cells)} cells ran")
    return True


def main() -> int:
    if len(sys.argv) < 2:
        print("usage: run_notebooks.py NOTEBOOK...", file=sys.stderr)
        return 2
    results = [run(Path(name).resolve()) for name in sys.argv[1:]]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
