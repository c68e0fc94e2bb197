# SPDX-License-Identifier: Apache-2.0
"""The worker's part of the outbox: delivers until it is stopped, woken by a bell (LISTEN) and by looking now and then.

Two threads: one for handlers of our own database, one for those that reach outside, so that a slow partner keeps
nobody else waiting. Several processes may do this side by side.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from types import TracebackType

import psycopg
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from belltower.core.ledger.delivery import deliver_next, open_lanes
from belltower.core.ledger.handling import Handler, known_handlers
from belltower.core.ledger.outbox import CHANNEL
from belltower.core.ledger.outbox_rules import Limits
from belltower.core.ledger.pruning import prune

# After a bell there may be more for which none is rung (outbox.py): look again soon, then more and more rarely.
LOOKS_S = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
PRUNE_EVERY_S = 600.0
_AFTER_TROUBLE_S = 1.0
logger = logging.getLogger(__name__)


def limits() -> Limits:
    """The limits of this installation."""
    found: Limits = settings.BELLTOWER_OUTBOX
    return found


class Courier:
    """Delivers events in threads of its own between start() and stop()."""

    def __init__(self, handlers: Mapping[str, Handler] | None = None) -> None:
        known = known_handlers() if handlers is None else handlers
        inside = {name: handler for name, handler in known.items() if not handler.is_outside}
        outside = {name: handler for name, handler in known.items() if handler.is_outside}
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=_Round(some, self._stopping, prunes=some is inside).serve, daemon=True, name=name)
            for name, some in (("outbox", inside), ("outbox outside", outside))
            if some or some is inside
        ]

    def start(self) -> None:
        """Begin to deliver."""
        for thread in self._threads:
            thread.start()

    def stop(self, within_s: float) -> bool:
        """End after the turns in hand; whether they ended in time. What is cut off is delivered again, by somebody."""
        self._stopping.set()
        deadline = time.monotonic() + within_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)


class _Round:
    """What one thread does: deliver while there is something, then wait."""

    def __init__(self, handlers: Mapping[str, Handler], stopping: threading.Event, *, prunes: bool) -> None:
        self._handlers, self._stopping, self._prunes = handlers, stopping, prunes
        self._pruned_at = float("-inf")
        self._is_open = False

    def serve(self) -> None:
        with Bell() as bell:
            looks = 0
            while not self._stopping.is_set():
                try:
                    settled = self._deliver()
                except Exception:
                    logger.exception("delivering events was interrupted; it goes on in %s s", _AFTER_TROUBLE_S)
                    connection.close()
                    self._stopping.wait(_AFTER_TROUBLE_S)
                    continue
                if settled:
                    looks = 0
                    continue
                rung = bell.wait(LOOKS_S[min(looks, len(LOOKS_S) - 1)], self._stopping)
                looks = 0 if rung else looks + 1
        connections.close_all()

    def _deliver(self) -> int | None:
        if not self._is_open:
            open_lanes(self._handlers)
            self._is_open = True
        settled = deliver_next(self._handlers, limits()) if self._handlers else None
        if settled is None and self._prunes and time.monotonic() - self._pruned_at > PRUNE_EVERY_S:
            self._pruned_at = time.monotonic()
            prune(limits(), now=timezone.now())
        return settled


class Bell:
    """Hears NOTIFY on a connection of its own; while it has none, waiting is only waiting."""

    def __init__(self) -> None:
        self._line: psycopg.Connection | None = None

    def __enter__(self) -> Bell:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._hang_up()

    def wait(self, seconds: float, stopping: threading.Event) -> bool:
        """Wait so long, or until the bell rings: whether it did."""
        try:
            if self._line is None:
                self._line = self._listen()
            return any(True for _ in self._line.notifies(timeout=seconds, stop_after=1))
        except psycopg.Error:
            self._hang_up()
            stopping.wait(seconds)
            return False

    def _listen(self) -> psycopg.Connection:
        parameters = connections["default"].get_connection_params()
        for ours in ("cursor_factory", "context", "prepare_threshold"):
            parameters.pop(ours, None)
        line = psycopg.connect(**parameters, autocommit=True, application_name="belltower outbox")
        line.execute(f"LISTEN {CHANNEL}")
        return line

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
