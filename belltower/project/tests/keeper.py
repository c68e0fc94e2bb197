# SPDX-License-Identifier: Apache-2.0
"""A supervisor to be killed: `python -m belltower.project.tests.keeper FOLDER [barred]` serves FOLDER until it dies."""

import signal
import sys
from pathlib import Path

from belltower.project import postgres

QUICK = {"shared_buffers": "16MB", "max_wal_size": "256MB", "max_connections": "20"}


def main(folder: str, *how: str) -> None:
    """Serve ``folder``; with ``barred``, as if user namespaces were not allowed."""
    if "barred" in how:
        postgres.can_unshare = lambda: False  # type: ignore[assignment]
    server = postgres.Postgres(Path(folder), settings=QUICK)
    server.start()
    print(f"up {server.pid}", flush=True)
    signal.pause()


if __name__ == "__main__":
    main(*sys.argv[1:])
