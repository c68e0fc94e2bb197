# SPDX-License-Identifier: Apache-2.0
"""kill -9 at every step of a closing: a day lies in its partition or in its verified file, never in neither."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import connection

from belltower.core.observations.lake import files
from belltower.core.observations.lake.errors import LakeBusy
from belltower.core.observations.lake.tests.ponds import FIRST, all_of, close, hot, put_rows
from belltower.core.observations.lake.tests.test_closing import _lake as _lake
from belltower.core.observations.models import LakeDay
from belltower.core.observations.tests.senses import streams

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = ("read", "write", "verify", "name", "drop", "commit", "tidy")
AFTER_THE_FILE = STEPS[4:]


@pytest.fixture
def closer(_lake) -> Iterator[subprocess.Popen[str]]:  # type: ignore[no-untyped-def]
    place = connection.settings_dict
    url = f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}&options=-c%20belltower.sees%3Dall"
    process = subprocess.Popen(
        [sys.executable, "-m", "belltower.core.observations.lake.tests.killed", str(settings.BELLTOWER_LAKE)],
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "belltower.project.settings"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield process
    process.communicate(timeout=60)


def test_a_day_is_in_its_partition_or_in_its_file_wherever_the_closing_is_killed(
    closer: subprocess.Popen[str],
) -> None:
    [one] = streams(1)
    for number, step in enumerate(STEPS):
        day = FIRST + timedelta(days=number)
        zero = number * 86_400.0
        put_rows((one, zero + 1, 1.0), (one, zero + 2, 2.0))
        dies_and_nothing_is_lost(closer, day, step)
        if step in AFTER_THE_FILE:
            put_rows((one, zero + 1.5, 3.0))  # late: the next closing merges, and the older file must outlive it
            dies_and_nothing_is_lost(closer, day, step)


def dies_and_nothing_is_lost(closer: subprocess.Popen[str], day: date, step: str) -> None:
    before = all_of()
    assert closer.stdin
    assert closer.stdout
    closer.stdin.write(f"{day} {step}\n")
    closer.stdin.flush()
    assert closer.stdout.readline().strip() == "-9", f"killed at {step}"
    when_the_server_has_noticed()
    assert all_of() == before
    lies_in_file = is_whole(day)
    assert lies_in_file or day in hot()
    assert lies_in_file or step != "tidy", "after the commit the file is named"
    close(day)
    assert all_of() == before
    assert is_whole(day)
    assert day not in hot()
    folder = files.path_of(files.name_of(day, 0)).parent
    assert [path.name for path in folder.iterdir()] == [files.path_of(LakeDay.objects.get(day=day).file).name]


def is_whole(day: date) -> bool:
    """Whether the manifest names a file of that day; then it must be what was verified."""
    row = LakeDay.objects.filter(day=day).first()
    if row is None:
        return False
    found = files.tally_of(files.path_of(row.file))
    assert (found.rows, found.digest) == (row.rows, bytes(row.digest))
    return True


def when_the_server_has_noticed() -> None:
    """The killed one's lock is gone; a day that is not there is closed without effect, when nobody else closes one."""
    until = time.monotonic() + 20
    while True:
        try:
            close(FIRST - timedelta(days=300))
            return
        except LakeBusy:
            assert time.monotonic() < until, "the lock of a killed closing is held"
