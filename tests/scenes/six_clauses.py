# SPDX-License-Identifier: Apache-2.0
"""Ten street bins of the console's small city, and a story for each kind of check: two bins (or streets) break a new clause,
one is put right, and what was laid down is made milder from a day on, so that the other holds. All of it is made up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import shapely

from belltower.core.activities.actions import Done, record
from belltower.core.alarms.tests import plant
from belltower.core.observations.models import Datastream
from belltower.core.places import city
from belltower.core.places.actions.assets import edit_asset
from belltower.core.places.models import Asset
from belltower.core.standards.actions import begin_document
from belltower.core.standards.installing import install
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text
from belltower.screens.console.tests import scene

BY = Actor.system("scene")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WRITTEN_AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, ten in the morning in Hengyang
THE_DAY_BEFORE, ON_THE_DAY = WRITTEN_AT + DAY, WRITTEN_AT + 2 * DAY
DOCUMENT = "bureau.bins"
FIRST, SECOND = "B0", "B1"
_FORM = """\
id: bureau.forms
title: {zh: 表单, en: Forms}
issued_by: {zh: 本局, en: The bureau}
clauses:
- id: bureau.has_room
  title: {zh: 有容积, en: It has room}
  text: {zh: 垃圾箱有容积。, en: A bin has room.}
  source: {document: Made up, clause: "1", seen: 2026-08-01, verified: unverified}
  applies_to: waste_bin
  values: {room: {2020-01-01: 1}}
  check: {kind: attribute, holds: capacity >= room}
  grade: general
  rectify_within: {2020-01-01: {working: P5D}}
  responsible: owner
  examples:
  - {name: {zh: 有, en: Some}, on: 2026-01-01, fields: {capacity: 1}, outcome: holds}
  - {name: {zh: 没有, en: None}, on: 2026-01-01, fields: {capacity: 0}, outcome: broken}
"""
_COMMON = """\
title: {zh: 示例条款, en: A clause of the example}
text: {zh: 垃圾箱应符合规定。, en: A street bin is as it should be.}
source: {document: Made up, clause: "1", seen: 2026-08-01, verified: unverified}
grade: general
rectify_within: {2020-01-01: {working: P5D}}
responsible: owner
applies_to: waste_bin
"""


def _nothing(_: datetime) -> None:
    """Nothing more happens."""


@dataclass(frozen=True, slots=True)
class Story:
    """A clause of one kind. ``written`` has ``<value>`` where ``old`` and later ``new`` stands.

    ``says`` is how people read the old and the new value; ``goes_wrong`` makes two subjects break it (``is_sensed``: what
    their sensors then report), ``put_right`` the first hold; ``goes_on`` is what happens until and on the new value's day.
    """

    kind: str
    written: str
    old: str
    new: str
    says: tuple[Text, Text]
    goes_wrong: Callable[[datetime], None]
    put_right: Callable[[datetime], None]
    is_sensed: Callable[[datetime], None] = _nothing
    goes_on: Callable[[datetime], None] = _nothing

    @property
    def clause(self) -> str:
        return f"bureau.{self.kind}_clause"

    def text(self, value: str) -> str:
        """The clause with that value, as somebody types it."""
        return f"id: {self.clause}\n{_COMMON}" + self.written.replace("<value>", value)


def bins() -> None:
    """The city with its people, a document of the bureau's own to write in, and a clause that makes a form of bins."""
    scene.small_city()
    begin_document(DOCUMENT, Text(zh="垃圾箱规定", en="Rules for street bins"), Text(zh="本局", en="The bureau"), by=BY)
    install([("bureau/forms.yaml", _FORM)], by=BY, now=WRITTEN_AT)


def _bin(key: str) -> Asset:
    return Asset.objects.get(kind="waste_bin", key=key)


def _change(key: str, now: datetime, **changes: object) -> None:
    edit_asset(_bin(key).uid, changes, by=BY, valid_from=now, now=now)


def _room(key: str, litres: float) -> Callable[[datetime], None]:
    return lambda now: _change(key, now, fields={"capacity": litres})


def _both(*steps: Callable[[datetime], None]) -> Callable[[datetime], None]:
    def all_of_them(now: datetime) -> None:
        for step in steps:
            step(now)

    return all_of_them


def _washed(keys: Iterable[str], *times: datetime, now: datetime) -> None:
    done = record([Done("bin_wash", key, at) for key in keys for at in times], by=BY, now=now)
    assert not done.refused


OTHERS = tuple(f"B{n}" for n in range(2, 10))


def _two_are_late(now: datetime) -> None:
    _washed(OTHERS, now - DAY, now=now)
    _washed((FIRST, SECOND), now - 10 * DAY, now=now)


def _thrice_a_day(*but: str) -> Callable[[datetime], None]:
    """All are washed in the evening before and early today; yesterday at noon, all ``but`` some."""

    def wash(now: datetime) -> None:
        _washed((FIRST, SECOND, *OTHERS), now - 14 * HOUR, now - 4 * HOUR, now=now)
        _washed([key for key in (FIRST, SECOND, *OTHERS) if key not in but], now - 22 * HOUR, now=now)

    return wash


def _beside_buildings(now: datetime) -> None:
    for number, key in enumerate((FIRST, SECOND)):
        _change(key, now, geometry=_east_of(number, metres=3.5))


def _east_of(building: int, *, metres: float) -> shapely.Point:
    """A point so far east of the middle of a building's outline."""
    outline = shapely.from_wkb(bytes(Asset.objects.get(kind="building", key=f"F{building}").geometry))
    [there] = city.plane().project([outline])
    east = shapely.Point(there.bounds[2] + metres, there.centroid.y)
    return city.plane().unproject(np.array([east], dtype=object))[0]


def _stream(key: str) -> Datastream:
    found = Datastream.objects.filter(asset__key=key, stream="waste_bin.fill").first()
    if found is None:
        found = plant.detector(_bin(key), name=f"fill {key}")
        Datastream.objects.filter(pk=found.pk).update(stream="waste_bin.fill", stale_after=2 * HOUR)
    return found


def _with_sensors(_: datetime) -> None:
    for key in (FIRST, SECOND):
        _stream(key)


def _full(keys: Iterable[str], per_cent: float) -> Callable[[datetime], None]:
    def reported(now: datetime) -> None:
        for key in keys:
            plant.report(_stream(key), per_cent, at=now)

    return reported


def _two_streets_of_bins(now: datetime) -> None:
    """The northern street has ten bins; five of them are moved to the southern one. In each, one of five is too small."""
    for number in range(5):
        _change(f"B{number}", now, geometry=shapely.Point(scene.WEST + 0.005 + 0.001 * number, scene.SOUTH + 0.005))
    _room(FIRST, 100)(now)
    _room("B9", 100)(now)


STORIES = (
    Story(
        "attribute",
        """\
values: {least: {2020-01-01: <value>}}
check: {kind: attribute, holds: capacity >= least}
examples:
- {name: {zh: 恰好, en: On the limit}, on: 2026-11-30, fields: {capacity: <value>}, outcome: holds}
- {name: {zh: 太小, en: Too small}, on: 2026-11-30, fields: {capacity: 1}, outcome: broken}
""",
        "150", "90", (Text(zh="150 L", en="150 L"), Text(zh="90 L", en="90 L")),
        goes_wrong=_both(_room(FIRST, 100), _room(SECOND, 100)), put_right=_room(FIRST, 240),
    ),
    Story(
        "cadence",
        """\
values: {every: {2020-01-01: <value>}}
check: {kind: cadence, activity: bin_wash, within: every}
examples:
- {name: {zh: 前一天, en: The day before}, on: 2026-11-30, activities: [{at: 2026-11-29T08:00}], outcome: holds}
- {name: {zh: 从未清洗, en: Never washed}, on: 2026-11-30, outcome: broken}
""",
        "P7D", "P14D", (Text(zh="7 天", en="7 days"), Text(zh="14 天", en="14 days")),
        goes_wrong=_two_are_late, put_right=lambda now: _washed([FIRST], now - HOUR, now=now),
    ),
    Story(
        "signal",
        """\
values: {at_most: {2020-01-01: <value>}}
check:
  kind: signal
  stream: fill
  condition: {kind: hi, limit: at_most}
  priority: 3
  rationalisation: {cause: {zh: 未清运, en: Not emptied}, consequence: {zh: 满溢, en: It spills}, response: {zh: 清运, en: Empty it},
                    time_to_respond: PT4H}
examples:
- {name: {zh: 半满, en: Half full}, on: 2026-11-30, readings: [[PT0S, 50]], outcome: holds}
- {name: {zh: 恰好, en: On the limit}, on: 2026-11-30, readings: [[PT0S, <value>]], outcome: broken}
""",
        "80", "95", (Text(zh="80%", en="80%"), Text(zh="95%", en="95%")),
        goes_wrong=_with_sensors, is_sensed=_full((FIRST, SECOND), 90), put_right=_full([FIRST], 10),
        goes_on=_full([SECOND], 90),
    ),
    Story(
        "spatial",
        """\
values: {away: {2020-01-01: <value>}}
check: {kind: spatial, must: keep_away_from, of: building, distance: away}
examples:
- {name: {zh: 恰好, en: On the limit}, on: 2026-11-30, others: [{distance_m: <value>}], outcome: holds}
- {name: {zh: 贴着, en: Touching}, on: 2026-11-30, others: [{distance_m: 0}], outcome: broken}
""",
        "5", "2", (Text(zh="5 m", en="5 m"), Text(zh="2 m", en="2 m")),
        goes_wrong=_beside_buildings,
        put_right=lambda now: _change(FIRST, now, geometry=_east_of(0, metres=20)),
    ),
    Story(
        "coverage",
        """\
values: {window: {2020-01-01: <value>}}
check: {kind: coverage, activity: bin_wash, window: window}
examples:
- {name: {zh: 一日三次, en: Three times a day}, on: 2026-11-30, outcome: holds,
   activities: [{at: 2026-11-30T06:00}, {at: 2026-11-30T12:00}, {at: 2026-11-30T20:00}]}
- {name: {zh: 没有, en: Not at all}, on: 2026-11-30, outcome: broken}
""",
        "PT8H", "PT12H", (Text(zh="8 小时", en="8 hours"), Text(zh="12 小时", en="12 hours")),
        goes_wrong=_thrice_a_day(FIRST, SECOND), goes_on=_thrice_a_day(SECOND),
        put_right=lambda now: _washed([FIRST], now - 23 * HOUR, now=now),  # it was done, and is told late
    ),
    Story(
        "indicator",
        """\
values: {share: {2020-01-01: <value>}, least: {2020-01-01: 150}}
check: {kind: indicator, of: assets, counts: capacity >= least, at_least: share, by: street}
examples:
- {name: {zh: 恰好, en: On the limit}, on: 2026-11-30, counted: <value>, among: 100, outcome: holds}
- {name: {zh: 没有一个, en: None of them}, on: 2026-11-30, counted: 0, among: 100, outcome: broken}
""",
        "90", "75", (Text(zh="90%", en="90%"), Text(zh="75%", en="75%")),
        goes_wrong=_two_streets_of_bins, put_right=_room(FIRST, 240),
    ),
)  # fmt: skip
