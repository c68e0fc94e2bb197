# SPDX-License-Identifier: Apache-2.0
"""The verbs of residents: report, follow, comment, confirm, contest, rate, and be forgotten.

Who asks is known by a tracking code alone. What a reporter wrote is sealed under the report's own key; the case, its
history and the ledger hold none of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any, Protocol

from belltower.core.attachments import actions as attachments
from belltower.core.attachments.content.recognise import recognise
from belltower.core.attachments.errors import AttachmentTooLarge
from belltower.core.attachments.keeping import MIB, keeping
from belltower.core.attachments.models import Subject
from belltower.core.attachments.receiving import receive
from belltower.core.cases import actions as cases
from belltower.core.cases.acting import Acting
from belltower.core.cases.actions import Draft
from belltower.core.cases.codes import digest_of, new_code
from belltower.core.cases.errors import WrongCode
from belltower.core.cases.kinds import Source, title_of
from belltower.core.cases.models import Case, Report
from belltower.core.cases.steps import Told
from belltower.core.cases.table import Part, Step
from belltower.core.ledger import personal
from belltower.core.ledger.entries import entry
from belltower.core.places.models import Area
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.core.receiving import rules
from belltower.core.receiving.errors import (
    BadStars,
    IncompleteReport,
    NotAPhoto,
    NothingSaid,
    NotYet,
    NotYourCase,
    TooManyPhotos,
)
from belltower.core.receiving.models import Comment
from belltower.core.receiving.rules import Complaint, Contact
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

RESIDENT = Actor.system("public")
"""Nobody signs in at the public door: the ledger says that somebody there did it, and by which report."""
MOST_PHOTOS = 3
LONGEST_TEXT = 2000
CASE = "cases.case"
_PLACE = Text(
    zh="请使用定位、在地图上选点，或填写地址",
    en="use your position, choose a point on the map, or write an address",
)
_WHAT = Text(zh="请写一句话，或附一张照片", en="write a sentence, or add a photo")
_OUTSIDE = Text(zh="这个位置不在本市，请重新选点", en="that place is not in this city; choose another")
_COMMENTED = "上报人补充了说明。The reporter added a comment."


class Upload(Protocol):
    """What an uploaded file offers: a name, and bytes from the beginning again after ``seek``."""

    name: str | None

    def read(self, count: int, /) -> bytes: ...

    def seek(self, to: int, /) -> int: ...


@dataclass(frozen=True, slots=True)
class Received:
    """A report that was taken, and its tracking code: told this once, kept by nobody but its reporter."""

    report: Report
    code: str


def report_as_resident(
    draft: Draft, *, contact: Contact, now: datetime, photos: Sequence[Upload] = (), language: str = "zh",
    zone: tzinfo, suggested: Mapping[str, Any] | None = None,
) -> Received:  # fmt: skip
    """Make a case of what a resident tells, and a report with what they wrote sealed.

    ``suggested`` is what the classifier said of the kind and what was chosen (suggesting.py), kept with the first step.

    Raises IncompleteReport, BadCase, BadContact, NotAPhoto, TooManyPhotos and what attachments refuse; then nothing is kept.
    """
    contact, text = contact.checked(), draft.text.strip()[:LONGEST_TEXT]
    _check(replace(draft, text=text), photos)
    open_draft = replace(draft, text="", title=title_of(draft.kind), source=Source.RESIDENT)
    with seen_as(EVERYTHING), entry("receiving.report", by=RESIDENT):
        case = cases.report(open_draft, acting=_reporter(), now=now, about=suggested)
        if case.lon is not None and case.area_id is None and Area.objects.current().exists():
            raise IncompleteReport(missing=_OUTSIDE)
        received = _keep(case, text, contact, language, now, follows_only=False)
        for photo in photos:
            attachments.put(
                photo, photo.name or "photo", subject=Subject(CASE, case.uid), by=RESIDENT, now=now, zone=zone
            )
    return received


def follow(case: Case, *, contact: Contact, now: datetime, text: str = "", language: str = "zh") -> Received:
    """Follow a case that others reported, instead of reporting it again; with a code of one's own. Raises BadContact."""
    contact = contact.checked()
    with seen_as(EVERYTHING), entry("receiving.follow", by=RESIDENT):
        return _keep(case, text.strip()[:LONGEST_TEXT], contact, language, now, follows_only=True)


def by_code(code: str) -> Report:
    """The report that the code was given for. Raises WrongCode, which says the same of every wrong one."""
    digest = digest_of(code) or "-"
    with seen_as(EVERYTHING):
        report = (
            Report.objects.select_related("case", "case__party", "case__merged_into").filter(code_digest=digest).first()
        )
    if report is None:
        raise WrongCode()
    return report


def case_of(report: Report) -> Case:
    """The case that the report is handled in now: its own, or the one that it was merged into in the end."""
    with seen_as(EVERYTHING):
        case = (
            Case.objects.select_related("party", "area").defer("area__geometry", "area__words").get(pk=report.case_id)
        )
        while case.merged_into_id:
            case = (
                Case.objects.select_related("party", "area")
                .defer("area__geometry", "area__words")
                .get(pk=case.merged_into_id)
            )
    return case


def comment(report: Report, text: str, *, now: datetime, is_contest: bool = False) -> Comment:
    """Keep what the reporter adds, sealed; the case's timeline says only that there is something. Raises NothingSaid."""
    if not text.strip():
        raise NothingSaid()
    with seen_as(EVERYTHING), entry("receiving.comment", by=RESIDENT):
        said = Comment(report=report, at=now, is_contest=is_contest)
        said.text_sealed = personal.seal(report.reference, said.field, text.strip()[:LONGEST_TEXT])
        said.save(force_insert=True)
        cases.remark(case_of(report), _COMMENTED, acting=_reporter(), now=now, report=report)
    return said


def confirm(report: Report, *, now: datetime) -> None:
    """Say that it was put right indeed. Raises NotYet."""
    case = case_of(report)
    if not rules.is_judged(case.state):
        raise NotYet(case=case.number)
    _set(report, "receiving.confirm", confirmed_at=now)


def contest(report: Report, case: Case, complaint: Complaint, *, now: datetime, text: str = "") -> Case:
    """Say that it was not put right (or should have been taken up): the case is reopened, and its unit has it again.

    Raises NotYourCase for a case that the report does not belong to, NotYet where there is nothing to contest.
    """
    mine = case_of(report)
    if mine.pk != case.pk:
        raise NotYourCase(case=case.number)
    if not rules.may_contest(mine.state):
        raise NotYet(case=mine.number)
    reason = f"上报人：{complaint.text.zh}。The reporter: {complaint.text.en}."
    with entry("receiving.contest", by=RESIDENT):
        told = Told(reason=reason, about={"complaint": complaint.value, "report": str(report.uid)})
        after = cases.advance(mine, Step.REOPEN, told, acting=_reporter(), now=now)
        _set(report, "receiving.contest", confirmed_at=None)
        if text.strip():
            comment(report, text, now=now, is_contest=True)
    return after


def rate(report: Report, stars: int, *, now: datetime) -> None:
    """Rate how it was handled, from one to five; again changes it. Raises BadStars, NotYet."""
    if not 1 <= stars <= 5:
        raise BadStars()
    case = case_of(report)
    if not rules.may_contest(case.state):
        raise NotYet(case=case.number)
    _set(report, "receiving.rate", stars=stars, rated_at=now)


def forget(report: Report, *, by: Actor = RESIDENT, now: datetime) -> bool:
    """Destroy the key of what a reporter wrote and how they are reached. False when it was destroyed before.

    The case, its history, its photos and the ledger's proofs stay; the code goes on to show how the case stands.
    """
    with entry("receiving.forget", by=by):
        return personal.erase(report.reference, by=by, now=now)


def _reporter() -> Acting:
    return Acting(RESIDENT, fixed=Part.REPORTER)


def _check(draft: Draft, photos: Sequence[Upload]) -> None:
    if not draft.text and not photos:
        raise IncompleteReport(missing=_WHAT)
    if draft.lon is None and not draft.address.strip():
        raise IncompleteReport(missing=_PLACE)
    if len(photos) > MOST_PHOTOS:
        raise TooManyPhotos(most=MOST_PHOTOS)
    for photo in photos:
        _check_photo(photo)


def _check_photo(photo: Upload) -> None:
    """Raise unless it is a picture by its bytes, whatever it is called."""
    kept, name = keeping(), photo.name or "photo"
    most = kept.largest("picture")
    with receive(photo, name, folder=kept.folder, most=most) as received:
        found = recognise(received)
        if found.media.family != "picture":
            raise NotAPhoto(file=name)
        if received.size > most:
            raise AttachmentTooLarge(file=name, most_mib=most // MIB)
    photo.seek(0)


def _keep(case: Case, text: str, contact: Contact, language: str, now: datetime, *, follows_only: bool) -> Received:
    code = new_code()
    digest = digest_of(code)
    assert digest is not None
    report = Report(
        case=case, code_digest=digest, language=language, lon=None if follows_only else case.lon,
        lat=None if follows_only else case.lat, at=now, follows_only=follows_only,
    )  # fmt: skip
    for field, told in (("text", text), ("name", contact.name), ("phone", contact.phone), ("email", contact.email)):
        if told:
            setattr(report, f"{field}_sealed", personal.seal(report.reference, field, told))
    report.save(force_insert=True)
    return Received(report, code)


def _set(report: Report, what: str, **values: object) -> None:
    with seen_as(EVERYTHING), entry(what, by=RESIDENT):
        held = Report.objects.select_for_update().get(pk=report.pk)
        for name, value in values.items():
            setattr(held, name, value)
        held.save(update_fields=list(values))


__all__ = [
    "MOST_PHOTOS", "Received", "Upload", "by_code", "case_of", "comment", "confirm", "contest", "follow",
    "forget", "rate", "report_as_resident",
]  # fmt: skip
