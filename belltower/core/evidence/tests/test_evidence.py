# SPDX-License-Identifier: Apache-2.0
"""Evidence beside the steps of a case: kept whole or not at all, seen by who sees the case, never changed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.test import override_settings

from belltower.core.attachments.actions import retire
from belltower.core.attachments.errors import Disguised
from belltower.core.attachments.keeping import Keeping
from belltower.core.attachments.models import Attachment
from belltower.core.attachments.tests import files
from belltower.core.cases.actions import Draft, report
from belltower.core.cases.models import Case
from belltower.core.cases.tests.scene import BY, LAT, LON, NOW, Bureau, bureau
from belltower.core.evidence.actions import add_evidence
from belltower.core.evidence.errors import BadFacts, NoSuchEvidence, NotAPicture
from belltower.core.evidence.models import Evidence, Role
from belltower.core.evidence.plausibility import Taken, Verdict
from belltower.core.evidence.showing import evidence_of, find, pairs
from belltower.core.places.scope import Scope, seen_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db: None, tmp_path: Path) -> Iterator[Bureau]:
    with override_settings(BELLTOWER_ATTACHMENTS=Keeping(tmp_path)):
        yield bureau()


@pytest.fixture
def case(people: Bureau) -> Case:
    return report(Draft("井盖破损", lon=LON, lat=LAT, party=people.gas), acting=people.desk, now=NOW)


def add(
    case: Case,
    content: bytes | None = None,
    role: Role = Role.BEFORE,
    taken: Taken | None = None,
    name: str = "IMG_1.jpg",
) -> Evidence:
    return add_evidence(
        BY, case, case.steps.get(number=1), io.BytesIO(content or files.picture()), name, role=role,
        taken=taken or Taken(NOW, LON, LAT, 8), now=NOW + timedelta(minutes=5), zone=UTC,
    )  # fmt: skip


def test_before_and_after_stand_in_pairs_with_their_verdicts(case: Case) -> None:
    before, after, lone = add(case), add(case, role=Role.AFTER), add(case, role=Role.AFTER, taken=Taken())
    add(case, role=Role.CHECK)
    shown = evidence_of(case)
    assert [one.judged.verdict for one in shown] == [
        Verdict.PLAUSIBLE,
        Verdict.PLAUSIBLE,
        Verdict.UNKNOWN,
        Verdict.PLAUSIBLE,
    ]
    found = [(one and one.row.pk, other and other.row.pk) for one, other in pairs(shown)]
    assert found == [(before.pk, after.pk), (None, lone.pk)]
    retire(before.attachment, reason="wrong photo", by=BY, now=NOW)
    assert len(evidence_of(case)) == 3


def test_what_is_no_picture_is_no_evidence_and_nothing_is_kept(case: Case) -> None:
    scripted = files.picture() + b"<script>alert(1)</script>"
    for content, name, refusal in (
        (files.pdf(), "IMG_1.pdf", NotAPicture), (files.pdf(), "IMG_1.jpg", Disguised), (scripted, "IMG_1.jpg", Disguised),
    ):  # fmt: skip
        with pytest.raises(refusal):
            add(case, content, name=name)
    for taken in (
        Taken(NOW, 112.6, None),
        Taken(NOW, 500.0, 1.0),
        Taken(NOW, 1.0, 1.0, -3),
        Taken(NOW, 1.0, 1.0, float("nan")),
    ):
        with pytest.raises(BadFacts):
            add(case, taken=taken)
    assert not Evidence.objects.exists()
    assert not Attachment.objects.exists()


def test_it_is_seen_by_who_sees_the_case_and_never_changed(case: Case, people: Bureau) -> None:
    row = add(case)
    with seen_as(Scope(frozenset({people.gas.pk}))):
        assert find(row.uid) == row
        assert Attachment.objects.filter(pk=row.attachment_id).exists()
    with seen_as(Scope(frozenset({people.lights.pk}))), pytest.raises(NoSuchEvidence):
        find(row.uid)
    for change in (lambda: Evidence.objects.update(role=Role.AFTER), lambda: Evidence.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
