# SPDX-License-Identifier: Apache-2.0
"""Streams as the list shows them: the newest value of each, and whether it is good, doubtful, bad, or silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from belltower.core.observations.models import Datastream
from belltower.core.places.models import Area

SIZE = 100
# A state has a word and a shape; silence looks like none of the others.
STATES = {
    "good": _("good"),
    "uncertain": _("uncertain"),
    "bad": _("bad"),
    "silent": _("silent"),
    "never": _("no reading yet"),
}
# What the list can be asked for: a state, or both of those that say nothing of now.
ASKED = {**STATES, "unheard": _("Silent, or never heard of")}
_QUALITIES = ("good", "uncertain", "bad")


@dataclass(frozen=True, slots=True)
class Row:
    """A stream with its newest reading; ``value`` is None where it is no number, or there is none."""

    stream: Datastream
    state: str
    at: datetime | None
    value: float | None

    @property
    def word(self) -> str:
        return str(STATES[self.state])


@dataclass(frozen=True, slots=True)
class StreamListing:
    """What the list's address asks for."""

    text: str = ""
    state: str = ""
    after: int = 0
    area: Area | None = None

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> StreamListing:
        after = asked.get("after", "")
        area = Area.objects.current().filter(code=asked["area"]).first() if asked.get("area") else None
        return cls(
            text=asked.get("q", "").strip()[:100],
            state=asked.get("state", "") if asked.get("state") in ASKED else "",
            after=int(after) if after.isdecimal() and len(after) < 18 else 0,
            area=area,
        )

    def rows(self, now: datetime) -> QuerySet[Datastream]:
        """The streams asked for that the viewer sees, those behind ``after``, in the order of ids."""
        found = Datastream.objects.select_related("asset", "latest").defer("asset__geometry", "asset__words")
        if self.text:
            text = self.text
            found = found.filter(
                Q(name__icontains=text) | Q(key__icontains=text) | Q(asset__key__icontains=text) | Q(source=text)
            )
        if self.state:
            found = found.filter(_is(self.state, now))
        if self.area:
            found = found.filter(asset__area__in=Area.objects.under(self.area).order_by().values("pk"))
        return found.filter(id__gt=self.after).order_by("id")

    def page(self, now: datetime) -> tuple[list[Row], int | None]:
        """A page of rows, and the id behind which the next one begins."""
        found = list(self.rows(now)[: SIZE + 1])
        return [row_of(one, now) for one in found[:SIZE]], found[SIZE - 1].pk if len(found) > SIZE else None


def row_of(stream: Datastream, now: datetime) -> Row:
    newest = stream.latest
    return Row(stream, state_of(stream, now), newest.at, newest.value)


def state_of(stream: Datastream, now: datetime) -> str:
    """A word of STATES: silence stands before quality, for what is old says nothing of now."""
    newest = stream.latest
    if newest.at is None:
        return "never"
    if stream.stale_after is not None and now - newest.at > stream.stale_after:
        return "silent"
    return _QUALITIES[newest.quality or 0]


def _is(state: str, now: datetime) -> Q:
    """The same judgement as a condition on rows."""
    is_silent = Q(stale_after__isnull=False, latest__at__lt=now - F("stale_after"))
    if state == "never":
        return Q(latest__at__isnull=True)
    if state in ("silent", "unheard"):
        return is_silent | Q(latest__at__isnull=True) if state == "unheard" else is_silent
    return Q(latest__at__isnull=False, latest__quality=_QUALITIES.index(state)) & ~is_silent
