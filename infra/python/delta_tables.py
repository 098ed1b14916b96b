"""A DuckDB connection that can read Delta tables, with the extension that came as a Python package.

DuckDB copies the extension into a folder of its own; here that is inside the Python environment, so that nothing is
written to a home folder and nothing is fetched.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
from duckdb_extensions import import_extension


def connect() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"extension_directory": str(Path(sys.prefix, "duckdb-extensions"))})
    import_extension("delta", con=connection)
    connection.load_extension("delta")
    return connection
