"""A server that syncs less: `SYNCHRONOUS=NORMAL python -m tests.altered_server.unsynced serve`.

It changes how a connection is opened before any room has imported that.
"""

import os
from pathlib import Path

import server.schema

open_soundly = server.schema.connect


def connect(path: Path | str, *, query_only: bool = False) -> server.schema.Connection:
    """Open the file as the product does, but for one setting."""
    db = open_soundly(path, query_only=query_only)
    db.execute(f"PRAGMA synchronous = {os.environ['SYNCHRONOUS']}")
    return db


server.schema.connect = connect

if __name__ == "__main__":
    from server.__main__ import main

    main()
