# SPDX-License-Identifier: Apache-2.0
"""The verbs of work outside: take an act as it was told, once; lay a conflict aside.

An act comes with what it was based on. Where the case went on in the meantime it is not done, and is kept with its photos.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from uuid import UUID

from django.db import connection

from belltower.core.attachments.models import Subject
from belltower.core.attachments.receiving import Readable
from belltower.core.cases import actions as cases
from belltower.core.cases.acting import Acting
from belltower.core.cases.errors import CaseChanged, NoSuchCase, NotYourStep, StepOutOfTurn
from belltower.core.cases.models import Case
from belltower.core.cases.steps import LONGEST_REASON, Told
from belltower.core.cases.table import Step
from belltower.core.evidence.actions import add_evidence, put_picture
from belltower.core.evidence.plausibility import Taken
from belltower.core.evidence.showing import HAPPENED_AT, done_at
from belltower.core.fieldwork.errors import ActDiffers, BadAct, NoSuchAct
from belltower.core.fieldwork.models import Act, Outcome
from belltower.core.fieldwork.rules import OUTSIDE, happened, role_of
from belltower.core.ledger.entries import entry
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

MOST_PHOTOS = 3
ACT = "fieldwork.act"
_STEP = Text(zh="这一步不能在现场办理", en="this step is not taken outside")
_GONE = Text(
    zh="案卷 {case} 已不在您的办理范围，可能已移交其他单位。",
    en="Case {case} is not with you any more: it may have been handed over.",
)
_NOBODY = Text(zh="现场办理须由本人登录", en="who works outside signs in")
_PHOTOS = Text(zh="一次最多 {most} 张照片", en="at most {most} photos at once")
_WENT_ON = (CaseChanged, StepOutOfTurn, NotYourStep, NoSuchCase)
"""What is refused because the case went on, or is somebody else's by now: a conflict, which is kept."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A file as it came, and when and where its sender says that it was taken."""

    file: Readable
    name: str
    taken: Taken = field(default_factory=Taken)


@dataclass(frozen=True, slots=True)
class Said:
    """An act as it was told. ``seen`` is the number of the last step that they had seen; ``follows`` the key of the act of
    theirs that it comes right after, whose step counts then. Neither: whatever the case is like now."""

    key: UUID
    case: str
    step: Step
    text: str = ""
    seen: int | None = None
    follows: UUID | None = None
    at: datetime | None = None
    photos: Sequence[Photo] = ()


def accept(said: Said, *, acting: Acting, now: datetime, zone: tzinfo) -> Act:
    """Do what was told, once, or keep it as a conflict; the act with what came of it. The viewer's scope holds for the case.

    Raises BadAct, ActDiffers, BadStep and what evidence refuses: then nothing is kept here, and its sender has it still.
    """
    _check(said)
    with entry("fieldwork.accept", by=acting.actor):
        _hold(f"fieldwork:{acting.actor.uid}:{said.key}")
        if known := _known(said, acting):
            return known
        try:
            return _do(said, acting, now, zone)
        except _WENT_ON as refusal:
            return _keep_conflict(said, refusal, acting, now, zone)


def lay_aside(uid: UUID, *, acting: Acting, now: datetime) -> Act:
    """Its author has seen the conflict, and needs no more telling; it is kept. Raises NoSuchAct."""
    with seen_as(EVERYTHING), entry("fieldwork.lay_aside", by=acting.actor):
        act = Act.objects.select_for_update().filter(uid=uid, person=_person(acting)).first()
        if act is None:
            raise NoSuchAct(act=uid)
        act.seen_at = act.seen_at or now
        act.save(update_fields=["seen_at"])
        return act


def _check(said: Said) -> None:
    if said.step not in OUTSIDE:
        raise BadAct(reason=_STEP)
    if len(said.photos) > MOST_PHOTOS:
        raise BadAct(reason=_PHOTOS.format(most=MOST_PHOTOS))


def _person(acting: Acting) -> UUID:
    """Whose act it is. Raises BadAct for who is nobody in particular."""
    if acting.actor.uid is None:
        raise BadAct(reason=_NOBODY)
    return acting.actor.uid


def _known(said: Said, acting: Acting) -> Act | None:
    """The act that came under this key before. Raises ActDiffers where it was another."""
    with seen_as(EVERYTHING):
        act = Act.objects.filter(person=_person(acting), key=said.key).first()
    if act and (act.step, act.said_case, act.text) != (said.step, said.case[:40], _text(said)):
        raise ActDiffers()
    return act


def _do(said: Said, acting: Acting, now: datetime, zone: tzinfo) -> Act:
    with entry("fieldwork.do", by=acting.actor):
        case = cases.find(said.case)
        based_on = _based_on(said, acting, case)
        at = happened(said.at, based_at=done_at(case.steps.order_by("-number")[0]), now=now)
        told = Told(_text(said), about={HAPPENED_AT: at.isoformat(), "act": str(said.key)})
        case = cases.advance(case, said.step, told, acting=acting, now=now, seen=based_on)
        with seen_as(EVERYTHING):
            step = case.steps.order_by("-number")[0]
            for one in said.photos:
                add_evidence(
                    acting.actor, case, step, one.file, one.name, role=role_of(said.step), taken=one.taken, now=now, zone=zone
                )  # fmt: skip
            return _new(said, Outcome.ACCEPTED, acting, now, at, case=case, number=step.number, based_on=based_on)


def _based_on(said: Said, acting: Acting, case: Case) -> int | None:
    """The number of the step that it is based on. Raises CaseChanged where it follows an act that came to nothing."""
    if said.follows is None:
        return said.seen
    with seen_as(EVERYTHING):
        before = Act.objects.filter(person=_person(acting), key=said.follows, case=case).first()
    if before is None or before.number is None:
        raise CaseChanged(case=case.number)
    return before.number


def _keep_conflict(said: Said, refusal: Refusal, acting: Acting, now: datetime, zone: tzinfo) -> Act:
    """Nothing was done; what was told is kept, with its photos beside the act."""
    case = _seen(said)
    at = happened(said.at, based_at=now if said.at is None else said.at, now=now)
    why = Text(zh=refusal.say("zh"), en=refusal.say("en")) if case else _GONE.format(case=said.case[:40])
    with seen_as(EVERYTHING):
        act = _new(said, Outcome.CONFLICT, acting, now, at, case=case, based_on=said.seen, why=why.as_json())
        for one in said.photos:
            put_picture(one.file, one.name, subject=Subject(ACT, act.uid), by=acting.actor, now=now, zone=zone)
    return act


def _seen(said: Said) -> Case | None:
    """The case that was told, where the viewer sees it."""
    try:
        return cases.find(said.case)
    except NoSuchCase:
        return None


def _new(said: Said, outcome: Outcome, acting: Acting, now: datetime, at: datetime, **more: object) -> Act:
    return Act.objects.create(
        key=said.key, person=_person(acting), said_case=said.case[:40], step=said.step, text=_text(said),
        follows=said.follows, said_at=said.at, happened_at=at, came_at=now, outcome=outcome, **more,
    )  # fmt: skip


def _text(said: Said) -> str:
    return said.text.strip()[:LONGEST_REASON]


def _hold(name: str) -> None:
    """Two of the same act that come at once are one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
