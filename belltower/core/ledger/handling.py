# SPDX-License-Identifier: Apache-2.0
"""Who reacts to events: handlers that rooms and packs register by topic, and the event as a handler gets it.

A room registers its handlers in a module ``reactions`` beside its models; it is found by itself::

    @handles("places.areas_redrawn", name="places.locate_assets", title=Text(zh="重新归属部件", en="Place assets anew"))
    def locate_assets(event: Event) -> None:
        ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, cast

from django.utils.module_loading import autodiscover_modules

from belltower.core.ledger.outbox_rules import check_topic
from belltower.kernel.texts import Text


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, as a handler gets it. ``number`` counts the events of its subject without a gap, from 1."""

    id: int
    topic: str
    subject: str
    number: int
    body: Mapping[str, Any]
    by: str  # the reference of who did it: "person:<uid>"
    emitted_at: datetime
    handler: str = ""

    @property
    def key(self) -> str:
        """Names this delivery for ever: what an outside system must be told so that it does a repeated thing once."""
        return f"{self.handler}/{self.subject}/{self.number}"


One = Callable[[Event], None]
Many = Callable[[Sequence[Event]], None]
Reaction = TypeVar("Reaction", bound=One | Many)


@dataclass(frozen=True, slots=True)
class Handler:
    """A registered reaction.

    ``is_outside``: it reaches beyond our database, so each event has a transaction of its own and may come twice.
    ``waits``: later events of a subject wait while one of it is held; else they go on.
    """

    name: str
    title: Text
    topic: str
    call: One | Many
    is_many: bool
    is_outside: bool
    waits: bool

    def run(self, events: Sequence[Event]) -> None:
        """React to the events, in their order."""
        if self.is_many:
            cast(Many, self.call)(events)
        else:
            for event in events:
                cast(One, self.call)(event)


_handlers: dict[str, Handler] = {}


def handles(
    topic: str, *, name: str, title: Text | None = None, many: bool = False, outside: bool = False, waits: bool = True
) -> Callable[[Reaction], Reaction]:
    """Register the decorated function for ``topic`` as ``name`` ("room.verb"), under which its progress is kept.

    It is called with an Event (with a list of them when ``many``), inside a transaction that also marks the delivery.
    Raises ValueError when the name is taken or malformed.
    """
    check_topic(topic)
    check_topic(name)

    def register(call: Reaction) -> Reaction:
        taken = _handlers.get(name)
        if taken and (taken.call.__module__, taken.call.__qualname__) != (call.__module__, call.__qualname__):
            raise ValueError(f"two handlers are called {name}: {taken.call.__module__} and {call.__module__}")
        _handlers[name] = Handler(name, title or Text(en=name), topic, call, many, outside, waits)
        return call

    return register


@cache
def _look_into_rooms() -> None:
    autodiscover_modules("reactions")


def known_handlers() -> dict[str, Handler]:
    """Every registered handler by name; modules ``reactions`` of the installed rooms and packs are looked into first."""
    _look_into_rooms()
    return dict(_handlers)


def handlers_of(topic: str) -> list[str]:
    """The names of the handlers of a topic, in alphabetical order."""
    return sorted(handler.name for handler in known_handlers().values() if handler.topic == topic)
