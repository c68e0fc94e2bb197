# SPDX-License-Identifier: Apache-2.0
"""Checks of the sources of readings: each has a bridge that is connected; and a broker beside us throws nothing away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg

from belltower.project import database
from belltower.project.doctor.finding import Finding, fine, note, wrong

MOSQUITTO = Path("/etc/mosquitto/mosquitto.conf")
SILENT_AFTER_S = 20
_GUIDE = "docs/guides/mqtt.md, 'Nothing that was acknowledged is lost'."
_ASK = """
    SELECT s.key, coalesce(t.state, ''), coalesce(extract(epoch FROM now() - t.told_at), 1e9), t.error->>'en'
    FROM sources_source s LEFT JOIN sources_standing t ON t.source = s.key WHERE s.is_on ORDER BY s.key
"""


def sources_state() -> Iterator[Finding]:
    """One line for each source that is switched on. Nothing where the database cannot be asked: another check says so."""
    try:
        with psycopg.connect(database.url(), options=database.SEES_ALL, connect_timeout=10) as connection:
            rows = connection.execute(_ASK).fetchall()
    except psycopg.Error:
        return
    for key, state, silent_s, error in rows:
        yield _source(key, state, float(silent_s), error)


def _source(key: str, state: str, silent_s: float, error: str | None) -> Finding:
    check = f"source {key}"
    if silent_s > SILENT_AFTER_S:
        return wrong(check, "no bridge works for it", "A worker keeps it: `belltower run`.")
    if state != "connected":
        return wrong(check, error or state, "The page Sources of the console says since when.")
    return fine(check, "connected")


def mosquitto_settings(file: Path = MOSQUITTO) -> Iterator[Finding]:
    """What a Mosquitto on this machine would throw away; nothing is said where there is none."""
    if not file.is_file():
        return
    said = _settings(file)
    lossy = []
    if said.get("max_queued_messages", "1000") != "0":
        lossy.append(f"max_queued_messages is {said.get('max_queued_messages', '1000')}, 0 loses nothing")
    if said.get("persistence", "false") != "true":
        lossy.append("persistence is false: what is queued is lost when it stops")
    elif unsaved := _unsaved(said):
        lossy.append(f"{unsaved} when it is killed: autosave_on_changes true with autosave_interval 1 saves each")
    if lossy:
        yield note("mosquitto", f"{file}: {'; '.join(lossy)}", _GUIDE)
    else:
        yield fine("mosquitto", f"{file} keeps what we have not acknowledged")


def _unsaved(said: dict[str, str]) -> str:
    """What is not in its file yet, and lost, when it is killed; nothing where each change is saved at once."""
    interval = said.get("autosave_interval", "1800")
    if said.get("autosave_on_changes", "false") == "true":
        return "" if interval == "1" else f"up to {interval} messages are lost"
    return "all that is queued is lost" if interval == "0" else f"what was queued in the last {interval} s is lost"


def _settings(file: Path) -> dict[str, str]:
    """The settings of a configuration and of the folders it includes; the last word of each holds."""
    found: dict[str, str] = {}
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        name, _, value = line.strip().partition(" ")
        if name == "include_dir":
            for each in sorted(Path(value.strip()).glob("*.conf")):
                found |= _settings(each)
        elif name and not name.startswith("#"):
            found[name] = value.strip()
    return found
