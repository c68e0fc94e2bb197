# SPDX-License-Identifier: Apache-2.0
"""Files of pulses and of labels, line by line into arrays. What cannot be read is counted with its line, never guessed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from belltower.analytics.meters.pulses import MINUTES, MeterDays, meter_days
from belltower.analytics.meters.refusals import NoMeterFile

DEVICE = ("device_id_encoded", "device_id", "device")
REPORTED = ("date_report", "date")
WHOLE = "SUCCESS"
LEAKAGE = "LEAKAGE"

csv.field_size_limit(10_000_000)


@dataclass(slots=True)
class Reading:
    """What a file of pulses held, and the lines that could not be read, with the reason."""

    days: MeterDays
    unreadable: list[tuple[int, str]] = field(default_factory=list)


def read_pulses(lines: Iterable[str], *, file: str = "the file") -> Reading:
    """Days of meters from CSV with a device, a date and a report in JSON: groups of pulses by the minute, from a time on.

    A report that did not succeed is a day that is not known. Raises NoMeterFile when a column is missing.
    """
    rows, (device, date, data) = _columns(lines, file, DEVICE, ("date",), ("data",))
    days: list[tuple[str, str, list[tuple[int, int]] | None]] = []
    unreadable = []
    for row in rows:
        try:
            days.append((row[device], day_of(row[date]), _pulses(json.loads(row[data]))))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            unreadable.append((rows.line_num, str(error)))
    return Reading(meter_days(days), unreadable)


def read_labels(lines: Iterable[str], *, file: str = "the file") -> dict[tuple[str, str], bool]:
    """Whether an inspection found a leak, by device and reported day; where inspections of a day differ, one leak is a leak.

    Only device, day and label are read: the other columns of such files are known only after the inspection.
    """
    rows, (device, date, label) = _columns(lines, file, DEVICE, REPORTED, ("label",))
    leaks: dict[tuple[str, str], bool] = {}
    for row in rows:
        key = (row[device], day_of(row[date]))
        leaks[key] = leaks.get(key, False) or row[label].strip().upper() == LEAKAGE
    return leaks


def day_of(text: str) -> str:
    """A day as 2024-01-31, from that, 2024/01/31, 20240131 or 240131."""
    digits = "".join(part.zfill(2) for part in text.strip().replace("-", "/").split("/"))
    digits = f"20{digits}" if len(digits) == 6 else digits
    if len(digits) != 8 or not digits.isdigit():
        raise ValueError(f"'{text}' is no day")
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


def _columns(lines: Iterable[str], file: str, *wanted: tuple[str, ...]) -> tuple[Any, list[str]]:
    rows = csv.DictReader(lines)
    there = rows.fieldnames or []
    names = [next((name for name in names if name in there), "") for names in wanted]
    if "" in names:
        raise NoMeterFile(file=file, missing=" / ".join(wanted[names.index("")]))
    return rows, names


def _pulses(report: dict[str, Any]) -> list[tuple[int, int]] | None:
    """Of a report the (minute, pulses); None when it is not whole. Pulses past midnight belong to no day of ours."""
    if report.get("Result", WHOLE) != WHOLE:
        return None
    return [pulse for group in report["data"] for pulse in _group(group)]


def _group(group: dict[str, str]) -> Iterator[tuple[int, int]]:
    hour, minute = group["t"].split(":")
    begin = int(hour) * 60 + int(minute)
    for later, count in enumerate(part for part in group["d"].split("|") if part):
        if begin + later < MINUTES:
            yield begin + later, int(count)
