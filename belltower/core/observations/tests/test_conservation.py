# SPDX-License-Identifier: Apache-2.0
"""Whether anything was lost is told from the counts, from the stored batches, and from what senders say they sent."""

from __future__ import annotations

import pytest
from django.db import connection

from belltower.core.observations.conservation import HOUR, Against, Sent, compare, counted, read_log
from belltower.core.observations.errors import UnreadableLog
from belltower.core.observations.storing import Aside, keep_aside
from belltower.core.observations.tests.senses import NOON, batch, put, raw, streams
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db
WRONG = Text(zh="读不出", en="cannot be read")


def test_what_came_closes_by_source_and_hour() -> None:
    [one] = streams(1)
    put(batch((one, 1, 1.0), (one, 1, 1.0), (one, 2, 1.0)), source="yard")
    put(batch((one, 2, 1.0)), source="yard", at=NOON + HOUR)
    keep_aside(raw(), "yard", [Aside("unreadable", WRONG, b"?"), Aside("too_late", WRONG, b"!")], received_at=NOON)
    first, second = counted(NOON)
    assert (first.received, first.stored, first.duplicates, first.refused) == (5, 2, 1, 2)
    assert first.reasons == {"unreadable": 1, "too_late": 1}
    assert (second.hour, second.received, second.duplicates) == (NOON + HOUR, 1, 1)
    assert first.closes
    assert second.closes


@pytest.mark.parametrize(
    "broken",
    [
        "UPDATE observations_count SET received = received + 1",
        "UPDATE observations_count SET stored = stored - 1, duplicates = duplicates + 1",
        "UPDATE observations_refusal_count SET refused = refused + 1",
        "UPDATE observations_count SET polls_due = 3, polls_answered = 2",
        "DELETE FROM observations_batch",
    ],
)
def test_whatever_is_taken_away_does_not_close(broken: str) -> None:
    [one] = streams(1)
    put(batch((one, 1, 1.0)))
    keep_aside(raw(), "tests", [Aside("unreadable", WRONG, b"?")], received_at=NOON)
    assert all(one.closes for one in counted(NOON))
    with connection.cursor() as cursor:
        cursor.execute(broken)
    assert not all(one.closes for one in counted(NOON))


def test_a_senders_log_shows_what_was_lost_on_the_way() -> None:
    [one] = streams(1)
    put(batch(*((one, n, 1.0) for n in range(10))), source="yard")
    put(batch((one, 0, 1.0)), source="yard")
    counts = counted(NOON)
    assert [one.closes for one in compare([Sent("yard", NOON, 10)], counts)] == [True]  # each reading logged once
    assert [one.closes for one in compare([Sent("yard", NOON, 11)], counts)] == [True]  # each attempt
    [lost] = compare([Sent("yard", NOON, 12)], counts)
    assert (lost.lost, lost.closes) == (1, False)
    [unsent] = compare([Sent("yard", NOON, 7)], counts)
    assert (unsent.unsent, unsent.closes) == (3, False)
    assert compare([Sent("gate", NOON, 4)], counts) == [Against("gate", 4, 0, 0)]


def test_what_was_sent_before_the_hour_and_came_after_it_is_not_lost() -> None:
    [one] = streams(1)
    put(batch((one, 1, 1.0)), source="yard")
    put(batch((one, 2, 1.0), (one, 3, 1.0)), source="yard", at=NOON + HOUR)
    [told] = compare([Sent("yard", NOON, 2)], counted(NOON))
    assert (told.received, told.closes) == (2, True)


def test_a_log_is_csv_or_json_lines() -> None:
    csv = ["source,hour,sent", "yard,2026-11-23T12:00:00Z,3", "", "gate,2026-11-23T20:10:00+08:00,4"]
    lines = ['{"source": "yard", "hour": "2026-11-23T12:00", "sent": 3}']
    assert read_log(csv) == [Sent("yard", NOON, 3), Sent("gate", NOON, 4)]
    assert read_log(lines) == [Sent("yard", NOON, 3)]
    assert read_log([]) == []


@pytest.mark.parametrize(
    "lines", [["{"], ["source,hour", "yard,2026-11-23"], ["source,hour,sent", "yard,noon,3"], ["source,hour,sent", "y,2026-11-23,-1"]]
)  # fmt: skip
def test_a_log_that_says_something_else_is_refused_by_its_line(lines: list[str]) -> None:
    with pytest.raises(UnreadableLog):
        read_log(lines)
