# SPDX-License-Identifier: Apache-2.0
"""The form in which an exam is set: what was typed, read as a draft, and what it offers to choose from."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import QueryDict

from belltower.core.access.models import RoleName
from belltower.core.learning.actions import ExamDraft
from belltower.core.learning.errors import ExamNotSet
from belltower.core.learning.shelf import Part
from belltower.core.places.models import Party
from belltower.core.places.scope import Scope
from belltower.kernel.texts import Text
from belltower.screens.console import dates, learning_words

NUMBERS = {"questions": "10", "pass_percent": "80", "minutes": "20", "attempts": "1"}
_FORM = "%Y-%m-%dT%H:%M"
_MOST_PARTIES = 500


def blank(now: datetime) -> QueryDict:
    """A form before anything is typed: open from now for a week."""
    typed = QueryDict(mutable=True)
    typed.update(NUMBERS)
    begin = now.astimezone(dates.city_zone()).replace(second=0, microsecond=0)
    typed["opens_at"], typed["closes_at"] = begin.strftime(_FORM), (begin + timedelta(days=7)).strftime(_FORM)
    return typed


def draft(typed: QueryDict) -> ExamDraft:
    """What was typed, as a draft. Raises ExamNotSet where something is no number, no instant, or has no title."""
    zh, en = typed.get("title_zh", "").strip()[:200], typed.get("title_en", "").strip()[:200]
    if not (zh or en):
        raise ExamNotSet(reason=Text(zh="没有名称", en="it has no title"))
    numbers = {name: _number(typed, name) for name in NUMBERS}
    part = Part(typed.getlist("document"), typed.getlist("sector"), typed.getlist("answered_by"))
    keys = typed.getlist("party")
    parties = Party.objects.filter(key__in=keys).values_list("pk", flat=True) if keys else ()
    return ExamDraft(
        Text(zh=zh, en=en), numbers["questions"], numbers["pass_percent"], numbers["minutes"],
        _instant(typed, "opens_at"), _instant(typed, "closes_at"), numbers["attempts"], part, tuple(parties),
        tuple(RoleName(one) for one in typed.getlist("role") if one in RoleName.values),
    )  # fmt: skip


def offered(typed: QueryDict, within: Scope) -> dict[str, object]:
    """The form's fields: what can be chosen, and what is."""
    parties = Party.objects.order_by("key")
    if within.owner_ids is not None:
        parties = parties.filter(pk__in=within.owner_ids)
    return {
        "typed": typed,
        "sectors": _choices(learning_words.sectors(), typed.getlist("sector")),
        "documents": _choices(learning_words.documents(), typed.getlist("document")),
        "answering": _choices(learning_words.answering(), typed.getlist("answered_by")),
        "roles": [(one.value, one.label, one.value in typed.getlist("role")) for one in RoleName],
        "parties": [(one.key, one.title, one.key in typed.getlist("party")) for one in parties[:_MOST_PARTIES]],
    }


def _choices(titles: dict[str, Text], chosen: list[str]) -> list[tuple[str, Text, bool]]:
    return [(name, title, name in chosen) for name, title in titles.items()]


def _number(typed: QueryDict, name: str) -> int:
    said = typed.get(name, "").strip()
    if not said.isascii() or not said.isdigit() or len(said) > 6:
        raise ExamNotSet(reason=Text(zh=f"“{said}”不是整数", en=f"'{said}' is no whole number"))
    return int(said)


def _instant(typed: QueryDict, name: str) -> datetime:
    """What the browser sends is the city's civil time."""
    said = typed.get(name, "")
    try:
        return datetime.strptime(said, _FORM).replace(tzinfo=dates.city_zone())
    except ValueError:
        raise ExamNotSet(reason=Text(zh=f"“{said}”不是时间", en=f"'{said}' is no time")) from None
