# SPDX-License-Identifier: Apache-2.0
"""A runner as a real process over a test's database: `python -m belltower.core.alarms.tests.process`, until it is killed.

With the word "middle" it kills itself in the middle of each turn with readings: everything is written, nothing committed.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

import django


def main() -> None:
    """Hold the lock and take turns, as a worker does."""
    django.setup()
    from belltower.core.alarms import keeping, works

    if "middle" in sys.argv:
        save = keeping.save

        def save_and_die(*told: Any) -> Any:
            save(*told)
            os.kill(os.getpid(), signal.SIGKILL)

        keeping.save = save_and_die
    stopping = threading.Event()
    print("ready", flush=True)
    while True:
        works.run(stopping)


if __name__ == "__main__":
    main()
