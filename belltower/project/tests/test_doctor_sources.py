# SPDX-License-Identifier: Apache-2.0
"""The doctor says which source has no connected bridge, and what a Mosquitto beside us would throw away."""

from __future__ import annotations

from pathlib import Path

from belltower.project.doctor.finding import Verdict
from belltower.project.doctor.sources import _source, mosquitto_settings


def test_a_source_without_a_connected_bridge_is_wrong() -> None:
    assert _source("gas", "connected", 3.0, None).verdict == Verdict.FINE
    away = _source("gas", "away", 3.0, "The source cannot be reached.")
    assert (away.verdict, away.saw) == (Verdict.WRONG, "The source cannot be reached.")
    assert _source("gas", "connected", 60.0, None).verdict == Verdict.WRONG


def test_mosquitto_as_it_is_installed_is_told_of_and_the_guide_s_settings_are_fine(tmp_path: Path) -> None:
    file, more = tmp_path / "mosquitto.conf", tmp_path / "conf.d"
    more.mkdir()
    file.write_text(f"# as Debian installs it\npersistence true\ninclude_dir {more}\n")
    (told,) = mosquitto_settings(file)
    assert told.verdict == Verdict.NOTE
    assert "max_queued_messages is 1000" in told.saw
    assert "in the last 1800 s is lost" in told.saw
    (more / "ours.conf").write_text("max_queued_messages 0\nautosave_on_changes true\nautosave_interval 30\n")
    (told,) = mosquitto_settings(file)
    assert "up to 30 messages are lost when it is killed" in told.saw
    (more / "ours.conf").write_text("max_queued_messages 0\nautosave_on_changes true\nautosave_interval 1\n")
    assert [one.verdict for one in mosquitto_settings(file)] == [Verdict.FINE]
    assert list(mosquitto_settings(tmp_path / "nothing")) == []
