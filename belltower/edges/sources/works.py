# SPDX-License-Identifier: Apache-2.0
"""A bridge for each source that is switched on, in every worker; the advisory lock lets one of them work."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from belltower.core.jobs.loops import steadily
from belltower.edges.sources.bridge import Bridge
from belltower.edges.sources.holding import our_address
from belltower.edges.sources.mapping import read_source
from belltower.edges.sources.models import Source
from belltower.kernel.errors import Refusal

LOOK_EVERY_S = 2.0
ENDS_WITHIN_S = 1.5
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Running:
    revision: int
    thread: threading.Thread
    stopping: threading.Event


@steadily("sources.bridges")
def keep_bridges(stopping: threading.Event) -> None:
    """Keep the bridges as the table says, until told to stop."""
    running: dict[str, _Running] = {}
    try:
        while not stopping.is_set():
            wanted = {one.key: one for one in Source.objects.filter(is_on=True)}
            for key, one in list(running.items()):
                if key not in wanted or wanted[key].revision != one.revision or not one.thread.is_alive():
                    one.stopping.set()
                    one.thread.join(ENDS_WITHIN_S)
                    del running[key]
            for key in wanted.keys() - running.keys():
                running[key] = _begin(wanted[key])
            stopping.wait(LOOK_EVERY_S)
    finally:
        for one in running.values():
            one.stopping.set()
        for one in running.values():
            one.thread.join(ENDS_WITHIN_S)


def _begin(source: Source) -> _Running:
    told = threading.Event()
    thread = threading.Thread(target=_run, args=(source.key, source.mapping, told), name=source.key, daemon=True)
    thread.start()
    return _Running(source.revision, thread, told)


def _run(key: str, mapping: str, told: threading.Event) -> None:
    """One bridge. A mapping that an older version of the program accepted may be refused: it is tried again each minute."""
    try:
        Bridge(read_source(mapping), our_address()).run(told)
    except Refusal as refusal:
        logger.error("source %s: %s", key, refusal)
        told.wait(60)
