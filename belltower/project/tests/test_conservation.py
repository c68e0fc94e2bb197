# SPDX-License-Identifier: Apache-2.0
"""`belltower conservation` prints what came, and its exit status says whether it closes."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from belltower.core.observations.storing import Aside, keep_aside
from belltower.core.observations.tests.senses import NOON, batch, put, raw, streams
from belltower.kernel.texts import Text
from belltower.project.commands import conservation

pytestmark = pytest.mark.django_db
WRONG = Text(zh="读不出", en="cannot be read")


def _run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(conservation.command, ["--since", "2026-11-23", *words])
    return done.exit_code, done.output


@pytest.fixture
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command asks the database of the test."""
    monkeypatch.setattr(conservation.database, "ready", nullcontext)


@pytest.mark.usefixtures("_here")
def test_the_command_prints_it_and_ends_with_one_when_it_does_not_close(tmp_path: Path) -> None:
    [one] = streams(1)
    put(batch((one, 1, 1.0), (one, 1, 1.0)), source="yard")
    keep_aside(raw(), "yard", [Aside("unreadable", WRONG, b"?")], received_at=NOON + timedelta(minutes=5))
    status, said = _run("--rows")
    assert (status, "refused, unreadable: 1" in said, "It closes" in said) == (0, True, True)
    log = tmp_path / "sent.jsonl"
    log.write_text(json.dumps({"source": "yard", "hour": NOON.isoformat(), "sent": 2}))
    assert _run("--against", str(log))[0] == 0
    log.write_text(json.dumps({"source": "yard", "hour": NOON.isoformat(), "sent": 4}))
    status, said = _run("--against", str(log))
    assert (status, "1 lost" in said, "does not close" in said) == (1, True, True)
