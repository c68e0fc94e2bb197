# SPDX-License-Identifier: Apache-2.0
"""What a room lets be measured: numbers taken when somebody asks, each with a name, a sentence and labels.

A room registers its sources in a module ``measures`` beside its models::

    @measures
    def backlog() -> Iterator[Measure]:
        yield Measure("belltower_outbox_backlog", "Events not delivered yet", {"topic": "places"}, 17)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Measure:
    """One number now. The name carries the unit (``_seconds``, ``_bytes``); labels are few and never personal."""

    name: str
    about: str
    labels: Mapping[str, str] = field(default_factory=dict)
    value: float = 0.0


Source = Callable[[], Iterable[Measure]]
_sources: dict[str, Source] = {}


def measures(source: Source) -> Source:
    """Register ``source``; it is called each time somebody looks, so it answers within milliseconds."""
    _sources[f"{source.__module__}.{source.__qualname__}"] = source
    return source


def sources() -> tuple[Source, ...]:
    """Every registered source."""
    return tuple(_sources.values())
