# SPDX-License-Identifier: Apache-2.0
"""The verbs of cases: report one, take a step with it, say something of it.

Who may do what is judged by table.py and acting.py. Cases are written as who sees everything: the judgement was made before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from belltower.core.access.people import today
from belltower.core.cases import deadlines, evaluations, merging
from belltower.core.cases.acting import Acting, Standing, taken_from, workers_in
from belltower.core.cases.clocks import Moment
from belltower.core.cases.errors import BadCase, BadStep, CaseChanged, NoSuchCase
from belltower.core.cases.evaluating import Mark
from belltower.core.cases.kinds import OTHER, Grade, Source, case_kinds, title_of
from belltower.core.cases.models import Case, CaseStep, Remark, Report
from belltower.core.cases.steps import COMMITTEE, LONGEST_REASON, Moved, Told, judge
from belltower.core.cases.table import ENDED, Part, Stage, State, Step, holder_of
from belltower.core.ledger.entries import entry
from belltower.core.ledger.outbox import emit, emit_many
from belltower.core.places.models import Area, Asset, Party, PartyKind
from belltower.core.places.responsibilities import area_at
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.kernel.texts import Text

ADVANCED = "cases.advanced"
"""Event: a case took a step. The body says which, by uid, and the state it led to."""
LONGEST_TEXT, LONGEST_ADDRESS = 4000, 300
_NO_TEXT = Text(zh="没有说明问题", en="it does not say what is wrong")
_NO_KIND = Text(zh="没有“{kind}”这一类案卷", en="there is no kind of case '{kind}'")
_NO_PLACE = Text(zh="经纬度超出范围", en="the place is no longitude and latitude")
OF_MANY = frozenset({Step.TAKE, Step.ANSWER, Step.SEND_BACK, Step.VERIFY, Step.CLOSE})
"""The steps that may be taken with many cases at once: they look nothing up."""
_MOVED = (
    "party_id",
    "state",
    "before",
    "stage",
    "due_at",
    "suspended_until",
    "merged_into",
    "rung",
    "changed_at",
    "ended_at",
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is told of something to put right. ``lon``, ``lat`` degrees (WGS 84); neither: nobody knows the place."""

    text: str
    kind: str = OTHER
    source: Source = Source.DESK
    grade: Grade = Grade.NONE
    title: Text | None = None
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    asset: Asset | None = None
    area: Area | None = None
    party: Party | None = None
    parent: Case | None = None
    is_simulated: bool = False


def report(draft: Draft, *, acting: Acting, now: datetime, about: Mapping[str, Any] | None = None) -> Case:
    """Make a case of it, reported; the desk has it then. ``about`` is small JSON without personal data that is kept with the step.

    Raises BadCase.
    """
    checked = _checked(draft)
    with seen_as(EVERYTHING), entry("cases.report", by=acting.actor):
        case = _new(checked, _area_of(checked, now), now)
        case.reporting_party_id = acting.party_id
        moved = Moved(State.REPORTED, Stage.FILING, case.party_id, acting.fixed or Part.REPORTER)
        return _write(case, Step.REPORT, moved, Told(about=dict(about or {})), acting, now)


def advance(
    case: Case, step: Step, told: Told | None = None, *, acting: Acting, now: datetime, seen: int | None = None
) -> Case:
    """Take a step with a case; the case as it is then.

    ``seen`` is the number of the last step that whoever acts has seen: with a later one there, nothing is done (CaseChanged).
    Raises StepOutOfTurn, NotYourStep, BadStep, BadMerge.
    """
    told = told or Told()
    with seen_as(EVERYTHING), entry(f"cases.{step.value}", by=acting.actor):
        held, into = merging.hold(case, told.into)
        history = list(held.steps.values_list("step", "by", *deadlines.STEP_COLUMNS, "party_id"))
        if seen is not None and seen != len(history):
            raise CaseChanged(case=held.number)
        now = max(now, history[-1][2])  # two machines' clocks differ by a little: a history never goes back
        standing = standing_of(held, [(one, by) for one, by, *_ in history], [(one[0], one[-1]) for one in history])
        moved = judge(step, held, standing, told, acting, now=now)
        if into is not None:
            merging.check(held, into)
            told = replace(told, into=into)
        told = _looked_up(held, step, told, now)
        return _write(held, step, moved, told, acting, now, before=deadlines.moments_of(one[2:5] for one in history))


def standing_of(
    case: Case, history: Sequence[tuple[str, str]], parties: Sequence[tuple[str, int | None]] = ()
) -> Standing:
    """What of a case decides who may do what with it; ``history`` is the (step, by) of each step.

    ``parties`` is the (step, party from then on) of each; left out, nothing is known of a committee that took it over.
    """
    return Standing(case.party_id, case.area_id, case.asset_kind, workers_in(history), taken_from(parties))


def _looked_up(case: Case, step: Step, told: Told, now: datetime) -> Told:
    """What is told of the step as it is kept. Raises BadStep where a party is no committee."""
    is_committee = Party.objects.filter(pk=told.party_id or 0, kind=PartyKind.COMMITTEE)
    if step is Step.TAKE_OVER and not is_committee.exists():
        raise BadStep(step=step.text, missing=COMMITTEE)
    if step is Step.EVALUATE:
        return replace(told, about=evaluations.evaluated(case, Mark(told.mark), now).as_json())
    return told


def remark(
    case: Case, text: str, *, acting: Acting, now: datetime, report: Report | None = None, is_public: bool = False
) -> Remark:
    """Say something of a case, which changes nothing of it. Raises BadCase for an empty text."""
    if not text.strip():
        raise BadCase(reason=_NO_TEXT)
    with seen_as(EVERYTHING), entry("cases.remark", by=acting.actor):
        return Remark.objects.create(
            case_id=case.pk, report=report, text=text.strip()[:LONGEST_REASON], at=now, by=acting.actor.reference,
            is_public=is_public,
        )  # fmt: skip


def find(name: str) -> Case:
    """The case of that number or uid, as far as the viewer sees it. Raises NoSuchCase."""
    found = Case.objects.filter(uid=name) if _is_uid(name) else Case.objects.filter(number=name)
    case = found.select_related("asset", "area", "party", "finding").defer("area__geometry", "area__words").first()
    if case is None:
        raise NoSuchCase(case=name[:40])
    return case


def _checked(draft: Draft) -> Draft:
    text = draft.text.strip()[:LONGEST_TEXT]
    if not text and draft.title is None:
        raise BadCase(reason=_NO_TEXT)
    if draft.kind not in case_kinds():
        raise BadCase(reason=_NO_KIND.format(kind=draft.kind[:40]))
    if (draft.lon is None) != (draft.lat is None) or (draft.lon is not None and not _is_place(draft.lon, draft.lat)):
        raise BadCase(reason=_NO_PLACE)
    return replace(draft, text=text, address=draft.address.strip()[:LONGEST_ADDRESS])


def _is_place(lon: float, lat: float | None) -> bool:
    return lat is not None and -180 <= lon <= 180 and -90 <= lat <= 90


def _area_of(draft: Draft, now: datetime) -> Area | None:
    """Where it lies: the deepest area around the point, or that of the asset, or the one that was told."""
    if draft.lon is not None and draft.lat is not None:
        return area_at(draft.lon, draft.lat, today(now))
    return draft.asset.area if draft.asset else draft.area


def _new(draft: Draft, area: Area | None, now: datetime) -> Case:
    asset = draft.asset
    return Case(
        number=next_numbers(1, now)[0], kind=draft.kind, source=draft.source, grade=draft.grade,
        title=(draft.title or title_of(draft.kind)).as_json(), text=draft.text, address=draft.address, lon=draft.lon,
        lat=draft.lat, asset=asset, asset_kind=asset.kind if asset else "", area=area, party=draft.party,
        parent=draft.parent, reported_at=now, changed_at=now, is_simulated=draft.is_simulated,
    )  # fmt: skip


def next_numbers(count: int, now: datetime) -> list[str]:
    """Numbers for so many new cases: the civil year and a running number, in which there may be gaps."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_number') FROM generate_series(1, %s)", [count])
        return [f"{today(now).year}-{number:06}" for (number,) in cursor.fetchall()]


def _write(
    case: Case, step: Step, moved: Moved, told: Told, acting: Acting, now: datetime, *, before: Sequence[Moment] = ()
) -> Case:
    """The case as the step leaves it, the step, and the event of it; ``before`` are the steps there were."""
    row = _stepped(case, step, moved, told, acting, now, before)
    case.save()
    row.case = case
    row.save(force_insert=True)
    emit(ADVANCED, case.reference, _event(row))
    return case


def _stepped(
    case: Case, step: Step, moved: Moved, told: Told, acting: Acting, now: datetime, before: Sequence[Moment]
) -> CaseStep:
    """Make the case what the step leaves it, and the row of the step; neither is written here."""
    _apply(case, moved, told, step, now)
    row = CaseStep(
        number=len(before) + 1, step=step, state=moved.state, stage=moved.stage or "", part=moved.part, at=now,
        by=acting.actor.reference, by_party_id=acting.party_id, party_id=moved.party_id, holder_id=case.holder_id,
        reason=told.reason.strip()[:LONGEST_REASON], about=_about(told),
    )  # fmt: skip
    case.due_at = deadlines.due_after(case, [*before, Moment(now, moved.state, case.holder_id)])
    return row


def _event(row: CaseStep) -> dict[str, Any]:
    return {"step": str(row.step), "state": str(row.state), "number": row.number}


def advance_many(cases: Sequence[Case], step: Step, told: Told | None = None, *, acting: Acting, now: datetime) -> int:
    """Take the same step with many cases, all or none, each judged as ``advance`` judges one; how many there were.

    Raises StepOutOfTurn, NotYourStep, BadStep of the first that cannot be taken.
    """
    told = told or Told()
    if step not in OF_MANY:
        raise ValueError(f"{step} is taken with one case at a time")
    with seen_as(EVERYTHING), entry(f"cases.{step.value}", by=acting.actor):
        wanted = [one.pk for one in cases]
        held = list(Case.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
        histories: dict[int, list[Any]] = {one.pk: [] for one in held}
        told_of = CaseStep.objects.filter(case__in=wanted).order_by("case_id", "number")
        for pk, *row in told_of.values_list("case_id", "step", "by", *deadlines.STEP_COLUMNS, "party_id"):
            histories[pk].append(row)
        rows = [_one_of_many(case, step, told, acting, now, histories[case.pk]) for case in held]
        _update_alike(held)
        CaseStep.objects.bulk_create(rows, batch_size=1000)
        emit_many(ADVANCED, [(case.reference, _event(row)) for case, row in zip(held, rows, strict=True)])
    return len(held)


def _one_of_many(case: Case, step: Step, told: Told, acting: Acting, now: datetime, history: list[Any]) -> CaseStep:
    now = max(now, history[-1][2])
    standing = standing_of(case, [(one, by) for one, by, *_ in history], [(one[0], one[-1]) for one in history])
    moved = judge(step, case, standing, told, acting, now=now)
    row = _stepped(case, step, moved, told, acting, now, deadlines.moments_of(one[2:5] for one in history))
    row.case = case
    return row


def _update_alike(cases: Sequence[Case]) -> None:
    """Write what a step changed: cases that came to stand alike by one statement."""
    alike: dict[tuple[Any, ...], list[int]] = {}
    for case in cases:
        alike.setdefault(tuple(getattr(case, name) for name in _MOVED), []).append(case.pk)
    for values, keys in alike.items():
        Case.objects.filter(pk__in=keys).update(**dict(zip(_MOVED, values, strict=True)))


def _apply(case: Case, moved: Moved, told: Told, step: Step, now: datetime) -> None:
    if moved.keeps_before and not case.before:
        case.before = case.state
    elif not moved.keeps_before:
        case.before = ""
    is_another_clock = (moved.stage or "") != case.stage
    case.state, case.stage, case.party_id = moved.state, moved.stage or "", moved.party_id
    case.suspended_until = told.until if moved.state is State.SUSPENDED else None
    case.merged_into = told.into if moved.state is State.MERGED else None
    case.ended_at = (case.ended_at or now) if moved.state in ENDED else None
    is_anew = is_another_clock or step in (Step.DISPATCH, Step.REOPEN)
    case.rung = 0 if is_anew else case.rung + (step is Step.ESCALATE)
    case.changed_at = now


def _about(told: Told) -> dict[str, Any]:
    about = dict(told.about)
    if told.until:
        about["until"] = told.until.isoformat()
    if told.into:
        about["into"] = told.into.number
    return about


def _is_uid(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True


__all__ = [
    "ADVANCED",
    "Draft",
    "advance",
    "advance_many",
    "find",
    "holder_of",
    "next_numbers",
    "remark",
    "report",
    "standing_of",
]
