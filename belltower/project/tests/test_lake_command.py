# SPDX-License-Identifier: Apache-2.0
"""`belltower lake` closes days, says what is there, and finds a file that is not what was verified."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from belltower.core.observations.lake import files, keeping
from belltower.core.observations.lake.tests.ponds import FIRST, close, hot, put_rows
from belltower.core.observations.lake.tests.test_closing import _lake as _lake
from belltower.core.observations.lake.tests.test_closing import asked_ids, revise
from belltower.core.observations.models import LakeDay
from belltower.core.observations.tests.senses import streams
from belltower.project import database
from belltower.project.commands.lake import command

pytestmark = pytest.mark.django_db(transaction=True)
SECOND_DAY = FIRST + timedelta(days=1)


@pytest.fixture(autouse=True)
def _served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "ready", contextlib.nullcontext)


def run(*words: str) -> Result:
    return CliRunner().invoke(command, list(words), catch_exceptions=False)


def test_the_command_closes_a_day_and_says_what_is_there() -> None:
    put_rows((streams(1)[0], 1, 1.0))
    assert "1 rows  readings/day=2026-11-10/part-0.parquet" in run("close", "2026-11-10").output
    assert hot() == []
    assert LakeDay.objects.get().digest.hex()[:16] in run("days").output


@pytest.mark.parametrize("harm", ["gone", "cut", "other rows"])
def test_a_file_that_is_not_what_was_verified_is_found(harm: str) -> None:
    [one] = streams(1)
    put_rows((one, 1, 1.0), (one, 86_401, 2.0))
    close()
    close(SECOND_DAY)
    assert (run("verify").exit_code, list(keeping.verify())) == (0, [])
    first, second = (files.path_of(row.file) for row in LakeDay.objects.all())
    if harm == "gone":
        first.unlink()
    elif harm == "cut":
        first.write_bytes(first.read_bytes()[:-20])
    else:
        first.write_bytes(second.read_bytes())
    found = run("verify")
    assert found.exit_code == 1
    assert "BAD   2026-11-10" in found.output
    assert [fault.day for fault in keeping.verify()] == [FIRST]


def test_the_command_merges_what_was_changed_since() -> None:
    [one] = streams(1)
    put_rows((one, 1, 1.0))
    close()
    revise(asked_ids()[0], one, 1, 5.0)
    assert run("compact").exit_code == 0
    assert keeping.merging() == []
