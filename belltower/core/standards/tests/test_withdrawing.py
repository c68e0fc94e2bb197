# SPDX-License-Identifier: Apache-2.0
"""A document of the bureau's own is begun, holds, and is withdrawn from a day on; nothing of what held is edited, and no pack
brings it back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from belltower.core.standards import actions, passes
from belltower.core.standards.errors import BadDay, BadDocument, DocumentTaken, NothingInForce, SecondPerson
from belltower.core.standards.installing import Installed, install
from belltower.core.standards.models import Finding, KeptClause, KeptDocument, Origin, Revision
from belltower.core.standards.revisions import revisions_on
from belltower.core.standards.tests.lit_street import BY, REVIEWER, WRITER, WRITTEN, LitStreet, dim
from belltower.core.standards.withdrawing import withdraw_clause, withdraw_document
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db
FILE = "poles/lights.yaml"
DAY = timedelta(days=1)
TITLE, ISSUER = Text(zh="夜市照明", en="Night market lights"), Text(zh="本局", en="The bureau")


def in_force(day: date) -> list[str]:
    return [one.clause.id for one in revisions_on(day)]


def test_a_document_is_begun_written_in_reviewed_in_force_and_withdrawn(lit_street: LitStreet) -> None:
    today = lit_street.today
    document = actions.begin_document("city.night_market", TITLE, ISSUER, source="Order 12 (2026)", by=WRITER)
    assert (document.origin, document.source, document.clauses.count()) == (Origin.CONSOLE, "Order 12 (2026)", 0)
    body = {**KeptClause.objects.get(key="poles.bright_enough").revisions.get().body, "id": "city.lit"}
    row = actions.submit(actions.draft(document, body, by=WRITER, now=lit_street.now), by=WRITER)
    assert "city.lit" not in in_force(today)
    actions.approve(row, today, by=REVIEWER, now=lit_street.now)
    assert "city.lit" in in_force(today)
    with pytest.raises(SecondPerson):  # who wrote it does not withdraw it either
        withdraw_document(document, today + DAY, by=WRITER, now=lit_street.now)
    before = Revision.objects.get(pk=row.pk)
    assert withdraw_document(document, today + DAY, by=REVIEWER, now=lit_street.now) == 1
    after = Revision.objects.get(pk=row.pk)
    assert (after.state, after.until, after.withdrawn_by) == ("withdrawn", today + DAY, REVIEWER.reference)
    assert (after.body, after.since, after.digest) == (before.body, before.since, before.digest)
    assert ("city.lit" in in_force(today), "city.lit" in in_force(today + DAY)) == (True, False)
    with pytest.raises(NothingInForce):
        withdraw_document(document, today + DAY, by=REVIEWER, now=lit_street.now)


@pytest.mark.parametrize(
    ("key", "title", "refusal"),
    [("lights", TITLE, BadDocument), ("City.Lights", TITLE, BadDocument), ("city." + "x" * 80, TITLE, BadDocument),
     ("city.lights; --", TITLE, BadDocument), ("city.lights", Text(zh="灯", en=" "), BadDocument),
     ("poles.lights", TITLE, DocumentTaken)],
)  # fmt: skip
def test_a_document_needs_an_id_of_its_own_and_both_languages(
    lit_street: LitStreet, key: str, title: Text, refusal: type[Exception]
) -> None:
    before = KeptDocument.objects.count()
    with pytest.raises(refusal):
        actions.begin_document(key, title, ISSUER, by=WRITER)
    assert KeptDocument.objects.count() == before


def test_a_withdrawn_clause_closes_its_findings_on_its_day_and_its_pack_does_not_bring_it_back(
    lit_street: LitStreet,
) -> None:
    now, today = lit_street.now, lit_street.today
    finding = dim(lit_street.lights[0], now)
    kept = KeptClause.objects.get(key="poles.bright_enough")
    with pytest.raises(BadDay):
        withdraw_clause(kept, today - DAY, by=REVIEWER, now=now)
    withdraw_clause(kept, today + DAY, by=REVIEWER, now=now)
    passes.incremental(now=now)
    assert Finding.objects.get(pk=finding.pk).state == "open"
    tomorrow = now + DAY
    passes.incremental(now=tomorrow)
    closed = Finding.objects.get(pk=finding.pk)
    assert (closed.state, closed.closed_because) == ("closed", "not_in_force")
    assert install([(FILE, WRITTEN)], by=BY, now=tomorrow).in_force == 1  # the other clause, which the scene took out
    assert "poles.bright_enough" not in in_force(today + DAY)
    changed = WRITTEN.replace("grade: general", "grade: major")
    assert install([(FILE, changed)], by=BY, now=tomorrow) == Installed(unchanged=1, for_review=1)
    assert install([(FILE, changed)], by=BY, now=tomorrow) == Installed(unchanged=2)
    assert "poles.bright_enough" not in in_force(today + DAY)
    row = kept.revisions.get(state="in_review")  # a second person may put it in force again
    actions.approve(row, today + DAY, by=REVIEWER, now=tomorrow)
    assert "poles.bright_enough" in in_force(today + DAY)


def test_what_was_announced_never_begins_where_its_clause_is_withdrawn_before(lit_street: LitStreet) -> None:
    now, today = lit_street.now, lit_street.today
    kept = KeptClause.objects.get(key="poles.bright_enough")
    body = {**kept.revisions.get().body, "grade": "major"}
    row = actions.submit(actions.draft(kept.document, body, by=WRITER, now=now), by=WRITER)
    actions.approve(row, today + 10 * DAY, by=REVIEWER, now=now)
    withdraw_clause(kept, today + 5 * DAY, by=REVIEWER, now=now)
    held = [today + n * DAY for n in (0, 4, 5, 10, 11) if "poles.bright_enough" in in_force(today + n * DAY)]
    assert held == [today, today + 4 * DAY]
    assert set(kept.revisions.values_list("state", flat=True)) == {"withdrawn"}
