# SPDX-License-Identifier: Apache-2.0
"""From a pack's file to what is in force, and from a draft to what supersedes it: never edited, and by two people."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from belltower.core.standards import actions, installing, passes
from belltower.core.standards.errors import BadDay, BadStandard, NotThisStep, SecondPerson
from belltower.core.standards.installing import Installed, install
from belltower.core.standards.models import Finding, KeptClause, Revision
from belltower.core.standards.revisions import documents_on, revisions_on
from belltower.core.standards.tests.lit_street import BY, REVIEWER, WRITER, WRITTEN, LitStreet, dim

pytestmark = pytest.mark.django_db
FILE = "poles/lights.yaml"


def _body(kept: KeptClause, least: int) -> dict[str, Any]:
    body = dict(kept.revisions.order_by("-number")[0].body)
    good, bad = ({"height": 8, "wattage": watts} for watts in (least, least - 1))
    examples = [{"name": "bright", "on": "2026-01-01", "fields": good, "outcome": "holds"},
                {"name": "dim", "on": "2026-01-01", "fields": bad, "outcome": "broken"}]  # fmt: skip
    return {**body, "values": {"least": {"2020-01-01": least}}, "examples": examples}


def test_a_clause_goes_from_draft_to_force_on_its_day_and_the_findings_follow(lit_street: LitStreet) -> None:
    now, today = lit_street.now, lit_street.today
    finding = dim(lit_street.lights[0], now)
    kept = KeptClause.objects.get(key="poles.bright_enough")
    with pytest.raises(BadStandard):
        actions.draft(kept.document, {**_body(kept, 10), "values": {}}, by=WRITER, now=now)
    row = actions.draft(kept.document, _body(kept, 10), by=WRITER, now=now)
    with pytest.raises(NotThisStep):
        actions.approve(row, today, by=REVIEWER, now=now)
    row = actions.submit(row, by=WRITER)
    with pytest.raises(SecondPerson):
        actions.approve(row, today, by=WRITER, now=now)
    row = actions.submit(actions.return_(row, "too low?", by=REVIEWER, now=now), by=WRITER)
    with pytest.raises(BadDay):
        actions.approve(row, today - timedelta(days=1), by=REVIEWER, now=now)
    tomorrow = today + timedelta(days=1)
    actions.approve(row, tomorrow, by=REVIEWER, now=now)
    assert [one.clause.values_on(day) for day in (today, tomorrow) for one in revisions_on(day)] == [
        {"least": 40.0}, {"least": 10.0}
    ]  # fmt: skip
    assert [len(one.clauses) for one in documents_on(tomorrow)] == [1]
    passes.incremental(now=now)
    finding.refresh_from_db()
    assert finding.state == "open"
    later = now + timedelta(days=1)
    passes.incremental(now=later)
    passes.incremental(now=later + timedelta(hours=6))
    finding.refresh_from_db()
    assert (finding.state, finding.closed_because) == ("closed", "holds")
    assert list(kept.revisions.values_list("state", "until")) == [("superseded", tomorrow), ("in_force", None)]
    with pytest.raises(DatabaseError, match="never edited"), transaction.atomic():
        Revision.objects.filter(pk=row.pk).update(body={})


def test_packs_are_installed_once_and_do_not_overrule_the_bureau(
    lit_street: LitStreet, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, today = lit_street.now, lit_street.today
    files = [(FILE, WRITTEN)]
    with monkeypatch.context() as reading:
        reading.delattr(installing, "read_document")  # what is the same is not read again
        assert install(files, by=BY, now=now) == Installed(unchanged=2)
    kept = KeptClause.objects.get(key="poles.bright_enough")
    assert kept.revisions.get().since == date(2020, 1, 1)
    row = actions.submit(actions.draft(kept.document, _body(kept, 10), by=WRITER, now=now), by=WRITER)
    actions.approve(row, today, by=REVIEWER, now=now)
    changed = WRITTEN.replace("2026-03-05: 60", "2026-03-05: 70")
    assert install([(FILE, changed)], by=BY, now=now) == Installed(unchanged=1, for_review=1)
    assert install([(FILE, changed)], by=BY, now=now) == Installed(unchanged=2)
    with pytest.raises(BadStandard, match="came out as"):
        install(
            [(FILE, changed.replace("wattage: 40}, outcome: holds", "wattage: 39}, outcome: holds"))], by=BY, now=now
        )
    passes.incremental(now=now)
    assert not Finding.objects.filter(clause=kept).exists()
    head, _, rest = WRITTEN.partition("- id: poles.bright_enough")
    only_clean = head + rest[rest.index("- id: poles.cleaned") :]
    assert install([(FILE, only_clean)], by=BY, now=now).withdrawn == 0, "the bureau's own revision stays"
