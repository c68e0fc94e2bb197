# SPDX-License-Identifier: Apache-2.0
"""The demo's doings in the database: their past at the first start, the hours it slept at the next, and then as they happen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Max

from belltower.core.activities.actions import Done, record
from belltower.core.activities.models import Activity
from belltower.core.places.kinds import register
from belltower.core.places.models import Area, Asset, Life
from belltower.demo.doings import Doing, did, doings
from belltower.kernel.actors import Actor

BY = Actor.system("demo")
SOURCE = "demo"
Subjects = Mapping[str, tuple[list[str], list[Mapping[str, Any]]]]


def subjects() -> Subjects:
    """By activity that is declared: the keys (or codes) it is done to, and what is known of each."""
    declared = register().activities
    return {one.activity: _chosen(one, declared[one.activity].on) for one in doings() if one.activity in declared}


def catch_up(now: datetime, among: Subjects | None = None) -> int:
    """Record what was done until ``now`` and was not told yet; how many. What was recorded before counts once."""
    chosen = subjects() if among is None else among
    told = dict(
        Activity.objects.filter(source=SOURCE)
        .values("activity")
        .annotate(last=Max("at"))
        .values_list("activity", "last")
    )
    told_now = [
        row
        for one in doings()
        if one.activity in chosen
        for row in _of(one, chosen[one.activity], told.get(one.activity), now)
    ]
    return record(told_now, by=BY, now=now, source=SOURCE).recorded if told_now else 0


def _of(
    doing: Doing, who: tuple[list[str], list[Mapping[str, Any]]], last: datetime | None, now: datetime
) -> Iterator[Done]:
    keys, known = who
    since = max(last or now - doing.past, now - doing.past)
    for one in did(doing, keys, known, int((since - timedelta(seconds=1)).timestamp()), int(now.timestamp())):
        yield Done(doing.activity, keys[one.nth], one.at, one.fields, doing.by)


def _chosen(doing: Doing, on: str) -> tuple[list[str], list[Mapping[str, Any]]]:
    """Subjects evenly spread over their keys, in service."""
    if register().activities[doing.activity].is_in_area:
        codes = list(Area.objects.current().filter(level=on).order_by("code").values_list("code", flat=True))
        rows: list[tuple[str, Mapping[str, Any]]] = [(code, {}) for code in codes]
    else:
        found = Asset.objects.filter(kind=on, life=Life.IN_SERVICE).order_by("key")
        rows = list(found.values_list("key", "fields"))
    places = np.linspace(0, len(rows) - 1, min(doing.of or len(rows), len(rows)), dtype=int).tolist() if rows else []
    return [rows[at][0] for at in places], [rows[at][1] for at in places]
