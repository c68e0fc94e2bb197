# SPDX-License-Identifier: Apache-2.0
"""Stored readings are committed to by the ledger, and a change that nobody made through the house is found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from belltower.core.ledger.models import Entry
from belltower.core.observations.proving import check_batches, seal, seal_is_due
from belltower.core.observations.tests.senses import NOON, asked, batch, put, streams
from belltower.core.observations.works import make_days_ahead, seal_batches

pytestmark = pytest.mark.django_db
DAY_S = 86_400


def _forged(statement: str) -> None:
    """Change rows as somebody with the owner's rights would, past the triggers of the table that they are parts of."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT test_as_owner(%s)", [statement])


def _checked() -> list[int]:
    return [one.batch for one in check_batches(NOON - timedelta(days=9), NOON + timedelta(days=1))]


def test_an_entry_commits_to_the_batches_since_the_last() -> None:
    one, two = streams(2)
    put(batch((one, 1, 1.0), (two, 1, 2.0)))
    put(batch((one, 2, 3.0)))
    assert not seal_is_due(NOON)
    assert seal_is_due(NOON + timedelta(minutes=2))
    assert seal() == 2
    told = Entry.objects.order_by("-id").first()
    assert told is not None
    assert (told.what, told.about["batches"], told.about["rows"]) == ("observations.seal_batches", 2, 3)
    assert asked("SELECT DISTINCT sealed_by FROM observations_batch") == [(told.pk,)]
    assert (seal(), seal_is_due(NOON + timedelta(minutes=2))) == (0, False)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE observations_reading_20261123 SET value = value + 1 WHERE value = 2",
        "DELETE FROM observations_reading_20261123 WHERE value = 2",
        "UPDATE observations_reading_20261123 SET at = at + interval '1 second' WHERE value = 2",
        "UPDATE observations_reading_20261123 SET quality = 2 WHERE value = 2",
    ],
)
def test_a_forged_reading_is_found(statement: str) -> None:
    one, two = streams(2)
    put(batch((two, 1, 2.0), (one, 3, 1.0), (one, -DAY_S, 7.0)))
    put(batch((one, 4, 5.0)))
    assert _checked() == []
    _forged(statement)
    assert len(_checked()) == 1


def test_what_a_person_changes_is_told_by_its_revision_instead() -> None:
    [one] = streams(1)
    put(batch((one, 1, 2.0)))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE observations_reading SET value = 3")
    assert _checked() == []
    assert Entry.objects.order_by("-id").values_list("form__table", flat=True)[0] == "observations_revision"


def test_workers_commit_to_what_was_stored_and_make_tomorrow() -> None:
    [one] = streams(1)
    put(batch((one, 1, 1.0)))
    now = datetime(2031, 5, 4, 23, 59, tzinfo=UTC)
    seal_batches(now)
    make_days_ahead(now)
    make_days_ahead(now)
    assert asked("SELECT count(*) FROM observations_batch WHERE sealed_by IS NULL") == [(0,)]
    made = asked("SELECT to_regclass('observations_reading_20310504') IS NOT NULL,"
                 " to_regclass('observations_reading_20310505') IS NOT NULL")  # fmt: skip
    assert made == [(True, True)]
