# SPDX-License-Identifier: Apache-2.0
"""Workers sign the log, take heads outside when it is time, and check all of it when asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from belltower.core.jobs import works
from belltower.core.jobs.actions import ask
from belltower.core.jobs.models import Job
from belltower.core.jobs.worker import serve
from belltower.core.ledger import anchors, heads
from belltower.core.ledger.anchor_rules import Anchoring, Way
from belltower.core.ledger.entries import record
from belltower.kernel.actors import Actor

pytestmark = pytest.mark.django_db(transaction=True)
BY = Actor.system("tests")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for heads, and a key of this test's."""
    monkeypatch.setattr(settings, "BELLTOWER_LEDGER_KEY", tmp_path / "key")
    monkeypatch.setattr(settings, "BELLTOWER_ANCHORING", Anchoring(folder=tmp_path / "heads"))
    record("tests.something", by=BY)
    return tmp_path / "heads"


def test_a_worker_signs_what_was_written_and_takes_it_outside(folder: Path) -> None:
    """Its first look signs and asks; the job hands over; nothing more is due for a day."""
    serve(until_empty=True)
    signed = heads.newest()
    assert signed
    [held] = anchors.held_outside()
    assert held.size <= signed.size
    [job] = Job.objects.filter(work=works.ANCHOR)
    assert job.result == {"folder": f"{held.size} head-{held.size:012}.json"}
    works.keep_the_log(datetime.now(UTC))
    works.ask_for_anchors(datetime.now(UTC) + timedelta(hours=23))
    assert Job.objects.filter(work=works.ANCHOR).count() == 1
    works.ask_for_anchors(datetime.now(UTC) + timedelta(hours=25))
    assert Job.objects.filter(work=works.ANCHOR).count() == 2


def test_while_one_is_under_way_no_other_is_asked_for() -> None:
    works.keep_the_log(datetime.now(UTC))
    for _ in range(2):
        works.ask_for_anchors(datetime.now(UTC))
    assert Job.objects.filter(work=works.ANCHOR).count() == 1


def test_a_verification_tells_how_it_went() -> None:
    works.keep_the_log(datetime.now(UTC))
    anchors.anchor(Way.FOLDER, now=datetime.now(UTC))
    ask(works.VERIFY, by=BY, why="to know")
    assert works.verification_under_way()
    serve(until_empty=True)
    done = works.last_verification()
    assert done
    assert done.result
    assert done.result["is_whole"] is True
    assert done.result["against"] == 1
    assert done.result["entries"] > 0
    assert works.verification_under_way() is None
