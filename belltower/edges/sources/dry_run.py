# SPDX-License-Identifier: Apache-2.0
"""What a sample frame would become by a mapping: stream, instant, value, unit, quality, or why not. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from belltower.core.observations.batches import instant_of
from belltower.core.observations.models import Datastream
from belltower.edges.sources.intake import ucum_of
from belltower.edges.sources.mapping import Source
from belltower.edges.sources.readings import Frame, Reading, Trouble
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.kernel.units import convert

NO_STREAM = Text(zh="没有这个数据流，读数会另存", en="there is no such datastream: the reading would be kept aside")


@dataclass(frozen=True, slots=True)
class Would:
    """One reading as it would be stored; ``trouble`` says why it would not."""

    stream: str
    at: str
    value: float | None
    unit: str
    quality: int
    trouble: Text | None = None


def dry_run(source: Source, frame: Frame) -> list[Would]:
    """What would become of ``frame``: readings in the units of their streams, then what could not be read of it."""
    readings, troubles = source.reader().read(frame, 0)
    units = {
        key: ucum_of(definition, symbol)
        for key, definition, symbol in Datastream.objects.filter(key__in={one.stream for one in readings}).values_list(
            "key", "unit_definition", "unit_symbol"
        )
    }
    return [*(_would(one, units.get(one.stream)) for one in readings), *_unread(troubles)]


def _would(one: Reading, unit: str | None) -> Would:
    at = _written(one.at)
    if unit is None:
        return Would(one.stream, at, one.value, one.point.unit, one.quality, NO_STREAM)
    try:
        return Would(one.stream, at, convert(one.value, one.point.unit, unit or "1"), unit, one.quality)
    except Refusal as refusal:
        return Would(one.stream, at, one.value, one.point.unit, one.quality, refusal.sentence.format(**refusal.facts))


def _unread(troubles: list[Trouble]) -> Iterator[Would]:
    for one in troubles:
        yield Would("", "", None, "", 0, one.sentence)


def _written(at: int) -> str:
    try:
        return instant_of(at).isoformat()
    except OverflowError:
        return str(at)
