# SPDX-License-Identifier: Apache-2.0
"""The clocks of a case in this city: its history, the city's calendar and table of limits, put before clocks.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings

from belltower.core.cases.clocks import Clock, Moment, clocks, due_now
from belltower.core.cases.limits import LimitTable, table_of
from belltower.core.cases.models import Case
from belltower.core.cases.table import State
from belltower.core.places import city
from belltower.kernel.calendar import WorkingCalendar
from belltower.kernel.city import CityProfile
from belltower.kernel.published import calendar

STEP_COLUMNS = ("at", "state", "holder_id")


def moments_of(steps: Iterable[tuple[datetime, str, int | None]]) -> list[Moment]:
    """A history as clocks read it, from the STEP_COLUMNS of its steps in order."""
    return [Moment(at, State(state), holder) for at, state, holder in steps]


def due_after(case: Case, moments: Sequence[Moment]) -> datetime | None:
    """When the clock ends that runs since the last of these steps; None where none runs, it stands still, or has no limit."""
    profile = city.current()
    return due_now(
        moments, kind=case.kind, grade=case.grade, table=limits(profile), calendar=calendar_of(profile),
        hours=profile.working_hours, zone=profile.tz,
    )  # fmt: skip


def clocks_of(case: Case, now: datetime) -> list[Clock]:
    """Every clock of a case, with its proof, as it stands ``now``."""
    profile, moments = city.current(), moments_of(case.steps.values_list(*STEP_COLUMNS))
    return clocks(
        moments, kind=case.kind, grade=case.grade, table=limits(profile), calendar=calendar_of(profile),
        hours=profile.working_hours, zone=profile.tz, now=now,
    )  # fmt: skip


def limits(profile: CityProfile) -> LimitTable:
    """The table of time limits of this city: the installation's own file, or the one that comes ready."""
    return table_of(profile.code, settings.BELLTOWER_TIME_LIMITS)


def calendar_of(profile: CityProfile) -> WorkingCalendar:
    """The city's working calendar."""
    return calendar(profile.country, profile.subdivision, profile.calendar_exceptions)
