# SPDX-License-Identifier: Apache-2.0
"""The verbs of kept standards: begin a document; draft, submit, return, approve; exempt, and end an exemption early.

Withdrawing is in withdrawing.py.

Who writes does not approve. What is in force is never edited: a change is a new revision, in force from a day to come.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils import timezone

from belltower.core.ledger.entries import action
from belltower.core.places.kinds import register
from belltower.core.places.models import Area, Asset
from belltower.core.standards.changes import What
from belltower.core.standards.clauses import Clause
from belltower.core.standards.errors import (
    BadDay,
    BadDocument,
    BadStandard,
    DocumentTaken,
    ExemptedWithoutReason,
    NotItsDocument,
    NotThisStep,
    SecondPerson,
)
from belltower.core.standards.examples import wrong_examples
from belltower.core.standards.installing import supersede
from belltower.core.standards.judging import today
from belltower.core.standards.models import (
    Change,
    Dirty,
    Exemption,
    KeptClause,
    KeptDocument,
    Origin,
    Revision,
    RevisionState,
)
from belltower.core.standards.reading import DOCUMENT_ID
from belltower.core.standards.revisions import clause_of, digest_of, document_of
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

LONGEST_ID = 81
_PAST = Text(zh="不能早于今天（{today}）", en="it is before today ({today})")
_BEFORE_VALUES = Text(zh="早于该版数值的生效日期", en="its values do not hold yet on that day")
_BAD_ID = Text(
    zh="编号应为“领域.名称”，只用小写英文字母、数字和下划线",
    en="its id is a pack, a dot and a name, in small letters, digits and _",
)
_BOTH_LANGUAGES = Text(
    zh="标题和发布机构须有中英文", en="its title and who issued it are said in Chinese and in English"
)
_ORDER = Text(zh="结束日期应晚于开始日期", en="the end must be after the beginning")


@action("standards.begin_document")
def begin_document(key: str, title: Text, issued_by: Text, *, by: Actor, source: str = "") -> KeptDocument:
    """A document of the bureau's own, to write clauses in; ``source`` is where it was taken from, as people cite it.

    Nothing holds by it until a clause of it is in force. Raises BadDocument, or DocumentTaken.
    """
    if not DOCUMENT_ID.fullmatch(key) or len(key) > LONGEST_ID:
        raise BadDocument(key=key[:LONGEST_ID], reason=_BAD_ID)
    if not all(said.strip() for text in (title, issued_by) for said in (text.zh, text.en)):
        raise BadDocument(key=key, reason=_BOTH_LANGUAGES)
    row, is_new = KeptDocument.objects.get_or_create(
        key=key,
        defaults={"title": title.as_json(), "issued_by": issued_by.as_json(), "origin": Origin.CONSOLE,
                  "source": source.strip()[:300]},
    )  # fmt: skip
    if not is_new:
        raise DocumentTaken(key=key)
    return row


@action("standards.draft")
def draft(document: KeptDocument, body: Mapping[str, Any], *, by: Actor, now: datetime | None = None) -> Revision:
    """Write a clause, new or a new revision of one. A draft of its own writer is written over.

    Raises BadStandard, whose line counts in the clause as YAML (revisions.as_yaml) below four lines of the document, and
    NotItsDocument where the id belongs to another document.
    """
    clause = checked(document, body)
    kept, _ = KeptClause.objects.get_or_create(key=clause.id, defaults={"document": document})
    if kept.document_id != document.pk:
        reason = Text(zh=f"属于另一文件“{kept.document.key}”", en=f"belongs to another document, '{kept.document.key}'")
        raise NotItsDocument(clause=clause.id, reason=reason)
    at, plain = now or timezone.now(), dict(body)
    own = kept.revisions.filter(state=RevisionState.DRAFT, written_by=by.reference).first()
    if own is None:
        last = kept.revisions.aggregate(last=Max("number"))["last"] or 0
        own = Revision(clause=kept, number=last + 1, origin=Origin.CONSOLE, written_by=by.reference)
    own.body, own.digest, own.written_at = plain, digest_of(plain), at
    own.save()
    return own


@action("standards.submit")
def submit(revision: Revision, *, by: Actor) -> Revision:
    """Hand a draft to a second person. Raises NotThisStep, or BadStandard where an example comes out wrong."""
    row = _in_state(revision, RevisionState.DRAFT, Text(zh="提交", en="submit"))
    clause = checked(row.clause.document, row.body)
    if clause.id != row.clause.key:
        raise NotItsDocument(
            clause=clause.id, reason=Text(zh="与被修订的条款不同", en="is not that of the clause revised")
        )
    row.state, row.remark = RevisionState.IN_REVIEW, ""
    row.save()
    return row


@action("standards.return_")
def return_(revision: Revision, remark: str, *, by: Actor, now: datetime | None = None) -> Revision:
    """Give it back to its writer with a remark. Raises NotThisStep or SecondPerson."""
    row = _in_state(revision, RevisionState.IN_REVIEW, Text(zh="退回", en="return"))
    _another(row, by)
    row.state, row.remark = RevisionState.DRAFT, remark.strip()[:1000]
    row.reviewed_by, row.reviewed_at = by.reference, now or timezone.now()
    row.save()
    return row


@action("standards.approve")
def approve(revision: Revision, since: date, *, by: Actor, now: datetime | None = None) -> Revision:
    """Put it in force from the day ``since``, which is today or later; what held before holds until then.

    Raises NotThisStep, SecondPerson, or BadDay for a day that is over or on which its values do not hold yet.
    """
    at = now or timezone.now()
    row = _in_state(revision, RevisionState.IN_REVIEW, Text(zh="批准", en="approve"))
    _another(row, by)
    if since < today(at):
        raise BadDay(day=since, reason=_PAST.format(today=today(at)))
    if clause_of(row).values_on(since) is None:
        raise BadDay(day=since, reason=_BEFORE_VALUES)
    supersede(row.clause, since)
    row.state, row.since, row.reviewed_by, row.reviewed_at = RevisionState.IN_FORCE, since, by.reference, at
    row.save()
    return row


@action("standards.exempt")
def exempt(
    clause: KeptClause, *, reason: str, since: date, until: date, by: Actor, asset: Asset | None = None,
    area: Area | None = None, now: datetime | None = None,
) -> Exemption:  # fmt: skip
    """Spare one asset, or all in an area and below it, the clause from ``since`` until before ``until``.

    Raises ExemptedWithoutReason, or BadDay where it would end before it begins or has ended.
    """
    at = now or timezone.now()
    if not reason.strip():
        raise ExemptedWithoutReason(clause=clause.key, reason=Text(zh="没有理由", en="it has no reason"))
    if (asset is None) == (area is None):
        raise ExemptedWithoutReason(
            clause=clause.key, reason=Text(zh="应指明一个部件或一个区域", en="name one asset or one area")
        )
    if until <= since:
        raise BadDay(day=until, reason=_ORDER)
    if until <= today(at):
        raise BadDay(day=until, reason=_PAST.format(today=today(at)))
    row = Exemption.objects.create(
        clause=clause, asset=asset, area=area, reason=reason.strip()[:1000], granted_by=by.reference, granted_at=at,
        since=since, until=until,
    )  # fmt: skip
    _mark(row)
    return row


@action("standards.end_exemption")
def end_exemption(exemption: Exemption, until: date, *, by: Actor, now: datetime | None = None) -> Exemption:
    """End it earlier, from today on at the earliest. Raises BadDay."""
    at = now or timezone.now()
    row = Exemption.objects.select_for_update().get(pk=exemption.pk)
    if not max(today(at), row.since) <= until <= row.until:
        raise BadDay(day=until, reason=_PAST.format(today=today(at)))
    row.until = until
    row.save()
    _mark(row)
    return row


def checked(document: KeptDocument, body: Mapping[str, Any]) -> Clause:
    """The clause that a body says. Raises BadStandard where it cannot be read, or an example comes out wrong."""
    read = document_of(
        document.key, document.title, document.issued_by, [body], file=str(body.get("id") or document.key)
    )
    for clause, name, found in wrong_examples(read, register()):
        why = Text(
            zh=f"例子“{name.say('zh')}”的结果是 {found or '不适用'}",
            en=f"the example '{name.say('en')}' came out as {found or 'not meant'}",
        )
        raise BadStandard(file=read.file, line=clause.line, reason=why)
    return read.clauses[0]


def _mark(row: Exemption) -> None:
    """Whom it is about is judged again."""
    held = row.clause.revisions.exclude(since=None)
    for kind in {str(body.get("applies_to")) for body in held.values_list("body", flat=True)} & register().kinds.keys():
        if row.asset is None or row.asset.kind == kind:
            Dirty.objects.create(kind=kind, asset_id=row.asset_id)
    Change.objects.create(what=What.CLAUSE, name=row.clause.key, subject=row.asset_id)


def _in_state(revision: Revision, state: RevisionState, step: Text) -> Revision:
    row = Revision.objects.select_for_update(of=("self",)).select_related("clause__document").get(pk=revision.pk)
    if row.state != state:
        raise NotThisStep(clause=row.clause.key, number=row.number, state=row.get_state_display(), step=step)
    return row


def _another(row: Revision, by: Actor) -> None:
    if row.written_by == by.reference:
        raise SecondPerson(clause=row.clause.key, number=row.number)
