# SPDX-License-Identifier: Apache-2.0
"""What residents care about: messages of a month by category and area beside the month before, and its hot topics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from belltower.core.messages.loading import city_zone
from belltower.core.messages.models import Message
from belltower.core.messages.rules import Moved, Reply, days_to_reply, month_after, month_before, moved, reply_of
from belltower.core.places.models import Area
from belltower.kernel.instants import civil_instant

if TYPE_CHECKING:
    from belltower.analytics.text.topics import Topic

MOST_FOR_TOPICS = 1_500
"""Topics are told of the newest so many messages of a month and area: a page does not wait longer."""


@dataclass(frozen=True, slots=True)
class Hot:
    """A hot topic with its messages, in the order of time."""

    topic: Topic
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Replies:
    """How a month's messages were replied to: of all, how many, how many with an answer, and the median of days."""

    messages: int
    replied: int
    answered: int
    median_days: float | None


def of_month(first: date, area: Area | None) -> QuerySet[Message]:
    """The messages of the month that begins on ``first``, in the area and below it; None is the whole city."""
    rows = Message.objects.filter(at__gte=_instant(first), at__lt=_instant(month_after(first)))
    return rows if area is None else rows.filter(area__in=Area.objects.under(area).order_by().values("pk"))


def cared(first: date, area: Area | None) -> list[Moved]:
    """People who wrote, by category, this month and the month before, most first."""
    return moved(_people(of_month(first, area)), _people(of_month(month_before(first), area)))


def by_area(first: date) -> list[tuple[Area, int, int, str]]:
    """The districts with their people this month and the month before, and what they wrote about most; most first."""
    rows = Area.objects.current().filter(level="district").defer("geometry", "words").order_by("path")
    found = []
    for area in rows:
        now, before = cared(first, area), month_before(first)
        top = now[0].label if now and now[0].now else ""
        found.append((area, sum(one.now for one in now), sum(_people(of_month(before, area)).values()), top))
    return sorted(found, key=lambda one: (-one[1], -one[2], one[0].code))


def hot(first: date, area: Area | None, now: datetime, most: int = 10) -> list[Hot]:
    """The hottest topics of a month at its end, or now where it is not over."""
    rows = list(of_month(first, area).order_by("-at", "-pk").only("subject", "text", "at", "votes", "writer", "uid", "label")[:MOST_FOR_TOPICS])  # fmt: skip
    by_pk = {one.pk: one for one in rows}
    at = min(now, _instant(month_after(first)) - timedelta(seconds=1))
    key = tuple((one.pk, one.votes) for one in rows)
    return [Hot(topic, tuple(by_pk[pk] for pk in pks)) for topic, pks in _topics(key, at.replace(minute=0, second=0, microsecond=0), most)]  # fmt: skip


def replies(first: date, area: Area | None) -> Replies:
    """How the month's messages were replied to; the judgement of a reply is rules.reply_of."""
    rows = list(of_month(first, area).values_list("subject", "reply", "at", "replied_at"))
    told = [reply_of(subject, reply) for subject, reply, _, _ in rows]
    days = sorted(found for _, _, at, replied in rows if (found := days_to_reply(at, replied)) is not None)
    median = days[len(days) // 2] if days else None
    return Replies(
        len(rows), sum(one is not Reply.NONE for one in told), sum(one is Reply.ANSWERED for one in told), median
    )


def _people(rows: QuerySet[Message]) -> dict[str, int]:
    """Distinct people by label; whose writer is not known counts as one each."""
    counted = rows.filter(~Q(label="")).order_by().values("label")
    known = {row["label"]: row["n"] for row in counted.exclude(writer="").annotate(n=Count("writer", distinct=True))}
    nameless = {row["label"]: row["n"] for row in counted.filter(writer="").annotate(n=Count("pk"))}
    return {label: known.get(label, 0) + nameless.get(label, 0) for label in known.keys() | nameless.keys()}


@lru_cache(maxsize=64)
def _topics(key: tuple[tuple[int, int], ...], at: datetime, most: int) -> list[tuple[Topic, tuple[int, ...]]]:
    """The topics of those messages, kept by which they are: the same page is asked for again and again."""
    from belltower.analytics.text.topics import Told, topics

    rows = list(Message.objects.filter(pk__in=[pk for pk, _ in key]).order_by("pk").only("subject", "text", "at", "votes", "writer"))  # fmt: skip
    told = [Told(one.subject, one.text, one.at, one.votes, one.writer or None) for one in rows]
    return [(one, tuple(rows[n].pk for n in one.messages)) for one in topics(told, now=at)[:most]]


def _instant(day: date) -> datetime:
    return civil_instant(datetime(day.year, day.month, day.day), city_zone())  # noqa: DTZ001  # the city's own midnight
