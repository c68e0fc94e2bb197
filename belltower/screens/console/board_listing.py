# SPDX-License-Identifier: Apache-2.0
"""The list of citizens' messages: its filters as the address states them, and the pages of what they leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from belltower.core.messages import caring
from belltower.core.messages.models import Decided, Link, Message
from belltower.core.messages.rules import Reply, days_to_reply, month_of, reply_of
from belltower.core.places.models import Area

SIZE = 50
COUNTED_UP_TO = 10_000
STATES = {
    "": _("All"), "unsure": _("Waiting for a person"), "unanswered": _("Without a reply"), "replied": _("With a reply"),
    "person": _("Category said by a person"), "joined": _("Joined with another"),
}  # fmt: skip
REPLIES = {
    Reply.NONE: _("no reply"), Reply.COURTESY: _("replied, nothing said"), Reply.PASSED_ON: _("passed on"),
    Reply.BESIDE: _("replied beside the question"), Reply.ANSWERED: _("answered"),
}  # fmt: skip


@dataclass(frozen=True)
class BoardListing:
    """One list of messages as its address states it. What cannot be understood finds nothing."""

    q: str = ""
    label: str = ""
    area: str = ""
    month: str = ""
    state: str = ""
    page: int = 0

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> BoardListing:
        """The listing of a query string."""
        said = {name: asked.get(name, "").strip()[:300] for name in ("q", "label", "area", "month", "state")}
        number = asked.get("page", "")
        page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0
        said["state"] = said["state"] if said["state"] in STATES else ""
        return cls(page=page, **said)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.label or self.area or self.month or self.state)

    def found(self) -> QuerySet[Message]:
        """The messages asked for, of those that the viewer sees (the database's policies), in no order."""
        return Message.objects.filter(*self._conditions()).order_by()

    def rows(self) -> tuple[list[Message], bool]:
        """The page of rows, the newest first, and whether there are more."""
        first = self.page * SIZE
        rows = self.found().select_related("area").defer("area__geometry", "area__words", "name_sealed", "phone_sealed")
        some = list(rows.order_by("-at", "-pk")[first : first + SIZE + 1])
        return some[:SIZE], len(some) > SIZE

    def count(self) -> tuple[int, bool]:
        """How many, and whether there are more than are counted."""
        number = self.found()[: COUNTED_UP_TO + 1].count()
        return min(number, COUNTED_UP_TO), number > COUNTED_UP_TO

    def _conditions(self) -> list[Q]:
        found = [Q(label__startswith=self.label)] if self.label else []
        if self.q:
            found.append(Q(subject__icontains=self.q) | Q(text__icontains=self.q) | Q(number=self.q))
        if self.area:
            area = Area.objects.current().filter(code=self.area).first()
            found.append(Q(area__in=Area.objects.under(area).order_by().values("pk")) if area else Q(pk__in=[]))
        if self.month:
            first = month_of(self.month, date.min)
            found.append(Q(pk__in=[] if first == date.min else caring.of_month(first, None).order_by().values("pk")))
        return found + _STATED.get(self.state, [])


_JOINED = Link.objects.filter(parted_at=None).order_by()
_STATED: Mapping[str, list[Q]] = {
    "unsure": [Q(is_unsure=True)],
    "unanswered": [Q(reply="")],
    "replied": [~Q(reply="")],
    "person": [Q(decided_by=Decided.PERSON)],
    "joined": [Q(pk__in=_JOINED.values("first")) | Q(pk__in=_JOINED.values("second"))],
}


def row_of(message: Message) -> dict[str, object]:
    """A message as a row draws it."""
    said = reply_of(message.subject, message.reply)
    days = days_to_reply(message.at, message.replied_at)
    return {"message": message, "reply": said, "reply_word": REPLIES[said], "days": days}


def areas() -> list[Area]:
    """The districts that can be chosen."""
    return list(Area.objects.current().filter(level="district").defer("geometry", "words").order_by("path"))
