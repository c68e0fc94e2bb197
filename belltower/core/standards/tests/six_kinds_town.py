# SPDX-License-Identifier: Apache-2.0
"""A town with a few things of everything that clauses of six kinds ask about, and what may happen to it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import shapely
from hypothesis import strategies as st

from belltower.core.activities.actions import Done, record_one
from belltower.core.alarms import actions as alarms
from belltower.core.alarms.errors import NotThisCommand
from belltower.core.alarms.models import Alarm, What
from belltower.core.alarms.tests import plant
from belltower.core.observations.models import Datastream
from belltower.core.places import city
from belltower.core.places.actions.areas import AreaDraft, put_areas
from belltower.core.places.actions.assets import edit_asset
from belltower.core.places.bulk import AssetBatch, merge_assets
from belltower.core.places.models import Area, Asset
from belltower.core.standards import actions
from belltower.core.standards.installing import install
from belltower.core.standards.judging import today
from belltower.core.standards.models import KeptClause
from belltower.core.standards.tests.six_kinds import filled, written
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

BY = Actor.system("tests")
NOW = datetime(2026, 1, 15, 2, 0, tzinfo=UTC)  # ten in the morning in Hengyang
SIDE = 300.0
"""The town is two by two grids of so many metres; things stand in it, on its seams and outside."""
MORE = """\
- id: gas.box_near_a_station
  applies_to: alarm_box
  values: {near: {2020-01-01: 100}}
  check: {kind: spatial, must: be_near, of: station, distance: near, of_where: is_open}
  examples:
  - {name: near, on: 2026-01-01, others: [{fields: {is_open: true}, distance_m: 100}], outcome: holds}
  - {name: far, on: 2026-01-01, others: [{fields: {is_open: true}, distance_m: 101}], outcome: broken}
- id: gas.off_the_water
  applies_to: alarm_box
  check: {kind: spatial, must: be_outside, of: pond}
  closes_after: {2020-01-01: PT2H}
  reopens_within: {2020-01-01: P1D}
  examples:
  - {name: without, on: 2026-01-01, others: [{inside: false}], outcome: holds}
  - {name: within, on: 2026-01-01, others: [{inside: true}], outcome: broken}
- id: gas.home_reached
  applies_to: home
  values: {walk: {2020-01-01: 150}}
  check: {kind: coverage, by: station, reach: walk, over: straight, by_where: is_open, where: uses_gas}
  closes_after: {2020-01-01: PT2H}
  examples:
  - {name: near, on: 2026-01-01, fields: {uses_gas: true}, nearest_m: 150, outcome: holds}
  - {name: far, on: 2026-01-01, fields: {uses_gas: true}, nearest_m: 151, outcome: broken}
- id: gas.let_in_today
  applies_to: home
  values: {share: {2020-01-01: 50}, window: {2020-01-01: PT6H}}
  check: {kind: indicator, of: activities, activity: home_visit, counts: was_let_in, window: window, at_least: share, by: district}
  examples:
  - {name: half, on: 2026-01-01, counted: 1, among: 2, outcome: holds}
  - {name: less, on: 2026-01-01, counted: 1, among: 3, outcome: broken}
- id: gas.stations_open
  applies_to: station
  values: {share: {2020-01-01: 60}}
  check: {kind: indicator, of: assets, counts: is_open, at_least: share, by: district}
  examples:
  - {name: enough, on: 2026-01-01, counted: 6, among: 10, outcome: holds}
  - {name: too few, on: 2026-01-01, counted: 5, among: 10, outcome: broken}
- id: gas.methane_low
  applies_to: alarm_box
  values: {share: {2020-01-01: 90}, window: {2020-01-01: PT6H}, most: {2020-01-01: 20}}
  check: {kind: indicator, of: readings, stream: methane, counts: value < most, window: window, at_least: share, by: district}
  examples:
  - {name: enough, on: 2026-01-01, counted: 9, among: 10, outcome: holds}
  - {name: too few, on: 2026-01-01, counted: 8, among: 10, outcome: broken}
"""
_PLACES = [
    (50.0, 50.0),
    (50.0, 52.0),
    (160.0, 50.0),
    (299.0, 120.0),
    (450.0, 60.0),
    (60.0, 400.0),
    (420.0, 430.0),
    (900.0, 900.0),
]
PLACE = st.sampled_from([*range(len(_PLACES)), None])
_SHAPES: dict[str, Callable[[float, float], Any]] = {
    "home": lambda x, y: shapely.Point(x, y),
    "building": lambda x, y: shapely.box(x - 6, y - 6, x + 6, y + 6),
    "pipe": lambda x, y: shapely.LineString([(x + 20 * n, y + 6.5 + 3 * (n % 2)) for n in range(9)]),
    "alarm_box": lambda x, y: shapely.Point(x + 1, y + 1),
    "station": lambda x, y: shapely.Point(x, y + 3),
    "lane": lambda x, y: shapely.LineString([(x - 100, y), (x + 100, y)]),
    "pond": lambda x, y: shapely.box(x - 4, y - 4, x + 3, y + 40),
}
_FIELDS: dict[str, tuple[str, list[Any]]] = {
    "home": ("uses_gas", [True, False, None]), "building": ("has_permit", [True, False, None]),
    "pipe": ("pressure", [0.1, 0.4, None]), "alarm_box": ("indoors", [True, False, None]),
    "station": ("is_open", [True, False, None]), "lane": ("one_way", [True, False, None]),
}  # fmt: skip
EACH = 3
KIND, NUMBER = st.sampled_from(sorted(_SHAPES)), st.integers(0, EACH - 1)
BOX, GRID = st.integers(0, EACH - 1), st.integers(0, 3)
HOURS_AGO = st.sampled_from([-3, 0, 1, 5, 11, 30, 24 * 40])
STEPS = st.one_of(
    st.tuples(st.just("edit"), st.sampled_from(sorted(_FIELDS)), NUMBER, st.integers(0, 2)),
    st.tuples(st.just("move"), KIND, NUMBER, PLACE),
    st.tuples(st.just("live"), KIND, NUMBER, st.sampled_from(["in_service", "retired", "out_of_service"])),
    st.tuples(st.just("build"), KIND, PLACE),
    st.tuples(st.just("visit"), NUMBER, HOURS_AGO, st.sampled_from([True, False, None])),
    st.tuples(st.just("patrol"), GRID, HOURS_AGO, st.sampled_from([True, None])),
    st.tuples(st.just("sense"), BOX, st.sampled_from([5.0, 50.0])),
    st.tuples(st.just("command"), BOX, st.sampled_from([What.SHELVE, What.UNSHELVE, What.OUT_OF_SERVICE, What.RETURN_TO_SERVICE])),
    st.tuples(st.just("turn")),
    st.tuples(st.just("stream"), BOX, NUMBER),
    st.tuples(st.just("exempt"), KIND, NUMBER, st.integers(0, 20)),
    st.tuples(st.just("exempt_area"), GRID, st.integers(0, 20)),
    st.tuples(st.just("people"), GRID, st.sampled_from([5, 50])),
    st.tuples(st.just("wait"), st.sampled_from([1, 7, 13, 120, 60 * 24])),
    st.tuples(st.just("pass")),
)  # fmt: skip


@dataclass
class Town:
    """The town; ``streams`` are those of its alarm boxes."""

    corner: tuple[float, float]
    grids: list[Area]
    streams: list[Datastream] = field(default_factory=list)
    now: datetime = NOW
    built: int = 0

    def shape(self, kind: str, place: int | None) -> Any:
        """In WGS 84; None is nowhere."""
        return None if place is None else self.on_the_globe(_SHAPES[kind](*_PLACES[place]))

    def on_the_globe(self, shape: Any) -> Any:
        moved = shapely.transform(shape, lambda vertices: np.add(vertices, self.corner))
        return city.plane().unproject([moved])[0]

    def asset(self, kind: str, number: int) -> Asset:
        return Asset.objects.get(kind=kind, key=f"{kind}-{number}")

    def build(self, kind: str, place: int | None, now: datetime, key: str = "", value: int = 0) -> None:
        self.built += 1
        name, values = _FIELDS.get(kind, ("", [None, None]))
        fields = [{name: values[value]} if values[value] is not None else {}]
        batch = AssetBatch(kind=kind, keys=[key or f"more-{self.built}"], valid_from=NOW - timedelta(days=900),
                           geoms=np.array([self.shape(kind, place)], dtype=object), fields=fields)  # fmt: skip
        merge_assets([batch], by=BY, now=now, source="scene")

    def do(self, what: str, now: datetime, *how: Any) -> None:
        """One thing that may happen."""
        _DO[what](self, now, *how)


def begin() -> Town:
    """The town of a first morning, its clauses in force, nothing judged yet. The city and its register are there."""
    x, y = city.plane().to_plane(112.6, 26.9)
    town = Town((float(x), float(y)), [])
    put_areas([_grid(town, n) for n in range(4)], by=BY, on=date(2024, 1, 1), source="scene")
    town.grids = list(Area.objects.filter(level="grid").order_by("code"))
    for kind in sorted(_SHAPES):
        for number in range(EACH):
            town.build(kind, 2 * number, NOW, key=f"{kind}-{number}", value=number % 2)
    for number in range(EACH):
        stream = plant.detector(town.asset("alarm_box", number), name=f"methane {number}")
        Datastream.objects.filter(pk=stream.pk).update(stream="alarm_box.methane", stale_after=timedelta(minutes=10))
        town.streams.append(stream)
    install([("gas/order.yaml", _written())], by=BY, now=NOW)
    return town


def _written() -> str:
    more = (f"- id: {each}" for each in MORE.removeprefix("- id: ").split("\n- id: "))
    return written().replace("by: street,", "by: district,") + "".join(filled(each.rstrip() + "\n") for each in more)


def _grid(town: Town, number: int, people: int = 50) -> AreaDraft:
    x, y = SIDE * (number % 2), SIDE * (number // 2)
    return AreaDraft(
        code=f"43040500100100{number + 1}", level="grid", name=Text(zh=f"格{number}", en=f"Grid {number}"),
        geometry=town.on_the_globe(shapely.box(x, y, x + SIDE, y + SIDE)), population=people, parent_code="430405",
    )  # fmt: skip


def _edit(town: Town, now: datetime, kind: str, number: int, value: int) -> None:
    name, values = _FIELDS[kind]
    edit_asset(town.asset(kind, number).uid, {"fields": {name: values[value]}}, by=BY, valid_from=now, now=now)


def _move(town: Town, now: datetime, kind: str, number: int, place: int | None) -> None:
    shape = {"geometry": town.shape(kind, place)}
    edit_asset(town.asset(kind, number).uid, shape, by=BY, valid_from=now, now=now)


def _live(town: Town, now: datetime, kind: str, number: int, life: str) -> None:
    edit_asset(town.asset(kind, number).uid, {"life": life, "reason": "again"}, by=BY, valid_from=now, now=now)


def _build(town: Town, now: datetime, kind: str, place: int | None) -> None:
    town.build(kind, place, now)


def _visit(town: Town, now: datetime, number: int, hours_ago: int, was_let_in: bool | None) -> None:
    fields = {"was_let_in": was_let_in}
    _record(Done("home_visit", f"home-{number}", now - timedelta(hours=hours_ago), fields), now)


def _patrol(town: Town, now: datetime, grid: int, hours_ago: int, on_foot: bool | None) -> None:
    fields = {"on_foot": on_foot}
    _record(Done("patrol", town.grids[grid].code, now - timedelta(hours=hours_ago), fields), now)


def _record(done: Done, now: datetime) -> None:
    """Also what is said to be done in hours to come: a file may have been loaded by a clock that was wrong."""
    record_one(done, by=BY, now=max(now, done.at))  # type: ignore[type-var]


def _sense(town: Town, now: datetime, box: int, value: float) -> None:
    """Two readings a minute apart, and the runner has its turn."""
    plant.report(town.streams[box], value, value, at=now - timedelta(minutes=1), every=timedelta(minutes=1))
    plant.turn(now)


def _turn(town: Town, now: datetime) -> None:
    plant.turn(now)


def _command(town: Town, now: datetime, box: int, what: What) -> None:
    alarm = Alarm.objects.filter(stream=town.streams[box], definition__is_enabled=True).first()
    if alarm is None:
        return
    with suppress(NotThisCommand):
        if what is What.SHELVE:
            alarms.shelve(alarm.uid, until=now + timedelta(hours=2), reason="noise", by=BY, now=now)
        else:
            alarms.command(alarm.uid, what, by=BY, now=now)
    plant.turn(now)


def _stream(town: Town, now: datetime, box: int, number: int) -> None:
    """The stream goes to another box."""
    Datastream.objects.filter(pk=town.streams[box].pk).update(asset=town.asset("alarm_box", number))


def _clause(number: int) -> KeptClause:
    kept = KeptClause.objects.order_by("key")
    return kept[number % len(kept)]


def _exempt(town: Town, now: datetime, kind: str, number: int, clause: int) -> None:
    until = today(now) + timedelta(days=1)
    asset = town.asset(kind, number)
    actions.exempt(_clause(clause), asset=asset, reason="works", since=today(now), until=until, by=BY, now=now)


def _exempt_area(town: Town, now: datetime, grid: int, clause: int) -> None:
    until, area = today(now) + timedelta(days=1), town.grids[grid]
    actions.exempt(_clause(clause), area=area, reason="flood", since=today(now), until=until, by=BY, now=now)


def _people(town: Town, now: datetime, grid: int, people: int) -> None:
    put_areas([_grid(town, grid, people)], by=BY, on=today(now), source="scene")


_DO: dict[str, Callable[..., None]] = {
    "edit": _edit, "move": _move, "live": _live, "build": _build, "visit": _visit, "patrol": _patrol, "sense": _sense,
    "turn": _turn, "command": _command, "stream": _stream, "exempt": _exempt, "exempt_area": _exempt_area,
    "people": _people,
}  # fmt: skip
