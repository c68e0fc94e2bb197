# SPDX-License-Identifier: Apache-2.0
"""After whatever happened, an incremental pass leaves of all six kinds of check what a full one would, and asks few about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from belltower.core.standards import passes
from belltower.core.standards.models import Count, Finding, Standing, Verdict
from belltower.core.standards.tests import six_kinds_town
from belltower.core.standards.tests.six_kinds import REGISTER
from belltower.core.standards.tests.six_kinds_town import STEPS, Town
from tests.scenes.quiet_street import QuietStreet

pytestmark = pytest.mark.django_db
Steps = list[tuple[Any, ...]]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def town(quiet_street: QuietStreet, settings: Any) -> Town:
    """A town of what the packs of the six kinds declare, judged once."""
    settings.BELLTOWER_REGISTER = REGISTER
    town = six_kinds_town.begin()
    passes.full(now=town.now)
    return town


ANY_HISTORY = given(st.lists(STEPS, min_size=4, max_size=12))
QUIETLY = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=3, suppress_health_check=QUIETLY)
@ANY_HISTORY
def test_an_incremental_pass_over_six_kinds_leaves_what_a_full_one_would(town: Town, steps: Steps) -> None:
    _live(town, steps)


@pytest.mark.long
@settings(max_examples=120, suppress_health_check=QUIETLY, phases=(Phase.explicit, Phase.generate))
@ANY_HISTORY
def test_an_incremental_pass_leaves_what_a_full_one_would_over_many_histories(town: Town, steps: Steps) -> None:
    _live(town, steps)


def _live(town: Town, steps: Steps) -> None:
    note(repr(steps))
    with transaction.atomic():
        now = town.now
        for what, *how in [*steps, ("pass",)]:
            now += MINUTE
            if what == "wait":
                now += how[0] * MINUTE
            elif what == "pass":
                _agree(now)
            else:
                town.do(what, now, *how)
        transaction.set_rollback(True)


def _agree(now: datetime) -> None:
    passes.incremental(now=now, others=False)
    passes.incremental(now=now)
    left = _left()
    done = passes.full(now=now)
    assert _left() == left
    assert (done.opened, done.closed) == (0, 0)


def _left() -> dict[str, list[Any]]:
    """All that passes keep, but for the instants of passes themselves."""
    findings = [
        {name: value for name, value in row.items() if name not in ("seen_at", "uid")}
        for row in Finding.objects.order_by("pk").values()
    ]
    last = Count.objects.order_by("-assessment__day").values_list("assessment__day", flat=True)[:1]
    columns = ("assessment__clause__key", "area_id", "holds", "broken", "unknown", "exempt")
    counts = Count.objects.filter(assessment__day__in=list(last)).order_by(*columns[:2]).values_list(*columns)
    return {
        "findings": findings,
        "counts": [row for row in counts if any(row[2:])],
        "standings": list(Standing.objects.order_by("pk").values_list("pk", "area_id", "letters")),
        "verdicts": list(
            Verdict.objects.order_by("clause_id", "subject").values_list("clause_id", "subject", "area_id", "letter")
        ),
    }


def test_a_pipe_that_goes_away_concerns_who_was_near_it_and_nobody_else(town: Town) -> None:
    """In a short round; what nobody touched is not asked about, and what retired is not said to hold."""
    over = Finding.objects.filter(clause__key="gas.not_over_a_pipe", asset__key="building-1")
    assert over.get().state == "open"
    now = _rounds_until_quiet(town.now)
    town.do("move", now, "pipe", 1, 7)
    done = passes.incremental(now=now, others=False)
    assert (done.clauses, done.subjects, done.closed) == (1, 1, 1)
    assert over.get().closed_because == "holds"
    town.do("move", now, "pipe", 1, 2)
    done = passes.incremental(now=now + MINUTE, others=False)
    assert (done.clauses, done.subjects, done.opened) == (1, 1, 1)
    town.do("live", now + MINUTE, "building", 1, "retired")
    passes.incremental(now=now + 2 * MINUTE, others=False)
    assert over.latest("pk").closed_because == "not_meant"
    assert passes.incremental(now=now + 3 * MINUTE, others=False).clauses == 0


def _rounds_until_quiet(now: datetime) -> datetime:
    """The instant after a round in which what the scene itself had noted is judged."""
    passes.incremental(now=now + MINUTE)
    return now + 2 * MINUTE
