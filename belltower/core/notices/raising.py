# SPDX-License-Identifier: Apache-2.0
"""Notices follow from the steps of cases: a batch of events is looked up at once, and what is there already is not made again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from belltower.core.access.models import User
from belltower.core.cases.kinds import title_of
from belltower.core.cases.models import Case, CaseStep, Report
from belltower.core.cases.table import Step
from belltower.core.ledger.handling import Event
from belltower.core.notices import wishes
from belltower.core.notices.kinds import Channel, NoticeKind
from belltower.core.notices.models import WHO, AreaSubscription, ChannelSetting, Delivery, Notice
from belltower.core.notices.roll import Roll
from belltower.core.notices.telling import TO_AREA, TO_REPORTERS, next_digest, told_of
from belltower.core.places import city
from belltower.core.places.models import Party
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.core.receiving.showing import SEEN, SHOWN


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken with a case, and the party that had to put it right until then."""

    case: Case
    row: CaseStep
    before_id: int | None

    @property
    def step(self) -> Step:
        return Step(self.row.step)


def tell(events: Sequence[Event], *, now: datetime) -> int:
    """Raise the notices of these events ("cases.advanced"), with what is to be delivered; how many are new."""
    with seen_as(EVERYTHING):
        taken = _taken(events)
        notices = [*_inside(taken, now), *_to_reporters(taken, now), *_to_subscribers(taken, now)]
        return len(keep(notices, now=now))


def keep(notices: Sequence[Notice], *, now: datetime) -> list[Notice]:
    """Store those that are not there yet, each with its deliveries; inside an action."""
    known = _known({one.case_id for one in notices if one.case_id})
    fresh = list({_key(one): one for one in notices if _key(one) not in known}.values())
    Notice.objects.bulk_create(fresh, batch_size=1000)
    Delivery.objects.bulk_create(_deliveries(fresh, now), batch_size=1000)
    return fresh


def _key(one: Notice) -> tuple[Any, ...]:
    return (one.case_id, one.step, one.kind, *(getattr(one, f"{who}_id") for who in WHO))


def _known(case_ids: Iterable[int]) -> set[tuple[Any, ...]]:
    columns = ("case_id", "step", "kind", *(f"{who}_id" for who in WHO))
    return set(Notice.objects.filter(case__in=list(case_ids)).values_list(*columns))


def _taken(events: Sequence[Event]) -> list[Taken]:
    """The steps that the events tell of, in their order."""
    numbers = {(event.subject, event.body["number"]) for event in events}
    uids = {subject.partition(":")[2] for subject, _ in numbers}
    rows = CaseStep.objects.filter(case__uid__in=uids).select_related("case__area")
    rows = rows.defer("case__area__geometry", "case__area__words").order_by("case", "number")
    found: list[Taken] = []
    last: CaseStep | None = None
    for row in rows:
        before = last.party_id if last is not None and last.case_id == row.case_id else None
        if (row.case.reference, row.number) in numbers:
            found.append(Taken(row.case, row, before))
        last = row
    return found


def _inside(taken: Sequence[Taken], now: datetime) -> Iterable[Notice]:
    """To the people of parties and of the desk, and to the party itself where it has a channel. Nobody is told what they did."""
    roll, parties, speaking = Roll(now), _parties(taken), _with_channel()
    for one in taken:
        about, row = one.row.about, one.row
        tellings = told_of(
            one.step, party_id=row.party_id, before_id=one.before_id, rung=about.get("rung", 0),
            tell=_named(about, parties),
        )  # fmt: skip
        facts = {key: about[key] for key in ("rung", "into") if key in about}
        for telling in tellings:
            people = roll.desk(one.case) if telling.party_id is None else roll.party(telling.party_id)
            for person in people:
                if person.as_actor().reference != row.by:
                    yield _notice(one, telling.kind, now, one.case.title, facts, person=person)
            if telling.party_id in speaking:
                yield _notice(one, telling.kind, now, one.case.title, facts, party_id=telling.party_id)


def _parties(taken: Sequence[Taken]) -> Mapping[str, int]:
    """The ids of the parties that ladders name, by uid."""
    uids = {each["party"] for one in taken for each in one.row.about.get("tell", ()) if each["party"]}
    return {str(uid): pk for uid, pk in Party.objects.filter(uid__in=uids).values_list("uid", "pk")} if uids else {}


def _named(about: Mapping[str, Any], parties: Mapping[str, int]) -> list[int | None]:
    """Whom the rung of a step names: parties, or None for the desk."""
    uids = [each["party"] for each in about.get("tell", ())]
    return [parties[uid] if uid else None for uid in uids if not uid or uid in parties]


def _with_channel() -> set[int | None]:
    """The parties that want to be told by some channel of their own."""
    return set(ChannelSetting.objects.filter(is_on=True, person=None).values_list("party_id", flat=True))


def _to_reporters(taken: Sequence[Taken], now: datetime) -> Iterable[Notice]:
    """To who reported it and left an e-mail: those of the case, and of all that were merged into it."""
    concerned = [one for one in taken if one.step in TO_REPORTERS]
    if not concerned or not wishes.current().is_ready(Channel.MAIL):
        return
    family = _families({one.case.pk for one in concerned})
    reports = Report.objects.filter(case__in=list(family), email_sealed__isnull=False).order_by("pk")
    by_head: dict[int, list[Report]] = {}
    for report in reports:
        for head in family[report.case_id]:
            by_head.setdefault(head, []).append(report)
    for one in concerned:
        facts = {"into": one.row.about["into"]} if "into" in one.row.about else {}
        for report in by_head.get(one.case.pk, ()):
            yield _notice(
                one, TO_REPORTERS[one.step], now, title_of(one.case.kind).as_json(), facts, report_id=report.pk
            )


def _families(heads: set[int]) -> dict[int, set[int]]:
    """For each of these cases and of those merged into them, however often, the heads that it belongs to."""
    found = {pk: {pk} for pk in heads}
    level = set(heads)
    while level:
        pairs = list(Case.objects.filter(merged_into__in=level).values_list("pk", "merged_into_id"))
        level = set()
        for pk, into in pairs:
            if into is not None and not found[into] <= found.get(pk, set()):
                found[pk] = found.get(pk, set()) | found[into]
                level.add(pk)
    return found


def _to_subscribers(taken: Sequence[Taken], now: datetime) -> Iterable[Notice]:
    """To who subscribed to the area, of what everybody may know, and of nothing else."""
    concerned = [one for one in taken if one.step in TO_AREA and _is_public(one.case)]
    if not concerned:
        return
    rows = AreaSubscription.objects.filter(confirmed_at__isnull=False, ended_at=None)
    codes = {code for one in concerned if one.case.area for code in one.case.area.path.split("/") if code}
    subscribed = list(rows.filter(area__code__in=codes).values_list("pk", "area__code"))
    for one in concerned:
        above = set(one.case.area.path.split("/")) if one.case.area else set()
        for pk, code in subscribed:
            if code in above:
                title = title_of(one.case.kind).as_json()
                yield _notice(one, TO_AREA[one.step], now, title, {}, subscription_id=pk)


def _is_public(case: Case) -> bool:
    return case.source in SHOWN and case.asset_kind not in SEEN.hidden_kinds


def _notice(
    one: Taken, kind: NoticeKind, now: datetime, title: dict[str, str], about: dict[str, Any], **who: User | int | None
) -> Notice:
    return Notice(
        kind=kind, case=one.case, step=one.row.number, number=one.case.number, title=title, about=about, at=now, **who
    )


def _deliveries(notices: Sequence[Notice], now: datetime) -> Iterable[Delivery]:
    """What goes out for each: by the channels that are wanted and set up; to residents, letters."""
    ready, wanted = wishes.current(), _wanted()
    digest = next_digest(now, city.current().tz) if any(one.subscription_id for one in notices) else now
    for one in notices:
        if one.report_id or one.subscription_id:
            due = digest if one.subscription_id and one.case_id else now
            yield Delivery(notice=one, channel=Channel.MAIL, due_at=due)
            continue
        for channel in wanted.get((one.person_id, one.party_id), ()):
            if ready.is_ready(Channel(channel)):
                yield Delivery(notice=one, channel=channel, due_at=now)


def _wanted() -> dict[tuple[int | None, int | None], list[str]]:
    found: dict[tuple[int | None, int | None], list[str]] = {}
    for person, party, channel in ChannelSetting.objects.filter(is_on=True).values_list(
        "person_id", "party_id", "channel"
    ):
        found.setdefault((person, party), []).append(channel)
    return found
