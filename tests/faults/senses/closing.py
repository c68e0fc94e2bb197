# SPDX-License-Identifier: Apache-2.0
"""Whether it closes: senders' logs against what is stored and counted, and alarms against the readings they judge."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from tests.faults.installation import Installation, wait_until
from tests.faults.senses.scene import DEAD_BAND, HIGH

LATE = 1
Reading = tuple[str, int, float]


@dataclass
class Sent:
    """A sender's log: what it sent, by what number, and how its attempts ended."""

    readings: set[Reading] = field(default_factory=set)
    waiting: set[int] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    by_hour: Counter[str] = field(default_factory=Counter)
    again: Counter[int] = field(default_factory=Counter)


def read(log: Path) -> Sent:
    """The log of one sender."""
    sent = Sent()
    for line in log.read_text(encoding="utf-8").splitlines():
        said = json.loads(line)
        if "sent" in said:
            sent.waiting.add(said["sent"])
            sent.readings |= {(key, at, value) for key, at, value in said["rows"]}
            sent.by_hour[f"{datetime.fromtimestamp(said['when'], UTC):%Y-%m-%dT%H:00:00+00:00}"] += len(said["rows"])
        elif "acknowledged" in said:
            sent.waiting.remove(said["acknowledged"])
        elif "again" in said:
            sent.again[said["status"]] += 1
        else:
            sent.faults.append(line)
    return sent


def check(installation: Installation, logs: dict[str, Path]) -> str:
    """Everything, once all senders rest; what there was to see, in a line."""
    sent = {sender: read(log) for sender, log in logs.items()}
    for sender, one in sent.items():
        assert not one.faults, f"{sender} was answered {one.faults[:3]}"
        assert not one.waiting, f"{sender} was never told that {sorted(one.waiting)[:3]} are kept"
    wanted = {reading for one in sent.values() for reading in one.readings}
    wait_until(lambda: _at_rest(installation, len(wanted)), 60, lambda: _difference(installation, wanted))
    rows = stored(installation)
    assert {row[:3] for row in rows} == wanted, _difference(installation, wanted)
    assert len(rows) == len(wanted), "a reading is stored twice"
    check_counts(installation, {sender: one.by_hour for sender, one in sent.items()}, logs)
    raised = check_alarms(installation, rows)
    again: Counter[int] = sum((one.again for one in sent.values()), Counter())
    return f"{len(wanted)} readings, sent again {dict(again)}; {raised} alarms raised"


def _at_rest(installation: Installation, count: int) -> bool:
    with installation.connect() as connection:
        there, landed = (
            (connection.execute(f"SELECT count(*) FROM observations_{table}").fetchone() or (0,))[0]
            for table in ("reading", "landing")
        )
        return bool(there >= count and not landed)


def _difference(installation: Installation, wanted: set[Reading]) -> str:
    there = {row[:3] for row in stored(installation)}
    lost, unknown = sorted(wanted - there), sorted(there - wanted)
    return f"{len(lost)} lost {lost[:5]}, {len(unknown)} never sent {unknown[:5]}"


def stored(installation: Installation) -> list[tuple[str, int, float, int]]:
    """Stream, instant (µs), value and flags of every reading, by stream and instant."""
    with installation.connect() as connection:
        return connection.execute(
            "SELECT s.key, (extract(epoch FROM r.at) * 1000000)::bigint, r.value, r.flags FROM observations_reading r"
            " JOIN observations_datastream s ON s.id = r.stream ORDER BY 1, 2"
        ).fetchall()


def check_counts(installation: Installation, by_hour: dict[str, Counter[str]], logs: dict[str, Path]) -> None:
    """`belltower conservation`: each source closes in itself, against its sender's log, and by the rows themselves."""
    file = next(iter(logs.values())).with_name("sent.jsonl")
    lines = [{"source": s, "hour": h, "sent": n} for s, hours in by_hour.items() for h, n in hours.items()]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    asked = [installation.python, "-m", "belltower", "conservation", "--rows", "--against", str(file)]
    done = subprocess.run(asked, env=installation.environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": closes") == len(by_hour), done.stdout


def check_alarms(installation: Installation, rows: Sequence[tuple[str, int, float, int]]) -> int:
    """Each alarm's life is what its stream's readings say, in order, each step once; how often alarms were raised."""
    with installation.connect() as connection:
        lives: dict[str, list[tuple[Any, ...]]] = {}
        for key, *step in connection.execute(
            "SELECT s.key, (extract(epoch FROM t.at) * 1000000)::bigint, t.before, t.after FROM alarms_transition t"
            " JOIN alarms_alarm a ON a.definition_id = t.alarm_id JOIN observations_datastream s ON s.id = a.stream_id"
            " ORDER BY t.id"
        ).fetchall():
            lives.setdefault(key, []).append(tuple(step))
        occurrences = dict(connection.execute(
            "SELECT s.key, a.occurrences FROM alarms_alarm a JOIN observations_datastream s ON s.id = a.stream_id"
        ).fetchall())  # fmt: skip
    raised = 0
    for key, those in groupby(rows, key=lambda row: row[0]):
        expected = list(judged((at, value) for _, at, value, flags in those if not flags & LATE))
        assert lives.get(key, []) == expected, f"the life of the alarm of {key}"
        count = sum(after == "unacknowledged" for _, _, after in expected)
        assert occurrences[key] == count
        raised += count
    return raised


def judged(readings: Iterable[tuple[int, float]]) -> Iterable[tuple[int, str, str]]:
    """The life of a high alarm without delays that nobody acknowledges, as one would read it from a chart."""
    state, is_high = "normal", False
    for at, value in readings:
        if not is_high and value > HIGH:
            yield at, state, "unacknowledged"
            state, is_high = "unacknowledged", True
        elif is_high and value < HIGH - DEAD_BAND:
            yield at, state, "returned_unacknowledged"
            state, is_high = "returned_unacknowledged", False
