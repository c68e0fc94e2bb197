# SPDX-License-Identifier: Apache-2.0
"""Workers as real processes that know the handlers of these tests: `python -m belltower.core.ledger.tests.outbox.process`.

The process itself only loads the program and forks a worker for each line "start" that it reads; it prints the
worker's process id. So a worker begins within milliseconds, and may be killed every second.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

import django


def main() -> None:
    """Fork workers until there is nothing more to read."""
    django.setup()
    from belltower.core.ledger.handling import known_handlers
    from belltower.core.ledger.tests.outbox import hearers  # noqa: F401

    known_handlers()  # so that every room is loaded here, once
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that are killed
    for line in sys.stdin:
        if line.strip() == "start":
            sys.stdout.flush()
            child = os.fork()
            if child == 0:
                serve()
            print(child, flush=True)


def serve() -> None:
    """One worker: deliver until SIGTERM, or until whoever forked it is gone."""
    from belltower.core.ledger.courier import Courier
    from belltower.core.ledger.handling import known_handlers

    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    ours = {name: handler for name, handler in known_handlers().items() if name.startswith("test.")}
    courier = Courier(ours)
    courier.start()
    parent = os.getppid()
    while not told.wait(0.1) and os.getppid() == parent:
        pass
    os._exit(0 if courier.stop(5) else 1)


if __name__ == "__main__":
    main()
