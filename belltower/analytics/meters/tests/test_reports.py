# SPDX-License-Identifier: Apache-2.0
"""Files of pulses and labels: what is read, what is put aside with its line, what is refused."""

from __future__ import annotations

import json

import pytest

from belltower.analytics.meters.refusals import NoMeterFile
from belltower.analytics.meters.reports import day_of, read_labels, read_pulses


def line(device: str, date: str, report: object) -> str:
    quoted = json.dumps(report).replace('"', '""')
    return f'{device},{date},"{quoted}"'


GROUPS = [{"t": "00:18", "d": "1|"}, {"t": "09:07", "d": "1|0|2|"}, {"t": "23:59", "d": "1|5|"}]


def test_groups_are_pulses_by_the_minute_from_their_time_on() -> None:
    """What a group says beyond midnight belongs to no day of ours."""
    reading = read_pulses(["device_id_encoded,date,data", line("D1", "240131", {"data": GROUPS, "Result": "SUCCESS"})])
    assert (reading.days.device, reading.days.day) == (["D1"], ["2024-01-31"])
    assert reading.days.minute.tolist() == [18, 547, 549, 1439]
    assert reading.days.count.tolist() == [1, 1, 2, 1]


def test_a_report_that_did_not_succeed_is_a_day_not_known() -> None:
    reading = read_pulses(["device,date,data", line("D1", "240131", {"data": [], "Result": "TIMEOUT"})])
    assert reading.days.is_known.tolist() == [False]


def test_what_cannot_be_read_is_put_aside_with_its_line() -> None:
    wrong = ['D1,240131,"{"', line("D2", "240131", {"Result": "SUCCESS"}), line("D3", "yesterday", {"data": []}),
             line("D4", "240131", {"data": [{"t": "noon", "d": "1|"}]}), line("D5", "240131", {"data": []})]  # fmt: skip
    reading = read_pulses(["device,date,data", *wrong])
    assert reading.days.device == ["D5"]
    assert [number for number, _ in reading.unreadable] == [2, 3, 4, 5]


@pytest.mark.parametrize("text", ["2024-01-31", "2024/1/31", "20240131", "240131"])
def test_a_day_is_read_in_each_of_its_spellings(text: str) -> None:
    assert day_of(text) == "2024-01-31"


def test_labels_are_by_meter_and_reported_day_and_one_leak_is_a_leak() -> None:
    lines = ["device_id_encoded,usage_encoded,date_report,date_inspect,label",
             "D1,U002,2024/01/01,2024/01/02,NORMAL", "D1,U002,2024/01/01,2024/01/05,LEAKAGE", "D2,U001,2024/01/01,2024/01/01,NORMAL"]  # fmt: skip
    assert read_labels(lines) == {("D1", "2024-01-01"): True, ("D2", "2024-01-01"): False}


def test_another_file_is_refused_by_the_column_it_lacks() -> None:
    with pytest.raises(NoMeterFile, match="has no column data"):
        read_pulses(["device,date,label"], file="labels.csv")
