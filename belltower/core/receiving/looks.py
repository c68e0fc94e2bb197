# SPDX-License-Identifier: Apache-2.0
"""What the bureau sees of a reporter: that there is one, masked; everything, to who may and is noted; and what it lets out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from belltower.core.access.personal import mask_email, mask_name, mask_phone
from belltower.core.cases import actions as cases
from belltower.core.cases.acting import Acting, Standing, parts_of
from belltower.core.cases.models import Remark, Report
from belltower.core.cases.table import Part
from belltower.core.ledger import personal
from belltower.core.ledger.entries import entry, record
from belltower.core.ledger.personal import Erased, unseal_many
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.core.receiving.models import Comment
from belltower.kernel.errors import NotAllowed
from belltower.kernel.texts import Text

FIELDS = ("name", "phone", "email", "text")
_LOOK = Text(zh="查看上报人信息", en="look at a reporter")


@dataclass(frozen=True, slots=True)
class Reporter:
    """What a reporter told of themselves and of the matter; None where they did not, erased where it was."""

    name: str | Erased | None
    phone: str | Erased | None
    email: str | Erased | None
    text: str | Erased | None = None
    comments: tuple[tuple[datetime, str | Erased | None, bool], ...] = ()


def masked(report: Report) -> Reporter:
    """How a reporter is reached, as lists show it: enough to know that somebody can be asked. No entry, no text."""
    name, phone, email = _unsealed(report, FIELDS[:3])
    return Reporter(_hidden(mask_name, name), _hidden(mask_phone, phone), _hidden(mask_email, email))


def look_at(report: Report, *, acting: Acting) -> Reporter:
    """Everything a reporter told, for desk and leaders of the case's place; each look is an entry. Raises NotAllowed."""
    _refuse_others(report, acting)
    comments = list(report.comments.order_by("pk"))
    record("receiving.reporter_read", by=acting.actor, subject=report.reference, about={"fields": list(FIELDS)})
    name, phone, email, text = _unsealed(report, FIELDS)
    said = unseal_many([(report.reference, one.field, one.text_sealed) for one in comments])
    return Reporter(name, phone, email, text, tuple(map(_line, comments, said)))


def let_out(report: Report, text: str, *, acting: Acting, now: datetime) -> Remark:
    """Publish what the desk lets out of a report, in the desk's own wording. Raises NotAllowed, BadCase."""
    _refuse_others(report, acting)
    return cases.remark(report.case, text, acting=acting, now=now, report=report, is_public=True)


def forget_on_request(report: Report, *, acting: Acting, now: datetime) -> bool:
    """Erase a reporter who asked the desk for it; False when it was done before. Raises NotAllowed."""
    _refuse_others(report, acting)
    with entry("receiving.forget", by=acting.actor):
        return personal.erase(report.reference, by=acting.actor, now=now)


def _hidden(mask: Callable[[str], str], told: str | Erased | None) -> str | Erased | None:
    return mask(told) if isinstance(told, str) else told


def _line(said: Comment, text: str | Erased | None) -> tuple[datetime, str | Erased | None, bool]:
    return said.at, text, said.is_contest


def _unsealed(report: Report, fields: tuple[str, ...]) -> list[str | Erased | None]:
    return unseal_many([(report.reference, field, getattr(report, f"{field}_sealed")) for field in fields])


def _refuse_others(report: Report, acting: Acting) -> None:
    with seen_as(EVERYTHING):
        case = report.case
    if not {Part.DESK, Part.LEADER} & parts_of(acting, Standing(case.party_id, case.area_id, case.asset_kind)):
        raise NotAllowed(verb=_LOOK)
