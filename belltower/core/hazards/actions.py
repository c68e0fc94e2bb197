# SPDX-License-Identifier: Apache-2.0
"""The verbs of the hazard ledger: import a sheet; put right, re-inspect and close many at once.

Each hazard is a case of kind ``hazard``: its clocks, its holder and who may do what are the case's, and nothing here goes round
them. Who re-inspects had no hand in the work (core/cases/acting.py).
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from belltower.core.access.people import today
from belltower.core.cases.acting import Acting
from belltower.core.cases.actions import advance_many, next_numbers
from belltower.core.cases.kinds import HAZARD, Grade, Source, title_of
from belltower.core.cases.models import Case
from belltower.core.cases.opening import open_many
from belltower.core.cases.steps import Told
from belltower.core.cases.table import State, Step
from belltower.core.hazards.errors import NoHazards
from belltower.core.hazards.grading import ClauseGrade, Graded, grade, rules
from belltower.core.hazards.models import Hazard, KeptAside, Sheet
from belltower.core.hazards.sheets import Draft, draft, propose
from belltower.core.ledger.entries import entry
from belltower.core.messages.importing import AreaFinder
from belltower.core.places.loading.errors import FileTooLarge
from belltower.core.places.loading.readers import open_file
from belltower.core.places.loading.report import Aside
from belltower.core.places.models import Party
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.core.standards.revisions import revisions_on
from belltower.kernel.texts import Text

AT_ONCE, LARGEST_MIB = 2_000, 20
_TITLE = Text(zh="{kind}：{text}", en="{kind}: {text}")
_NO_SUCH = Text(zh="没有名为“{name}”的单位", en="there is no party called '{name}'")
_SEVERAL = Text(zh="有多个单位名为“{name}”", en="several parties are called '{name}'")
_NO_AREA = Text(zh="没有名为“{name}”的区域", en="there is no area called '{name}'")
_SHORT = 24
NOTE = Text(zh="现场复查，整改到位", en="looked at on site: put right")


def import_sheet(
    path: Path, *, acting: Acting, now: datetime, name: str = "", columns: Mapping[str, str] | None = None,
    tell: Callable[[int], None] = lambda done: None,
) -> Sheet:  # fmt: skip
    """Take the hazards of a CSV or XLSX file, all or none; rows that cannot be read or graded are kept aside with the reason.

    A number that an enterprise has already is not taken again. ``tell`` hears how many rows were read. Raises
    HazardColumnsNotKnown, UnreadableFile.
    """
    source = open_file(path, name or path.name)
    mapping = propose(source.shape, source.name, columns)
    with seen_as(EVERYTHING), entry("hazards.import_sheet", by=acting.actor):
        sheet = Sheet(file=source.name[:200], digest=_digest(path), columns=mapping, at=now, by=acting.actor.reference)
        taking = _Taking(now)
        drafts: list[tuple[Draft, Party, int | None, Graded]] = []
        aside: list[Aside] = []
        for chunk in source.chunks(AT_ONCE):
            aside += [Aside(one.row, one.reason, one.values) for one in chunk.broken]
            sheet.rows += len(chunk.broken) + len(chunk.rows)
            for at, row in enumerate(chunk.rows):
                told = taking.take(row, {target: chunk.values[column][at] for target, column in mapping.items()})
                if isinstance(told, Text):
                    aside.append(Aside(row, told, chunk.row(at)))
                elif told is not None:
                    drafts.append(told)
            tell(sheet.rows)
        sheet.taken, sheet.kept_aside = len(drafts), len(aside)
        sheet.known = sheet.rows - sheet.taken - sheet.kept_aside
        sheet.save()
        _write(sheet, drafts, acting, now)
        KeptAside.objects.bulk_create(
            [KeptAside(sheet=sheet, row=one.row, reason=one.reason.as_json(), values=dict(one.values)) for one in aside],
            batch_size=1000,
        )  # fmt: skip
    return sheet


def import_upload(stream: IO[bytes], name: str, *, acting: Acting, now: datetime) -> Sheet:
    """Import what somebody sent over the wire. Raises FileTooLarge, and whatever ``import_sheet`` does."""
    name = Path(name.replace("\\", "/")).name[-200:] or "sheet"
    content = stream.read(LARGEST_MIB * 1024 * 1024 + 1)
    if len(content) > LARGEST_MIB * 1024 * 1024:
        raise FileTooLarge(file=name, limit_mib=LARGEST_MIB)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"sheet{Path(name).suffix[:8]}"
        path.write_bytes(content)
        return import_sheet(path, acting=acting, now=now, name=name)


def put_right(hazards: Iterable[Hazard], note: str, *, acting: Acting, now: datetime) -> int:
    """Say what was done about them, which is the evidence: they are answered then, and not yet put right. Raises NoHazards,
    NotYourStep, BadStep."""
    cases = _cases(hazards)
    waiting = [one for one in cases if one.state != State.IN_PROGRESS]
    with entry("hazards.put_right", by=acting.actor):
        if waiting:
            advance_many(waiting, Step.TAKE, acting=acting, now=now)
        return advance_many(cases, Step.ANSWER, Told(reason=note), acting=acting, now=now)


def reinspect(hazards: Iterable[Hazard], *, acting: Acting, now: datetime, note: str = "") -> int:
    """Find, as somebody who had no hand in the work, that they were put right, and close them. Raises NoHazards, NotYourStep,
    StepOutOfTurn."""
    cases, told = _cases(hazards), Told(reason=note or NOTE.say("zh"))
    with entry("hazards.reinspect", by=acting.actor):
        advance_many(cases, Step.VERIFY, told, acting=acting, now=now)
        return advance_many(cases, Step.CLOSE, acting=acting, now=now)


def send_back(hazards: Iterable[Hazard], reason: str, *, acting: Acting, now: datetime) -> int:
    """Find that they were not put right. Raises NoHazards, NotYourStep, BadStep."""
    return advance_many(_cases(hazards), Step.SEND_BACK, Told(reason=reason), acting=acting, now=now)


class _Taking:
    """What rows are held against: who and where there are, what is in force, and what was taken already."""

    def __init__(self, now: datetime) -> None:
        self._today = today(now)
        self._areas = AreaFinder()
        self._parties: dict[str, list[Party]] = {}
        for party in Party.objects.defer("words"):
            for name in dict.fromkeys((party.key, *(party.name or {}).values())):
                self._parties.setdefault(name, []).append(party)
        self._clauses = {
            one.clause.id: ClauseGrade(one.clause.title, Grade(str(one.clause.grade)))
            for one in revisions_on(self._today)
        }
        self._known = set(Hazard.objects.exclude(number="").values_list("enterprise_id", "number"))

    def take(self, row: int, cells: Mapping[str, Any]) -> tuple[Draft, Party, int | None, Graded] | Text | None:
        """A row that can be taken; why it cannot; None for one that is known."""
        one = draft(row, cells, self._today)
        if isinstance(one, Text):
            return one
        named = self._parties.get(one.enterprise, [])
        if len(named) != 1:
            return (_SEVERAL if named else _NO_SUCH).format(name=one.enterprise[:60])
        area = self._areas.best(one.area or one.place)
        if one.area and area is None:
            return _NO_AREA.format(name=one.area[:60])
        graded = grade(
            f"{one.category} {one.text}", stated=one.grade, clause=one.clause, on=one.found_on, rules=rules(),
            clauses=self._clauses,
        )  # fmt: skip
        if isinstance(graded, Text):
            return graded
        key = (named[0].pk, one.number)
        if one.number and key in self._known:
            return None
        self._known.add(key)
        return one, named[0], area, graded


def _write(
    sheet: Sheet, drafts: Sequence[tuple[Draft, Party, int | None, Graded]], acting: Acting, now: datetime
) -> None:
    if not drafts:
        return
    numbers = next_numbers(len(drafts), now)
    cases = [
        _case(one, party, area, graded, number, now)
        for (one, party, area, graded), number in zip(drafts, numbers, strict=True)
    ]
    open_many(cases, acting, now)
    made = (_hazard(sheet, *each, case) for each, case in zip(drafts, cases, strict=True))
    Hazard.objects.bulk_create(made, batch_size=1000)


def _hazard(sheet: Sheet, one: Draft, party: Party, area: int | None, graded: Graded, case: Case) -> Hazard:
    return Hazard(
        sheet=sheet, row=one.row, number=one.number, category=one.category, text=one.text, place=one.place,
        found_on=one.found_on, enterprise=party, area_id=area, grade=graded.grade, rule=graded.rule,
        because=graded.because.as_json(), case=case,
    )  # fmt: skip


def _case(one: Draft, party: Party, area: int | None, graded: Graded, number: str, now: datetime) -> Case:
    title = _TITLE.format(kind=title_of(HAZARD), text=one.text[:_SHORT])
    return Case(
        number=number, kind=HAZARD, source=Source.ASSESSOR, grade=graded.grade, title=title.as_json(), text=one.text,
        address=one.place, area_id=area, party=party, reported_at=now, changed_at=now,
    )  # fmt: skip


def _cases(hazards: Iterable[Hazard]) -> list[Case]:
    found = [one.case for one in hazards]
    if not found:
        raise NoHazards()
    return found


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
