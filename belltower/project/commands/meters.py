# SPDX-License-Identifier: Apache-2.0
"""`belltower meters detect|evaluate`: leaks behind household meters, from files of their pulses. Needs no city."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from belltower.analytics.meters.detecting import Found
    from belltower.analytics.meters.reports import Reading

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def command() -> None:
    """Leaks behind household meters, from the pulses of their days. A suspicion is a reason to look, not a finding."""


@command.command()
@click.argument("file", type=_FILE)
@click.option("--all", "is_all", is_flag=True, help="tell every day, not only those that are suspect or not known")
def detect(file: Path, is_all: bool) -> None:
    """Judge each meter and day of FILE (CSV: device, date, report in JSON), as JSON."""
    reading, found = _judged(file)
    rows = [_row(reading, found, number) for number in range(len(reading.days))]
    told = [row for row in rows if is_all or row["verdict"] != "quiet"]
    unreadable = [{"line": line, "reason": reason} for line, reason in reading.unreadable]
    _say({"days": len(rows), "told": told, "meters": _meters(reading, found), "unreadable": unreadable})


@command.command()
@click.argument("pulses", type=_FILE)
@click.argument("labels", type=_FILE)
def evaluate(pulses: Path, labels: Path) -> None:
    """Precision, recall and F1 of the verdicts on PULSES beside what inspections found (LABELS), with 95 % intervals, as JSON."""
    from belltower.analytics.meters.evaluating import PUBLISHED_F1, evaluate
    from belltower.analytics.meters.reports import read_labels

    reading, found = _judged(pulses)
    with labels.open(encoding="utf-8-sig", newline="") as lines:
        leaks = read_labels(lines, file=str(labels))
    said = evaluate(reading.days, found.verdict, leaks).as_json()
    _say(said | {"unreadable": len(reading.unreadable), "published_f1": PUBLISHED_F1})


def _judged(file: Path) -> tuple[Reading, Found]:
    from belltower.analytics.meters.detecting import detect
    from belltower.analytics.meters.reports import read_pulses

    with file.open(encoding="utf-8-sig", newline="") as lines:
        reading = read_pulses(lines, file=str(file))
    return reading, detect(reading.days)


def _row(reading: Reading, found: Found, number: int) -> dict[str, Any]:
    from belltower.analytics.meters.detecting import Verdict

    minutes, since = int(found.minutes[number]), int(found.since_minute[number])
    steady = {"since": f"{since // 60:02}:{since % 60:02}", "minutes": minutes,
              "flow_lph": round(float(found.flow_lph[number]), 1)} if minutes else {}  # fmt: skip
    who = {"device": reading.days.device[number], "day": reading.days.day[number]}
    return who | {"verdict": Verdict(int(found.verdict[number])).name.lower()} | steady


def _meters(reading: Reading, found: Found) -> list[dict[str, Any]]:
    from belltower.analytics.meters.detecting import over_days

    return [{"device": one.device, "days_known": one.known, "days_suspect": one.suspect,
             "smallest_lph": None if one.smallest_lph is None else round(one.smallest_lph, 1)}
            for one in over_days(reading.days, found) if one.suspect]  # fmt: skip


def _say(what: dict[str, Any]) -> None:
    click.echo(json.dumps(what, ensure_ascii=False, indent=1))
