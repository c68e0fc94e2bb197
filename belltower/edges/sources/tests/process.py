# SPDX-License-Identifier: Apache-2.0
"""A bridge as a real process: `python -m belltower.edges.sources.tests.process MAPPING`, over DATABASE_URL."""

import signal
import sys
import threading
from pathlib import Path

import django


def main() -> None:
    """Keep the bridge until told to stop."""
    django.setup()
    from belltower.edges.sources.bridge import Bridge
    from belltower.edges.sources.holding import our_address
    from belltower.edges.sources.mapping import read_source

    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    Bridge(read_source(Path(sys.argv[1]).read_text(encoding="utf-8")), our_address()).run(stopping)


if __name__ == "__main__":
    main()
