# SPDX-License-Identifier: Apache-2.0
"""Days are closed when they are old enough, merged once a day, and the lake can be checked against its manifest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction

from belltower.core.jobs.models import Job, JobState
from belltower.core.observations import works
from belltower.core.observations.batches import batch_of
from belltower.core.observations.lake import keeping
from belltower.core.observations.lake.tests.ponds import FIRST, NOW, all_of, close, put_rows
from belltower.core.observations.lake.tests.test_closing import _lake as _lake
from belltower.core.observations.lake.tests.test_closing import asked_ids, revise
from belltower.core.observations.storing import store
from belltower.core.observations.tests.senses import streams

pytestmark = pytest.mark.django_db(transaction=True)
SECOND_DAY = FIRST + timedelta(days=1)


@pytest.mark.parametrize(("hours", "is_due"), [(3 * 24 - 1, False), (3 * 24, True), (90 * 24, True)])
def test_a_day_is_old_so_many_days_after_its_end(hours: int, is_due: bool) -> None:
    end = keeping.start_of(SECOND_DAY)
    assert keeping.is_old(FIRST, now=end + timedelta(hours=hours), hot_days=3) is is_due


def test_old_days_are_due_and_a_merged_one_is_left_alone_for_a_while() -> None:
    [one] = streams(1)
    put_rows((one, 1, 1.0), (one, 86_401, 2.0))
    assert keeping.due(NOW) == [FIRST, SECOND_DAY]
    close()
    put_rows((one, 2, 3.0))
    assert keeping.due(NOW) == [SECOND_DAY]
    assert keeping.due(NOW + keeping.MERGE_EVERY)[:2] == [FIRST, SECOND_DAY]
    assert keeping.merging() == [FIRST]


def test_an_old_day_is_left_while_its_readings_are_still_being_sent() -> None:
    [one] = streams(1)
    at = int(keeping.start_of(FIRST).timestamp()) * 1_000_000
    for number in range(5):  # a history is loaded, from now on
        received_at = NOW + timedelta(hours=number)
        with transaction.atomic():
            connection.ensure_connection()
            store(connection.connection, batch_of([(one, at + number, 1.0)]), source="history", received_at=received_at)
    assert FIRST not in keeping.due(NOW + timedelta(hours=5))
    assert FIRST not in keeping.due(NOW + timedelta(hours=3) + keeping.STILL_ARRIVING)
    assert FIRST in keeping.due(NOW + timedelta(hours=4) + keeping.STILL_ARRIVING)


def test_a_revised_day_is_due_to_be_merged() -> None:
    [one] = streams(1)
    put_rows((one, 1, 1.0))
    close()
    assert FIRST not in keeping.due(NOW + keeping.MERGE_EVERY)
    revise(asked_ids()[0], one, 1, 5.0)
    assert FIRST in keeping.due(NOW + keeping.MERGE_EVERY)
    for day in keeping.merging():
        close(day)
    assert keeping.merging() == []
    assert all_of() == [(one, 1, 5.0)]


def test_a_worker_s_look_asks_for_one_closing() -> None:
    put_rows((streams(1)[0], 1, 1.0))
    for _ in range(3):
        works.ask_to_close(NOW)
    [job] = Job.objects.filter(work=works.CLOSE)
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE, ended_at=NOW)
    works.ask_to_close(NOW + timedelta(minutes=14))
    assert Job.objects.filter(work=works.CLOSE).count() == 1
    works.ask_to_close(NOW + timedelta(minutes=16))
    assert Job.objects.filter(work=works.CLOSE).count() == 2
