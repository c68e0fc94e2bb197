# SPDX-License-Identifier: Apache-2.0
"""A process that closes days and is killed (kill -9) at the step it is told: `DAY STEP` a line; answers how it ended.

A program of its own for test_killed.py: each closing runs in a fork that has touched neither database nor Arrow.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import date
from pathlib import Path


def main() -> None:
    import django

    django.setup()
    from django.conf import settings

    settings.BELLTOWER_LAKE = Path(sys.argv[1])
    from belltower.core.observations.lake import closing
    from belltower.core.observations.lake.tests.ponds import BY, NOW

    for line in sys.stdin:
        day, fatal = line.split()
        pid = os.fork()
        if not pid:
            closing.close_day(date.fromisoformat(day), by=BY, now=NOW, at_step=_killer(fatal))
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def _killer(fatal: str):  # type: ignore[no-untyped-def]
    def at_step(step: str) -> None:
        if step == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    return at_step


if __name__ == "__main__":
    main()
