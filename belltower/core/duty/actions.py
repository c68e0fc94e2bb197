# SPDX-License-Identifier: Apache-2.0
"""The verbs of duty: set up a desk, come on, hand over, take over, leave, and write down what happened.

Who acts is who is on duty: ``by`` is a person, whose uid the shift keeps. A hand-over cannot be skipped while alarms stand.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from belltower.core.access.models import User
from belltower.core.access.people import today, user_may
from belltower.core.access.rules import ANSWER_ALARMS
from belltower.core.cases.models import Case
from belltower.core.duty import rules
from belltower.core.duty.errors import BadDuty, DeskHeld, HandOverAnswered, NotLeft, NotLookedAt, NotOnDuty
from belltower.core.duty.models import Answer, Call, Desk, HandOver, LogLine, Shift, What
from belltower.core.duty.standing import MOST_NAMED, frozen, standing_of
from belltower.core.ledger.entries import action
from belltower.core.places.kinds import register
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

_NO_TITLE = Text(zh="没有名称", en="it has no title")
_NO_CODE = Text(zh="编号只能用小写字母、数字和连字符", en="its code is small letters, digits and hyphens")
_TAKEN = Text(zh="编号“{code}”已有", en="there is a desk '{code}' already")
_NO_KIND = Text(zh="没有部件类型“{kind}”", en="there is no kind '{kind}'")
_NO_TEXT = Text(zh="没有内容", en="it says nothing")
_NOT_YET = Text(zh="时间在未来", en="its time is in the future")
_BEFORE = Text(zh="接听早于来电", en="it was answered before it rang")
_NOBODY = Text(zh="接班人“{name}”不存在，或无权处理报警", en="'{name}' is nobody who may answer alarms")
_ONESELF = Text(zh="不能交班给自己", en="a shift is not handed over to oneself")
_NOT_A_PERSON = Text(zh="值班的须是人", en="only a person is on duty")
_NO_CASE = Text(zh="没有案卷“{number}”", en="there is no case '{number}'")


@action("duty.set_up")
def set_up(
    code: str, title: Text, *, kinds: Sequence[str] = (), is_unbroken: bool = True, by: Actor, now: datetime
) -> Desk:
    """Set up a desk that watches the alarms of these kinds of assets (none: all). Raises BadDuty."""
    if not (title.zh.strip() or title.en.strip()):
        raise BadDuty(reason=_NO_TITLE)
    if not code.isascii() or not code.replace("-", "").isalnum() or code != code.lower() or len(code) > 40:
        raise BadDuty(reason=_NO_CODE)
    if Desk.objects.filter(code=code).exists():
        raise BadDuty(reason=_TAKEN.format(code=code))
    if unknown := next((one for one in kinds if one not in register().kinds), None):
        raise BadDuty(reason=_NO_KIND.format(kind=unknown))
    return Desk.objects.create(
        code=code, title=title.as_json(), kinds=sorted(set(kinds)), is_unbroken=is_unbroken, made_by=by.reference, made_at=now
    )  # fmt: skip


@action("duty.come_on")
def come_on(desk: Desk, *, by: Actor, now: datetime) -> Shift:
    """Begin a shift on a desk that nobody is on. Raises DeskHeld where somebody is."""
    held = Desk.objects.select_for_update().get(pk=desk.pk)
    if Shift.objects.filter(desk=held, ended_at=None).exists():
        raise DeskHeld(desk=held.name)
    return Shift.objects.create(desk=held, holder=_person(by), began_at=now)


@action("duty.offer")
def offer(shift: Shift, to: str, *, note: str = "", by: Actor, now: datetime) -> HandOver:
    """Offer the shift to a user name, with what stands. An earlier offer that waits is withdrawn. Raises BadDuty, NotOnDuty."""
    held = _held(shift, by)
    successor = User.objects.filter(username=to, is_active=True).first()
    if successor is None or not user_may(successor, ANSWER_ALARMS, today(now)):
        raise BadDuty(reason=_NOBODY.format(name=to))
    if successor.uid == held.holder:
        raise BadDuty(reason=_ONESELF)
    _waiting(held).update(answer=Answer.WITHDRAWN, answered_at=now)
    return HandOver.objects.create(
        shift=held, to=successor.uid, note=note.strip()[:2000], standing=frozen(standing_of(held.desk)), offered_at=now
    )


@action("duty.accept")
def accept(hand_over: HandOver, *, seen: Collection[UUID], note: str = "", by: Actor, now: datetime) -> Shift:
    """Take over: the former shift ends and the next begins at the same instant. ``seen`` are the alarms looked at.

    Raises HandOverAnswered, and NotLookedAt for an alarm that stands now and is not among them.
    """
    offered, held = _offered(hand_over, by)
    standing = standing_of(held.desk)
    if missing := set(rules.not_looked_at([one.uid for one in standing], set(seen))):
        titles = [Text.read(one.definition.title) for one in standing if one.uid in missing]
        raise NotLookedAt(alarms=_named(titles))
    _answer(offered, Answer.ACCEPTED, note, now, seen=sorted(str(one.uid) for one in standing))
    held.ended_at = now
    held.save(update_fields=["ended_at"])
    return Shift.objects.create(desk=held.desk, holder=_person(by), began_at=now, after=held)


@action("duty.refuse")
def refuse(hand_over: HandOver, *, note: str, by: Actor, now: datetime) -> HandOver:
    """Refuse to take over, for a reason: who is on duty stays. Raises HandOverAnswered, BadDuty."""
    offered, _ = _offered(hand_over, by)
    if not note.strip():
        raise BadDuty(reason=_NO_TEXT)
    return _answer(offered, Answer.REFUSED, note, now)


@action("duty.leave")
def leave(shift: Shift, *, by: Actor, now: datetime) -> Shift:
    """End a shift without a successor. Raises NotOnDuty, and NotLeft while alarms stand or where a desk is never left."""
    held = _held(shift, by)
    if why := rules.why_not_left(len(standing_of(held.desk)), is_unbroken=held.desk.is_unbroken):
        raise NotLeft(desk=held.desk.name, reason=why)
    _waiting(held).update(answer=Answer.WITHDRAWN, answered_at=now)
    held.ended_at = now
    held.save(update_fields=["ended_at"])
    return held


@action("duty.write")
def write(shift: Shift, what: What, words: str, *, at: datetime | None = None, by: Actor, now: datetime) -> LogLine:
    """Write a line into the log; ``at`` is when it happened (now, when not given). Raises NotOnDuty, BadDuty."""
    held = _held(shift, by)
    if not words.strip():
        raise BadDuty(reason=_NO_TEXT)
    if at is not None and at > now:
        raise BadDuty(reason=_NOT_YET)
    return LogLine.objects.create(
        shift=held, what=what, text=words.strip()[:2000], at=at or now, written_at=now, written_by=by.reference
    )


@action("duty.log_call")
def log_call(
    shift: Shift, *, rang_at: datetime, answered_at: datetime | None, about: str = "", case: str = "", by: Actor, now: datetime
) -> Call:  # fmt: skip
    """Write down a call, answered or not, and the case that it led to (by its number). Raises NotOnDuty, BadDuty."""
    held = _held(shift, by)
    if max(rang_at, answered_at or rang_at) > now:
        raise BadDuty(reason=_NOT_YET)
    if answered_at is not None and answered_at < rang_at:
        raise BadDuty(reason=_BEFORE)
    found = Case.objects.filter(number=case.strip()).first() if case.strip() else None
    if case.strip() and found is None:
        raise BadDuty(reason=_NO_CASE.format(number=case.strip()[:40]))
    return Call.objects.create(
        shift=held, rang_at=rang_at, answered_at=answered_at, about=about.strip()[:1000], case=found,
        written_by=by.reference, written_at=now,
    )  # fmt: skip


def _person(by: Actor) -> UUID:
    if by.uid is None:
        raise BadDuty(reason=_NOT_A_PERSON)
    return by.uid


def _held(shift: Shift, by: Actor) -> Shift:
    """The shift, locked, which ``by`` is on. Raises NotOnDuty."""
    row = Shift.objects.select_for_update(of=("self",)).select_related("desk").get(pk=shift.pk)
    if row.ended_at is not None or row.holder != by.uid:
        raise NotOnDuty(desk=row.desk.name)
    return row


def _offered(hand_over: HandOver, by: Actor) -> tuple[HandOver, Shift]:
    """The hand-over that waits for ``by``, and its shift, both locked. Raises HandOverAnswered."""
    shift = Shift.objects.select_for_update(of=("self",)).select_related("desk").get(pk=hand_over.shift_id)
    row = HandOver.objects.select_for_update().get(pk=hand_over.pk)
    if row.answer != Answer.WAITING or row.to != by.uid or shift.ended_at is not None:
        raise HandOverAnswered()
    return row, shift


def _waiting(shift: Shift) -> QuerySet[HandOver]:
    return HandOver.objects.filter(shift=shift, answer=Answer.WAITING)


def _answer(row: HandOver, answer: Answer, note: str, now: datetime, seen: list[str] | None = None) -> HandOver:
    row.answer, row.answered_at, row.answer_note, row.seen = answer, now, note.strip()[:1000], seen or []
    row.save(update_fields=["answer", "answered_at", "answer_note", "seen"])
    return row


def _named(titles: Sequence[Text]) -> Text:
    """The first few of them, and that there are more."""
    more = "…" if len(titles) > MOST_NAMED else ""
    first = titles[:MOST_NAMED]
    return Text(
        zh="、".join(one.say("zh") for one in first) + more, en=", ".join(one.say("en") for one in first) + more
    )
