# SPDX-License-Identifier: Apache-2.0
"""What is done in the demo: the same each time, however the time is cut, and as packs declare it."""

from __future__ import annotations

from datetime import UTC, datetime

from belltower.core.places.kinds import validate_fields
from belltower.demo.doings import did, doings
from belltower.packs.register import discover

NOON = int(datetime(2026, 11, 23, 4, tzinfo=UTC).timestamp())
DAY = 86_400
KEYS = [f"430400-X{number:06}" for number in range(60)]
OWN = [{"street_level": 1, "grade": 1}] * len(KEYS)


def test_what_is_done_is_declared_and_the_same_cut_anyhow_and_some_of_it_is_missed() -> None:
    register = discover()
    for doing in doings():
        declared = register.activity(doing.activity)
        span = max(10 * DAY, 2 * doing.every_s)
        whole = [(one.nth, one.at, one.fields) for one in did(doing, KEYS, OWN, NOON - span, NOON)]
        parts = [
            one
            for begin in range(5)
            for one in did(doing, KEYS, OWN, NOON - span + begin * span // 5, NOON - span + (begin + 1) * span // 5)
        ]
        assert sorted(map(repr, whole)) == sorted(repr((one.nth, one.at, one.fields)) for one in parts), doing.activity
        due = len(KEYS) * span / doing.every_s
        assert due * (0.8 - doing.missed) < len(whole) <= due + len(KEYS), doing.activity
        for _, at, fields in whole[:20]:
            assert NOON - span < at.timestamp() <= NOON
            assert validate_fields(declared, fields) == fields, doing.activity
