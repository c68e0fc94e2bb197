# SPDX-License-Identifier: Apache-2.0
"""The promises of conformance.yaml: told as stories, kept by both engines, whole and restarted after every event."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from belltower.analytics.alarms import engine, reference
from belltower.analytics.alarms.definitions import AlarmPoint, Definitions, define
from belltower.analytics.alarms.log import Event, Log, command, log_of, reading, tick
from belltower.analytics.alarms.state import fresh, from_bytes
from belltower.analytics.alarms.states import AlarmState, Command, Kind, Quality
from belltower.analytics.alarms.transitions import joined

SECOND = 1_000_000
NOON = 1_700_000_000 * SECOND
A, B = 100, 200
ALARM, SUPPRESSOR = 1, 2
TOLD: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "conformance.yaml").read_text(encoding="utf-8"))


def definitions_of(case: dict[str, Any]) -> Definitions:
    said = {**TOLD["defaults"], **case.get("alarm", {})}
    kind = Kind[said.pop("kind")]
    reference_stream = B if said.pop("against_b", False) else None
    armed = NOON + said.pop("armed") * SECOND if "armed" in said else 0
    delays = {
        f"{name}_us": said.pop(name) * SECOND for name in ("on_delay", "off_delay", "stale_after") if name in said
    }
    above = case.get("suppressed_above")
    points = [AlarmPoint(alarm=ALARM, stream=A, kind=kind, reference=reference_stream, armed_us=armed,
                         suppressed_by=SUPPRESSOR if above else None, **delays, **said)]  # fmt: skip
    if above:
        points.append(AlarmPoint(alarm=SUPPRESSOR, stream=A, kind=Kind.HIHI, limit=above))
    return define(points)


def event_of(second: int, what: object) -> Event:
    at = NOON + second * SECOND
    match str(what).split():
        case ["tick"]:
            return tick(at)
        case ["nan"]:
            return reading(0, at, float("nan"))
        case ["bad", value]:
            return reading(0, at, float(value), Quality.BAD)
        case ["b", value]:
            return reading(1, at, float(value))
        case ["suppressor", word]:
            return command(1, Command[word.upper()], at)
        case ["shelve", "until", end]:
            return command(0, Command.SHELVE, at, until=NOON + int(end) * SECOND)
        case [word] if word.upper() in Command.__members__:
            return command(0, Command[word.upper()], at)
    return reading(0, at, float(str(what)))


@pytest.mark.parametrize("step", [engine.step, reference.step], ids=["fast", "slow"])
@pytest.mark.parametrize("case", TOLD["cases"], ids=lambda case: case["name"])
def test_the_engine_keeps_its_promises(case: dict[str, Any], step: Any) -> None:
    definitions = definitions_of(case)
    log = log_of([event_of(*line) for line in case["story"]])
    state, made = step(fresh(definitions), log, int(log.at.max()), definitions)
    rows = made.rows[made.rows["alarm"] == 0]
    found = [[(row["at"] - NOON) / SECOND, AlarmState(row["after"]).name] for row in rows]
    assert found == case["so"]
    counts = {name: int(state.counts[name][0]) for name in ("late", "bad", "idle")}
    assert counts == {name: case.get(name, 0) for name in counts}
    assert restarted_after_every_event(step, log, definitions) == (state.to_bytes(), made.to_bytes())


def restarted_after_every_event(step: Any, log: Log, definitions: Definitions) -> tuple[bytes, bytes]:
    kept, parts = fresh(definitions).to_bytes(), []
    for row in range(len(log)):
        state, made = step(from_bytes(kept), log.cut(row, row + 1), int(log.at.max()), definitions)
        kept = state.to_bytes()
        parts.append(made)
    return kept, joined(parts).to_bytes()
