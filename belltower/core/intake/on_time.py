# SPDX-License-Identifier: Apache-2.0
"""How much of a file's past cases was on time: by the file's own dates, by our clocks, and why each difference is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from belltower.core.cases import deadlines
from belltower.core.cases.clocks import Stretch, used_up
from belltower.core.cases.limits import HOUSE, Limit, Unit
from belltower.core.cases.table import Stage
from belltower.core.intake.errors import NothingTakenIn
from belltower.core.intake.mapping import Said
from belltower.core.intake.models import Intake, Joined, Origin
from belltower.core.places import city
from belltower.core.standards.clauses import Source, Verified
from belltower.kernel.instants import first_instant
from belltower.kernel.working_time import WorkingTime


class Why(StrEnum):
    """Why the two differ on a row."""

    JOINED = "joined_to_another_row"
    NO_CASE = "duplicate_of_nothing"
    NO_DUE = "no_due_in_the_file"
    CLOCKS_CHANGED = "clocks_changed_in_between"
    OTHER_PROMISE = "other_promise_than_its_kind"
    NO_PROMISE = "due_before_the_report"


@dataclass(frozen=True, slots=True)
class Row:
    """What is judged of a row. Instants in UTC; ``promised`` is on local clocks, None where its kind has no promise."""

    reported_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    promised: timedelta | None
    joined: str
    state: str


@dataclass(slots=True)
class Tally:
    """Counts of a whole file: how many were judged and on time by each, and the differences by their reason."""

    rows: int = 0
    file: Counter[bool] = field(default_factory=Counter)
    file_of_same: Counter[bool] = field(default_factory=Counter)
    ours: Counter[bool] = field(default_factory=Counter)
    differences: dict[Why, Counter[str]] = field(default_factory=dict)
    dues: Counter[str] = field(default_factory=Counter)
    open: int = 0

    def as_json(self) -> dict[str, Any]:
        """As the command prints it; shares with six digits."""
        return {
            "rows": self.rows, "not_ended": self.open, "by_the_file": _share(self.file), "by_our_clocks": _share(self.ours),
            "by_the_file_of_rows_that_both_judge": _share(self.file_of_same),
            "differences": {why.value: dict(sorted(each.items())) for why, each in sorted(self.differences.items())},
            "dues": dict(sorted(self.dues.items())),
        }  # fmt: skip


def on_time(intake: Intake | None = None) -> dict[str, Any]:
    """The shares of a file that was taken in (the newest), and every difference by its reason. Raises NothingTakenIn."""
    intake = intake or Intake.objects.exclude(finished_at=None).first()
    if intake is None:
        raise NothingTakenIn()
    zone, profile = ZoneInfo(intake.mapping["zone"]), city.current()
    working = WorkingTime(deadlines.calendar_of(profile), (), zone)
    rows = Origin.objects.filter(intake=intake).order_by("row").iterator(chunk_size=5_000)
    told = tally((_row(one, intake.promises) for one in rows), working)
    return {
        "file": intake.file,
        "digest": intake.digest,
        "zone": zone.key,
        "kept_aside": intake.kept_aside,
    } | told.as_json()


def tally(rows: Iterable[Row], working: WorkingTime) -> Tally:
    """Judge each row by both; what is due at an instant is in time at that instant."""
    found = Tally()
    for row in rows:
        found.rows += 1
        found.open += row.closed_at is None
        due = our_due(row, working)
        theirs = _judged(row.closed_at, row.due_at)
        is_case = row.joined == Joined.OWN and row.state != Said.DUPLICATE
        ours = _judged(row.closed_at, due) if is_case else None
        for verdict, counted in ((theirs, found.file), (ours, found.ours)):
            if verdict is not None:
                counted[verdict] += 1
        if theirs is not None and ours is not None:
            found.file_of_same[theirs] += 1
        if is_case and due and row.due_at and due != row.due_at:
            found.dues[f"{_why_due(row, working.zone).value}{'' if theirs != ours else ', same answer'}"] += 1
        if theirs != ours:
            why = _why(row, is_case, working.zone)
            found.differences.setdefault(why, Counter())[f"file {_word(theirs)}, ours {_word(ours)}"] += 1
    return found


def our_due(row: Row, working: WorkingTime) -> datetime | None:
    """When the promise of the row's kind is used up by our clock, which counts time as it passes; None without a promise."""
    if row.promised is None:
        return None
    return used_up([Stretch(row.reported_at, None, None, is_suspended=False)], _limit(row.promised), working)


def _limit(promised: timedelta) -> Limit:
    minutes = round(promised.total_seconds() / 60)
    source = Source("the file itself", HOUSE, date.min, Verified.UNVERIFIED)
    return Limit(None, None, Stage.HANDLING, date.min, None, Unit.NATURAL, f"PT{minutes}M", promised, source)


def _row(one: Origin, promises: Mapping[str, int]) -> Row:
    minutes = promises.get(one.kind_said)
    promised = timedelta(minutes=minutes) if minutes is not None else None
    return Row(one.reported_at, one.due_at, one.closed_at, promised, one.joined, one.state)


def _judged(closed_at: datetime | None, due_at: datetime | None) -> bool | None:
    return None if closed_at is None or due_at is None else closed_at <= due_at


def _why(row: Row, is_case: bool, zone: ZoneInfo) -> Why:
    if not is_case:
        return Why.NO_CASE if row.joined == Joined.OWN else Why.JOINED
    if row.due_at is None:
        return Why.NO_DUE
    return Why.NO_PROMISE if row.promised is None else _why_due(row, zone)


def _why_due(row: Row, zone: ZoneInfo) -> Why:
    """Why a due instant of ours is another than the file's: its days have 24 hours on every clock, ours as many as they have."""
    begin = row.reported_at.astimezone(zone).replace(tzinfo=None)
    is_same_days = row.promised is not None and row.due_at == first_instant(begin + row.promised, zone)
    return Why.CLOCKS_CHANGED if is_same_days else Why.OTHER_PROMISE


def _word(verdict: bool | None) -> str:
    return {True: "on time", False: "late", None: "not judged"}[verdict]


def _share(counted: Counter[bool]) -> dict[str, Any]:
    judged = counted.total()
    share = round(counted[True] / judged, 6) if judged else None
    return {"judged": judged, "on_time": counted[True], "share": share}
