# SPDX-License-Identifier: Apache-2.0
"""Observations wherever they lie: rows of closed days are laid beside the hot store's, and one statement asks both.

What comes from the lake is no more than can stand in the answer: the first rows in the order that is asked for, found
day by day. While the lake is empty, or has nothing in the span, nothing is done but to see that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from belltower.core.observations import looking
from belltower.core.observations.lake.rows import EMPTY, Rows, instant, micros, of_columns, ordered, start_of
from belltower.core.observations.looking import HAS_DETAIL, MOST, Key, Look, Part
from belltower.core.observations.reading import by_id
from belltower.edges.sensorthings.errors import BadQuery, StillInUse, text
from belltower.edges.sensorthings.fetching import fetched
from belltower.edges.sensorthings.model import IDS, OBSERVATIONS, EntitySet, observations_in
from belltower.edges.sensorthings.narrowing import OF_FEATURE, Narrow, narrowed
from belltower.edges.sensorthings.syntax import Options, Path

if TYPE_CHECKING:
    from belltower.edges.sensorthings.selecting import Row, Selection

BY_ID = "t.id = %(id)s"
MOST_BEFORE = 100_000  # rows of the lake before and on a page
_PASSED_OVER = 2_000  # how far a page begins before whole days are counted rather than read
_OWNERS = 100
MOST_HIDDEN = 10_000  # observations that go with their feature
_BESIDE = """(
    SELECT l.id, l.stream, 'epoch'::timestamptz + l.at * interval '1 microsecond' AS at,
           'epoch'::timestamptz + l.result_at * interval '1 microsecond' AS result_at,
           nullif(l.value, 'NaN') AS value, l.flags::smallint AS flags
    FROM unnest(%(lake_id)s::bigint[], %(lake_stream)s::bigint[], %(lake_at)s::bigint[], %(lake_result_at)s::bigint[],
                %(lake_value)s::float8[], %(lake_flags)s::int[]) AS l(id, stream, at, result_at, value, flags)
)"""
_BOTH = f"(SELECT h.id, h.stream, h.at, h.result_at, h.value, h.flags FROM observations_reading h UNION ALL {_BESIDE})"
_COLUMNS = ("id", "stream", "at", "result_at", "value", "flags")
Source = tuple[str, dict[str, object]]
Newest = tuple[datetime, datetime, float | None, int, int]
"""Of a reading its instant, result time, value, quality and id."""
Ends = tuple[datetime, Newest]


def rows(selection: Selection) -> list[Row]:
    """The rows of one page and the one after. Raises BadQuery for what lies too deep in the lake, LakeDamaged."""
    return [selection.read(row) for row in _raw(selection)]


def count(selection: Selection) -> int:
    """How many there are. Raises BadQuery, LakeDamaged."""
    asked = _asked(selection)
    if asked is None:
        return _counted(selection.over(OBSERVATIONS.relation, {}))
    return _counted(selection.over(*_with(asked.look.revised))) + _lying_count(selection, asked)


def rows_of(selection: Selection, owners: Sequence[int]) -> list[Row]:
    """The rows of each of ``owners`` below an $expand, by owner. Raises BadQuery, LakeDamaged."""
    reach = looking.span()
    if reach is None:
        return selection.over(OBSERVATIONS.relation, {}).rows_of(owners)
    found: list[Row] = []
    for begin in range(0, len(owners), _OWNERS):
        found += _rows_of(selection, owners[begin : begin + _OWNERS], reach)
    return found


def counts_of(selection: Selection, owners: Sequence[int]) -> dict[int, int]:
    """How many each of ``owners`` has. Raises BadQuery, LakeDamaged."""
    hot = selection.over(OBSERVATIONS.relation, {})
    asked = None if looking.span() is None else _asked_of(selection, owners)
    if asked is None:
        return hot.counts_of(owners) if looking.span() is None else _one_by_one(selection, owners)
    beside = selection.over(*_with(asked.look.revised)).counts_of(owners)
    lying = asked.look.counts_by_stream()
    return {owner: number + lying.get(owner, 0) for owner, number in beside.items()}


def place(entity: EntitySet, key: int) -> Source:
    """Where the entity ``key`` is selected from: for an observation of a closed day, its row alone."""
    if entity is not OBSERVATIONS or fetched(_IS_HOT, {"id": key}) or looking.span() is None:
        return entity.relation, {}
    return only(lying([key]))


_IS_HOT = "SELECT 1 FROM observations_reading WHERE id = %(id)s"


def lying(ids: Sequence[int]) -> Rows:
    """The readings of those ids that the caller sees, as they are now. Raises LakeDamaged."""
    found = by_id(ids)
    names = ("id", "stream", "at", "result_at", "value", "quality", "flags")
    return of_columns({name: getattr(found, name) for name in names}) if len(found) else EMPTY


def the_same(stream: int, at: datetime, result_at: datetime) -> int | None:
    """The observation of a closed day with that stream and those instants. Raises LakeDamaged."""
    reach, us = looking.span(), micros(at)
    if reach is None or not reach[0] <= us < reach[1]:
        return None
    look = Look(Part([stream], us, us + 1))
    held = np.concatenate([*look.walk(Key(), 100), look.revised, EMPTY])
    found = sorted(held["id"][held["result_at"] == micros(result_at)].tolist())
    return int(found[0]) if found else None


def of_features(keys: Sequence[int]) -> list[int]:
    """The observations of closed days that have one of these features. Raises StillInUse for more than can be hidden."""
    from belltower.edges.sensorthings.selecting import Selection

    if looking.span() is None:
        return []
    found: list[int] = []
    for key in keys:
        of_it = Selection(OBSERVATIONS, Options(top=MOST_HIDDEN), [OF_FEATURE], {"here": key})
        asked = _asked(of_it)
        held = EMPTY if asked is None else _first(of_it, asked, _Order(Key(), True), MOST_HIDDEN + 1)
        if len(held) > MOST_HIDDEN:
            reason = f"> {MOST_HIDDEN} Observations"
            raise StillInUse(what=f"FeaturesOfInterest({key})", reason=reason)
        found += held["id"].tolist()
        if asked is not None and len(asked.look.revised):
            found += of_it.over(*only(asked.look.revised)).first_ids(MOST_HIDDEN)
    return found


def ends_of(stream: int) -> Ends | None:
    """The first and the newest reading of a stream in closed days, as they are now; None where it has none.

    Raises LakeDamaged.
    """
    if looking.span() is None:
        return None
    look = Look(Part([stream]))
    both = [look.firsts(1, descending=way) for way in (False, True)]
    held = ordered(np.concatenate([*both, look.revised]))
    held = held[held["stream"] == stream]
    if not len(held):
        return None
    last = held[-1]
    value = None if np.isnan(last["value"]) else float(last["value"])
    said = (instant(last["at"]), instant(last["result_at"]), value, int(last["quality"]), int(last["id"]))
    return instant(held[0]["at"]), said


def only(held: Rows) -> Source:
    """A relation of these rows, with their details."""
    return observations_in(_BESIDE), _parameters(held)


def _with(held: Rows) -> Source:
    """A relation of all hot rows and these."""
    return (observations_in(_BOTH), _parameters(held)) if len(held) else (OBSERVATIONS.relation, {})


def _parameters(held: Rows) -> dict[str, object]:
    return {f"lake_{name}": held[name].tolist() for name in _COLUMNS}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of the lake, and what it has."""

    narrow: Narrow
    look: Look
    reach: tuple[int, int]

    def passes_all(self, held: Rows) -> bool:
        """Whether the filter lets every one of these rows through, so that nobody need ask."""
        return self.narrow.is_exact and not (self.narrow.asks_time and bool(np.any(held["flags"] & 2)))


def _asked(selection: Selection) -> _Asked | None:
    """None where closed days have nothing for it."""
    reach = looking.span()
    if reach is None:
        return None
    return _looked(narrowed(selection.options.filter, selection.conditions, selection.given), reach)


def _looked(narrow: Narrow, reach: tuple[int, int]) -> _Asked | None:
    look = Look(Part(narrow.seen(), narrow.since, narrow.until, narrow.conditions))
    return _Asked(narrow, look, reach) if look.part.streams and (look.days or len(look.revised)) else None


def _raw(selection: Selection) -> list[tuple[Any, ...]]:
    hot = selection.over(OBSERVATIONS.relation, {})
    if BY_ID in selection.conditions:
        found = _fetched(hot)
        is_elsewhere = not found and looking.span() is not None
        return _fetched(selection.over(*only(lying([int(str(selection.given["id"]))])))) if is_elsewhere else found
    asked = _asked(selection)
    if asked is None:
        return _fetched(hot)
    order = _order(selection.options)
    newest = _newest(selection, asked) if order == _Order(Key("at", True), False) else []
    if len(newest) > selection.limit:
        return newest
    selection, asked = _passed_over(selection, asked, order)
    held = _first(selection, asked, order, selection.options.skip + selection.limit + 1)
    return _fetched(selection.over(*_with(np.concatenate([held, asked.look.revised]))))


def _fetched(selection: Selection) -> list[tuple[Any, ...]]:
    return fetched(selection.sql, selection.parameters)


def _counted(selection: Selection) -> int:
    return int(selection.picked("count(*)")[0][0])


def _newest(selection: Selection, asked: _Asked) -> list[tuple[Any, ...]]:
    """What came after all closed days: enough, where the newest are asked for."""
    relation, parameters = _with(asked.look.revised)
    ends = {"lake_ends": instant(asked.reach[1])}
    return _fetched(selection.over(relation, parameters | ends, ["t.at >= %(lake_ends)s"]))


@dataclass(frozen=True, slots=True)
class _Order:
    """The first key of an order (None: one that the lake does not know); ``is_all``: it and the id are all of it."""

    key: Key | None
    is_all: bool


def _order(options: Options) -> _Order:
    if not options.order:
        return _Order(Key("at"), True)
    first, is_single = options.order[0], len(options.order) == 1
    steps = first.by.steps if isinstance(first.by, Path) else ()
    match steps:
        case ("phenomenonTime",):
            return _Order(Key("at", first.descending), False)
        case ("result",):
            return _Order(Key("value", first.descending), False)
        case ("resultTime",) if is_single:
            return _Order(Key("result_at", first.descending), True)
        case (name,) if name in IDS:
            return _Order(Key("id", first.descending), True)
    return _Order(None, False)


def _first(selection: Selection, asked: _Asked, order: _Order, most: int) -> Rows:
    """Rows of the lake among which are the first ``most`` that the filter lets through."""
    if most > MOST_BEFORE:
        raise _too_deep()
    kept, seen = EMPTY, 0
    for part in asked.look.walk(order.key or Key(), max(2 * most, 500)):
        seen += len(part)
        if seen > MOST:
            raise _too_deep()
        is_whole = order.key is not None and asked.passes_all(part)
        kept = np.concatenate([kept, part if is_whole else _matching(selection, part, most)])
        if order.key is not None and len(part) and _is_enough(kept, part, order, order.key, most):
            break
        if len(kept) > 4 * most and not is_whole:
            kept = _matching(selection, kept, most)
    return kept


def _is_enough(kept: Rows, part: Rows, order: _Order, key: Key, most: int) -> bool:
    """Whether ``most`` of those kept come before everything that was not read yet."""
    if order.is_all or len(kept) < most:
        return len(kept) >= most
    mine, last = kept[key.name], part[key.name][-1]
    # Results that are no numbers (NaN) come last.
    before = mine == mine if last != last else mine > last if key.descending else mine < last
    return int(np.count_nonzero(before)) >= most


def _matching(selection: Selection, held: Rows, most: int) -> Rows:
    """The first ``most`` of these rows that the filter lets through."""
    if not len(held):
        return held
    return held[np.isin(held["id"], selection.over(*only(held)).first_ids(most))]


def _too_deep() -> BadQuery:
    reason = text(
        "需翻阅过多已归档的观测；请按 Datastream、phenomenonTime 或 id 缩小范围",
        "too many archived observations would be gone through: narrow it by Datastream, phenomenonTime or id",
    )
    return BadQuery(given="Observations", reason=reason)


def _passed_over(selection: Selection, asked: _Asked, order: _Order) -> tuple[Selection, _Asked]:
    """The same page with the whole days before it left out, where only their readings' number matters."""
    skip, key = selection.options.skip, order.key
    is_countable = asked.narrow.is_exact and not (asked.narrow.asks_time and asked.look.count(HAS_DETAIL))
    if skip <= _PASSED_OVER or key is None or key.name != "at" or not is_countable:
        return selection, asked
    counts = asked.look.counts_by_day()
    beside = selection.over(*_with(asked.look.revised))
    for day, number in beside.picked("(t.at AT TIME ZONE 'UTC')::date AS day, count(*)", "GROUP BY 1"):
        counts[day] = counts.get(day, 0) + number
    bound = None
    for day in sorted(counts, reverse=key.descending):
        if counts[day] > skip:
            break
        skip -= counts[day]
        bound = start_of(day) if key.descending else start_of(day) + timedelta(days=1)
    if bound is None:
        return selection, asked
    also, at = f"t.at {'<' if key.descending else '>='} %(passed)s", micros(bound)
    narrow = asked.narrow.within(*((asked.narrow.since, at) if key.descending else (at, asked.narrow.until)))
    rest = selection.over("", {"passed": bound}, [also], replace(selection.options, skip=skip))
    part = replace(asked.look.part, since=narrow.since, until=narrow.until)
    return rest, replace(asked, narrow=narrow, look=Look(part))


def _lying_count(selection: Selection, asked: _Asked) -> int:
    """How many untouched rows of files the filter lets through; it is asked of those alone that may fail it."""
    narrow, look = asked.narrow, asked.look
    if narrow.is_exact and not narrow.asks_time:
        return look.count()
    if narrow.is_exact:
        return look.count(f"NOT ({HAS_DETAIL})") + _walked_count(selection, look, HAS_DETAIL)
    return _walked_count(selection, look)


def _walked_count(selection: Selection, look: Look, *also: str) -> int:
    found = seen = 0
    for part in look.walk(Key(), 50_000, *also):
        seen += len(part)
        if seen > MOST:
            raise _too_deep()
        found += _counted(selection.over(*only(part))) if len(part) else 0
    return found


def _asked_of(selection: Selection, owners: Sequence[int]) -> _Asked | None:
    """What is asked for Datastreams together; None where each must be asked by itself."""
    reach = looking.span()
    if reach is None or selection.conditions != ["t.stream = p.id"]:
        return None
    narrow = narrowed(selection.options.filter, [], {}).of_streams(owners)
    look = Look(Part(narrow.seen(), narrow.since, narrow.until, narrow.conditions))
    is_together = narrow.is_exact and not (narrow.asks_time and look.count(HAS_DETAIL))
    return _Asked(narrow, look, reach) if is_together else None


def _rows_of(selection: Selection, owners: Sequence[int], reach: tuple[int, int]) -> list[Row]:
    order = _order(selection.options)
    asked = (
        _asked_of(selection, owners) if order.key == Key("at", order.key.descending if order.key else False) else None
    )
    if asked is None or order.key is None:
        return [replace(row, owner=owner) for owner in owners for row in _page(selection, owner)]
    if order.key.descending:
        newest = _newest_of(selection, asked, owners)
        if newest is not None:
            return newest
    most = selection.options.skip + selection.limit + 1
    if most * len(owners) > 2 * MOST_BEFORE:
        raise _too_deep()
    held = asked.look.firsts(most, descending=order.key.descending)
    return selection.over(*_with(np.concatenate([held, asked.look.revised]))).rows_of(owners)


def _newest_of(selection: Selection, asked: _Asked, owners: Sequence[int]) -> list[Row] | None:
    """What came after all closed days; None where some owner has less of it than a page."""
    relation, parameters = _with(asked.look.revised)
    ends = {"lake_ends": instant(asked.reach[1])}
    found = selection.over(relation, parameters | ends, ["t.at >= %(lake_ends)s"]).rows_of(owners)
    _, numbers = np.unique([row.owner for row in found], return_counts=True)
    is_enough = len(numbers) == len(owners) and int(numbers.min(initial=0)) > selection.limit
    return found if is_enough else None


def _page(selection: Selection, owner: int) -> Iterator[Row]:
    yield from rows(selection.of_owner(owner))


def _one_by_one(selection: Selection, owners: Sequence[int]) -> dict[int, int]:
    return {owner: count(selection.of_owner(owner)) for owner in owners}
