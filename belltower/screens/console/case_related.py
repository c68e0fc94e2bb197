# SPDX-License-Identifier: Apache-2.0
"""What stands around a case: its whole and parts, what went into it, others of its asset, what may be the same, and who is next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from belltower.core.cases import merging
from belltower.core.cases.merging import Proposal
from belltower.core.cases.models import Case, CaseStep
from belltower.core.cases.table import State, Step
from belltower.kernel.texts import Text

MOST = 20
"""So many of each group are shown."""


@dataclass(frozen=True, slots=True)
class Group:
    """Cases that stand in one way to this one; ``is_more``: the page leaves some out."""

    title: object
    cases: Sequence[Case]
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """A case that may be the same, and in words how alike and how far away."""

    case: Case
    said: str

    @property
    def state(self) -> Text:
        return State(self.case.state).text


@dataclass(frozen=True, slots=True)
class Line:
    """A step of the time line; ``happened_at`` where it was done earlier than it was told (a phone without signal)."""

    one: CaseStep
    step: Text
    state: Text
    happened_at: datetime | None


def groups(case: Case) -> list[Group]:
    """The cases around one, of those that the viewer sees; empty groups are left out."""
    every = Case.objects.only("number", "title", "state", "reported_at").order_by("-pk")
    of_asset = every.filter(asset=case.asset_id).exclude(pk=case.pk) if case.asset_id else every.none()
    into = merging.merged_into(case)
    found = [
        _group(_("Part of"), every.filter(children=case)),
        _group(_("Merged into"), every.filter(merged=case)),
        _group(_("Its parts"), every.filter(parent=case)),
        Group(_("Merged into this one"), into[:MOST], len(into) > MOST),
        _group(_("Of the same asset"), of_asset),
    ]
    return [one for one in found if one.cases]


def near(case: Case) -> list[Near]:
    """The open cases that may be the same."""
    return [Near(one.earlier if one.later.pk == case.pk else one.later, alike(one)) for one in merging.like(case)]


def lines(steps: Iterable[CaseStep]) -> list[Line]:
    """The time line, in the order of ``steps``."""
    return [Line(one, Step(one.step).text, State(one.state).text, _happened(one)) for one in steps]


def alike(pair: Proposal) -> str:
    """How alike two cases are and how far apart, in words."""
    metres = round(pair.metres)
    return ngettext("%(percent)s %% alike, %(count)s metre apart", "%(percent)s %% alike, %(count)s metres apart", metres) % {
        "percent": round(pair.score * 100), "count": metres,
    }  # fmt: skip


def _group(title: object, rows: QuerySet[Case]) -> Group:
    found = list(rows[: MOST + 1])
    return Group(title, found[:MOST], len(found) > MOST)


def _happened(step: CaseStep) -> datetime | None:
    """When it happened, where the step says so in a way that can be read: what devices send is not to break a page."""
    said = step.about.get("happened_at")
    try:
        found = parse_datetime(said) if isinstance(said, str) else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None
