# SPDX-License-Identifier: Apache-2.0
"""Attachments are seen by who sees their asset, by the database itself; and each is an entry that commits to its digest."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from belltower.core.attachments.actions import erase, put, retire
from belltower.core.attachments.keeping import Keeping
from belltower.core.attachments.models import Attachment
from belltower.core.attachments.tests import files
from belltower.core.attachments.tests.photo import attached
from belltower.core.ledger.models import Entry
from belltower.core.places.attached import attachments_seen, subject_of
from belltower.core.places.models import Asset
from belltower.core.places.scope import EVERYTHING, NOTHING, Scope, seen_as
from belltower.core.places.tests.test_rows import DESK, MAY, owners

__all__ = ["owners"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, settings) -> None:
    settings.BELLTOWER_ATTACHMENTS = Keeping(folder=tmp_path / "attachments")


def names_seen(scope: Scope) -> set[str]:
    """What the database shows of the whole table, asked in plain SQL."""
    with seen_as(scope), connection.cursor() as cursor:
        cursor.execute("SELECT name FROM attachments_attachment")
        return {name for (name,) in cursor.fetchall()}


def test_an_attachment_is_seen_by_who_sees_its_asset(owners: dict[str, int]) -> None:
    """Rows of the table, without any filter of ours in between."""
    attached(Asset.objects.get(key="L-1"), files.pdf(), "ours.pdf")
    attached(Asset.objects.get(key="L-3"), files.pdf(), "theirs.pdf")
    ours, theirs = Scope(frozenset({owners["ours"]})), Scope(frozenset({owners["theirs"]}))
    assert names_seen(EVERYTHING) == {"ours.pdf", "theirs.pdf"}
    assert names_seen(ours) == {"ours.pdf"}
    assert names_seen(theirs) == {"theirs.pdf"}
    assert names_seen(NOTHING) == set()
    for scope in (ours, theirs, EVERYTHING, NOTHING):
        assert {row.name for row in attachments_seen(scope)} == names_seen(scope), "ours asks as the database does"


def test_nobody_puts_a_file_beside_what_they_do_not_see(owners: dict[str, int]) -> None:
    lamp = Asset.objects.get(key="L-3")
    ours = Scope(frozenset({owners["ours"]}))
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic(), seen_as(ours):
        put(io.BytesIO(files.pdf()), "a.pdf", subject=subject_of(lamp), by=DESK, now=MAY)
    assert not Attachment.objects.exists()


def test_putting_and_taking_down_are_entries_that_commit_to_the_row(owners: dict[str, int]) -> None:
    """The digest is among the columns that an entry commits to (attachments 0003)."""
    row = attached(Asset.objects.get(key="L-1"), files.pdf(), "a.pdf")
    retire(row, reason="wrong lamp", by=DESK, now=MAY)
    entries = Entry.objects.filter(form__table="attachments_attachment", row=row.pk).order_by("id")
    whats = [(entry.what, bool(entry.before), bool(entry.after)) for entry in entries]
    assert whats[0] == ("attachments.put", False, True)
    assert whats[-1] == ("attachments.retire", True, True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT columns::text FROM ledger_form WHERE \"table\" = 'attachments_attachment'")
        assert "digest" in cursor.fetchone()[0]


def test_a_write_around_the_actions_is_refused(owners: dict[str, int]) -> None:
    row = attached(Asset.objects.get(key="L-1"), files.pdf(), "a.pdf")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('belltower.actor', '', true)")
    with pytest.raises(DatabaseError, match="a write without an entry is refused"), transaction.atomic():
        Attachment.objects.filter(pk=row.pk).update(digest="0" * 64)
    row.refresh_from_db()
    assert row.digest != "0" * 64


def test_erasing_reaches_what_the_one_who_erases_does_not_see(owners: dict[str, int]) -> None:
    """The same content beside another enterprise's lamp: its bytes are one file, so its row is erased as well."""
    mine = attached(Asset.objects.get(key="L-1"), files.pdf(), "ours.pdf")
    theirs = attached(Asset.objects.get(key="L-3"), files.pdf(), "theirs.pdf")
    ours = Scope(frozenset({owners["ours"]}))
    with seen_as(ours):
        assert erase(mine, reason="request of 3 May", by=DESK, now=MAY) == 2
        assert names_seen(ours) == {mine.digest[:12]}, "what is seen is as narrow as before"
    theirs.refresh_from_db()
    assert theirs.state == "erased"
