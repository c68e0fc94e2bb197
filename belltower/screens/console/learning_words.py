# SPDX-License-Identifier: Apache-2.0
"""Words of learning for people: what part of the standards a book or an exam is of, states, time left, rates."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from belltower.core.learning import rules
from belltower.core.learning.models import Sitting
from belltower.core.learning.rules import ExamState
from belltower.core.learning.shelf import Part
from belltower.core.places.kinds import register
from belltower.core.standards.clauses import Role
from belltower.core.standards.models import KeptDocument
from belltower.core.standards.outputs.wording import ROLES, joined
from belltower.core.standards.rates import Rate
from belltower.kernel.texts import Text

WHOLE = Text(zh="全部标准", en="All standards")


def sectors() -> dict[str, Text]:
    """The packs by name."""
    return {pack.name: pack.title for pack in register().packs}


def documents() -> dict[str, Text]:
    """The kept documents by id."""
    return {one.key: Text.read(one.title) for one in KeptDocument.objects.order_by("key")}


def answering() -> dict[str, Text]:
    """The roles in which somebody answers for a breach, by name."""
    return {str(role): ROLES[Role(role)] for role in Role}


def called(part: Part, titles: Mapping[str, Text]) -> Text:
    """What a part is called: ``燃气 · 企业主体``; everything where nothing is named. ``titles`` are the documents'."""
    found = [
        *_named(part.sectors, sectors()), *_named(part.documents, titles), *_named(part.answered_by, answering()),
    ]  # fmt: skip
    return joined(found, zh=" · ", en=" · ") if found else WHOLE


def state_word(state: ExamState) -> str:
    """A state as a word."""
    return {
        ExamState.TO_COME: _("To come"),
        ExamState.OPEN: _("Open now"),
        ExamState.OVER: _("Over"),
        ExamState.WITHDRAWN: _("Withdrawn"),
    }[state]


def time_left(sitting: Sitting, now: datetime) -> str:
    """How long is left, by the server's clock: in minutes, and in seconds at the end."""
    left = rules.seconds_left(sitting.ends_at, now)
    if left >= 120:
        return _("%(n)s minutes left") % {"n": left // 60}
    return ngettext("%(n)s second left", "%(n)s seconds left", left) % {"n": left}


def rate(found: Rate) -> str:
    """``82 % (69–90), 40`` with its interval and of how many; a dash of none."""
    share, interval = found.share, found.interval()
    if share is None or interval is None:
        return "–"
    return f"{share:.0f} % ({interval[0]:.0f}–{interval[1]:.0f}), {found.counted}/{found.among}"


def _named(names: Collection[str], titles: Mapping[str, Text]) -> list[Text]:
    return [titles.get(name, Text(en=name)) for name in names]
