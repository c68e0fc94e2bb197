# SPDX-License-Identifier: Apache-2.0
"""Rows of a file of past cases: each as a value, or the reason why it is kept aside. No look-ups here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from belltower.core.intake.mapping import Columns, Said
from belltower.core.intake.nowhere import Counting, Nowhere, Point, by_rule, key_of
from belltower.core.places.loading.guard import unguarded
from belltower.core.places.loading.readers.source import Chunk, as_text
from belltower.core.places.loading.report import Aside
from belltower.kernel.errors import Refusal
from belltower.kernel.instants import civil_instant, first_instant
from belltower.kernel.texts import Text

_LONGEST = {"number": 80, "kind": 200, "status": 100, "party": 200, "address": 300}
_EMPTY = Text(zh="缺少“{column}”", en="'{column}' is empty")
_LONG = Text(zh="“{column}”过长", en="'{column}' is too long")
_BAD_TIME = Text(zh="“{column}”的时间“{raw}”无法读取", en="the time '{raw}' in '{column}' cannot be read")
_BAD_STATE = Text(zh="状态“{raw}”没有对应关系", en="the mapping does not say what the status '{raw}' means")
_TO_COME = Text(zh="上报时间“{raw}”晚于现在", en="it was reported in the future, at '{raw}'")
_BACKWARDS = Text(zh="办结早于上报", en="it ends before it was reported")
_NO_END = Text(zh="已办结但没有办结时间", en="it is closed, and nothing says when")


@dataclass(frozen=True, slots=True)
class Past:
    """A row as it tells of a case: instants in UTC, degrees in WGS 84, and why its point is no place."""

    row: int
    number: str
    kind: str
    status: str
    party: str
    state: Said
    reported_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    lon: float | None
    lat: float | None
    nowhere: Nowhere | None
    address: str

    @property
    def place(self) -> str:
        """What tells its place from another; empty where nothing does."""
        return key_of(self.lon, self.lat, self.address)


class _Unreadable(Exception):
    """Why a row cannot be read."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


class Reader:
    """Reads the chunks of one file; ``unknown`` are the points that stand for no place in it."""

    def __init__(self, mapping: Columns, unknown: Collection[Point], *, now: datetime) -> None:
        self._mapping, self._unknown, self._now = mapping, frozenset(unknown), now

    def read(self, chunk: Chunk) -> tuple[list[Past], list[Aside]]:
        """The rows that can be read, and those kept aside."""
        found: list[Past] = []
        aside = [Aside(one.row, one.reason, one.values) for one in chunk.broken]
        for row, cells in cells_of(chunk, self._mapping):
            try:
                found.append(self._past(row, cells))
            except _Unreadable as why:
                aside.append(Aside(row, why.reason, chunk.row(chunk.rows.index(row))))
        return found, aside

    def _past(self, row: int, cells: Mapping[str, Any]) -> Past:
        said = {name: self._word(name, cells) for name in _LONGEST}
        reported, closed = self._instant("reported", cells), self._instant("closed", cells)
        state = self._mapping.states.get(said["status"])
        if state is None:
            raise _Unreadable(_BAD_STATE.format(raw=said["status"][:40]))
        if reported is None:
            raise _Unreadable(_EMPTY.format(column=self._mapping.columns["reported"]))
        if reported > self._now:
            raise _Unreadable(_TO_COME.format(raw=as_text(cells["reported"])[:40]))
        if closed is not None and closed < reported:
            raise _Unreadable(_BACKWARDS)
        if closed is None and state in (Said.CLOSED, Said.DECLINED):
            raise _Unreadable(_NO_END)
        lon, lat, why = self._place(cells)
        return Past(row, said["number"], said["kind"], said["status"], said["party"], state, reported,
                    self._instant("due", cells), closed, lon, lat, why, said["address"])  # fmt: skip

    def _word(self, name: str, cells: Mapping[str, Any]) -> str:
        column, word = self._mapping.columns.get(name, ""), text_of(cells, name)
        if not word and name in ("number", "kind"):
            raise _Unreadable(_EMPTY.format(column=column))
        if len(word) > _LONGEST[name]:
            raise _Unreadable(_LONG.format(column=column))
        return word

    def _instant(self, name: str, cells: Mapping[str, Any]) -> datetime | None:
        local = local_time(cells.get(name), self._mapping)
        if isinstance(local, datetime):
            # A time that was computed (due) may fall into an hour that the clocks skip; one that somebody saw may not.
            read = first_instant if name == "due" else civil_instant
            try:
                return local.astimezone(UTC) if local.tzinfo else read(local, self._mapping.zone)
            except (Refusal, OverflowError):
                local = None
        if local is None and (raw := text_of(cells, name)):
            raise _Unreadable(_BAD_TIME.format(column=self._mapping.columns[name], raw=raw[:40]))
        return None

    def _place(self, cells: Mapping[str, Any]) -> tuple[float | None, float | None, Nowhere | None]:
        lon, lat = number_of(cells, "lon"), number_of(cells, "lat")
        why = by_rule(lon, lat)
        if why is None and (lon, lat) in self._unknown:
            why = Nowhere.REPEATED
        return (None, None, why) if why else (lon, lat, None)


class Survey:
    """What the whole file says before anything of it is taken: points that stand for nowhere, and what each kind was promised."""

    def __init__(self, mapping: Columns) -> None:
        self._mapping, self._points = mapping, Counting()
        self._lengths: dict[str, Counter[int]] = {}

    def add(self, chunk: Chunk) -> None:
        """Count the rows of a chunk."""
        rows = [cells for _, cells in cells_of(chunk, self._mapping)]
        self._points.add((number_of(one, "lon"), number_of(one, "lat"), text_of(one, "address")) for one in rows)
        for one in rows:
            begin, due = local_time(one.get("reported"), self._mapping), local_time(one.get("due"), self._mapping)
            if begin and due and due >= begin:
                self._lengths.setdefault(text_of(one, "kind"), Counter())[_minutes(due - begin)] += 1

    def unknown(self) -> list[Point]:
        """The points that so many places share that they are none."""
        return sorted(self._points.repeated())

    def promises(self) -> dict[str, int]:
        """Minutes on local clocks by kind, of which most rows say so; of two as frequent the shorter."""
        return {kind: min(each, key=lambda one: (-each[one], one)) for kind, each in sorted(self._lengths.items())}


def cells_of(chunk: Chunk, mapping: Columns) -> Iterator[tuple[int, dict[str, Any]]]:
    """The row's number and its cells by what they are."""
    columns = {name: chunk.values[column] for name, column in mapping.columns.items()}
    for at, row in enumerate(chunk.rows):
        yield row, {name: values[at] for name, values in columns.items()}


def text_of(cells: Mapping[str, Any], name: str) -> str:
    """A cell as a text; empty where there is none."""
    return unguarded(as_text(cells.get(name))).replace("\x00", "").strip()


def number_of(cells: Mapping[str, Any], name: str) -> float | None:
    """A cell as a number; None where it is none."""
    try:
        return float(text_of(cells, name))
    except ValueError:
        return None


def local_time(cell: Any, mapping: Columns) -> datetime | None:
    """What a cell says of a time, as clocks showed it; None where nothing can be read."""
    if isinstance(cell, datetime):
        return cell
    raw = as_text(cell).strip()
    for form in mapping.times if raw else ():
        try:
            return datetime.strptime(raw, form)  # noqa: DTZ007  # its zone is the mapping's
        except ValueError:
            continue
    return None


def _minutes(length: timedelta) -> int:
    return round(length.total_seconds() / 60)
