# SPDX-License-Identifier: Apache-2.0
"""What long work is: a named function that rooms and packs register, and the job it is handed when it runs.

A room registers its works in a module ``works`` beside its models; it is found when the first job is asked for::

    @work("places.load", Text(zh="导入", en="Load"))
    def load(job: RunningJob, *, file: str) -> dict[str, Any]:
        for count, batch in enumerate(...):
            job.progress(count, total, Text(zh="写入", en="Writing"))
        return {"created": 3}

A work may be run again after it had already finished (its worker can die between its commit and our note of it), so
it must do its writing in one transaction and change nothing the second time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.utils.module_loading import autodiscover_modules

from belltower.core.jobs.errors import UnknownWork
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

PROGRESS_EVERY_S = 0.5

Run = Callable[..., Mapping[str, Any] | None]


class Cancelled(BaseException):
    """Raised inside a work when a person asked it to stop. Not an Exception: let it pass, do not catch it."""


class PutBack(BaseException):
    """Raised inside a work when its worker is being stopped; the job waits for the next worker."""


class Line(Protocol):
    """Where progress goes while the work's own transaction is open."""

    def report(self, done: int, total: int | None, doing: Text | None) -> bool:
        """Write progress down; True when a person asked the job to stop."""


class RunningJob:
    """The job as its work sees it: who asked, which attempt this is, and where to say how far it is."""

    def __init__(
        self,
        *,
        uid: UUID,
        by: Actor,
        attempt: int,
        line: Line,
        is_stopping: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.uid = uid
        self.by = by
        self.attempt = attempt
        self._line = line
        self._is_stopping = is_stopping
        self._clock = clock
        self._told_at = float("-inf")
        self._last: tuple[int, int | None, Text | None] | None = None

    def progress(self, done: int, total: int | None = None, doing: Text | None = None) -> None:
        """Say how far the work is; call it as often as you like, it is written at most twice a second.

        Raises Cancelled when a person asked to stop, PutBack when the worker is being stopped.
        """
        self._last = (done, total, doing)
        if self._is_stopping():
            raise PutBack
        if self._clock() - self._told_at >= PROGRESS_EVERY_S:
            self.tell()

    def tell(self) -> None:
        """Write down the last progress now. Raises Cancelled when a person asked to stop."""
        if self._last is None:
            return
        self._told_at = self._clock()
        if self._line.report(*self._last):
            raise Cancelled


@dataclass(frozen=True, slots=True)
class Work:
    """A registered work: its name (``room.verb``), what people call it, and what it does."""

    name: str
    title: Text
    run: Run


_works: dict[str, Work] = {}


def work(name: str, title: Text | None = None) -> Callable[[Run], Run]:
    """Register the decorated function as the work ``name``. Raises ValueError when the name is taken."""

    def register(run: Run) -> Run:
        taken = _works.get(name)
        if taken and (taken.run.__module__, taken.run.__qualname__) != (run.__module__, run.__qualname__):
            raise ValueError(f"two works are called {name}: {taken.run.__module__} and {run.__module__}")
        _works[name] = Work(name, title or Text(en=name), run)
        return run

    return register


def known_works() -> dict[str, Work]:
    """Every registered work by name; modules ``works`` of the installed rooms and packs are looked into first."""
    autodiscover_modules("works")
    return dict(_works)


def find_work(name: str) -> Work:
    """The work of this name. Raises UnknownWork."""
    known = known_works()
    if name not in known:
        raise UnknownWork(work=name, known=", ".join(sorted(known)) or "-")
    return known[name]
