# SPDX-License-Identifier: Apache-2.0
"""A file of past cases is taken in whole, once, with what it does not know left unknown."""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from belltower.core.cases.models import Case, CaseStep
from belltower.core.cases.table import State
from belltower.core.intake import taking
from belltower.core.intake.errors import BadIntakeMapping, IntakeColumns, NoSuchMapping
from belltower.core.intake.mapping import read
from belltower.core.intake.models import Intake, Origin
from belltower.core.intake.nowhere import Counting, Nowhere, by_rule
from belltower.core.intake.on_time import on_time
from belltower.core.intake.summary import counts
from belltower.core.places.actions.city import use_profile
from belltower.core.places.city import load_profile
from belltower.kernel.actors import Actor

pytestmark = pytest.mark.django_db

BY = Actor.system("test")
NOW = datetime(2026, 11, 24, tzinfo=UTC)
COLUMNS = ("SRRecordID", "SRType", "CreatedDate", "SRStatus", "DueDate", "CloseDate", "Longitude", "Latitude", "Address", "Agency")  # fmt: skip
MARCH = "03/07/2015 10:00:00 PM", "03/09/2015 10:00:00 PM"
"""Two local days over the night in which the clocks of New York went forward: 47 hours."""
ROWS = (
    ("a", "Pothole", "07/01/2015 10:00:00 PM", "Closed", "07/03/2015 10:00:00 PM", "07/03/2015 10:00:00 PM", "-76.6", "39.3", "1 ELM ST", "T"),
    ("b", "Pothole", "07/02/2015 09:00:00 AM", "Closed (Duplicate)", "07/04/2015 09:00:00 AM", "07/02/2015 09:30:00 AM", "-76.6", "39.3", "1 Elm St, MD", "T"),
    ("c", "Pothole", "07/01/2015 10:05:00 PM", "Closed", "07/03/2015 10:05:00 PM", "07/09/2015 10:00:00 PM", "-76.6", "39.3", "1 ELM ST", "T"),
    ("a", "Pothole", "07/01/2015 10:00:00 PM", "Closed", "07/03/2015 10:00:00 PM", "07/03/2015 10:00:00 PM", "-76.6", "39.3", "1 ELM ST", "T"),
    ("d", "Pothole", MARCH[0], "Closed", MARCH[1], "03/09/2015 10:30:00 PM", "-77", "39", "2 OAK ST", "T"),
    ("e", "Pothole", "07/05/2015 01:00:00 PM", "Closed", "", "07/06/2015 01:00:00 PM", "", "", "3 FIR ST", "T"),
    ("f", "Rats", "07/05/2015 01:00:00 PM", "Open", "", "", "-76.61", "39.31", "4 ASH ST", "H"),
    ("g", "Rats", "07/05/2015 01:00:00 PM", "Open (Duplicate)", "", "", "-76.7", "39.4", "9 FAR ST", "H"),
    ("h", "Rats", "yesterday", "Open", "", "", "", "", "=1+1", "H"),
    ("i", "Rats", "03/08/2015 02:30:00 AM", "Open", "", "", "", "", "", "H"),
    ("j", "Rats", "07/05/2015 01:00:00 PM", "Odd", "", "", "", "", "", "H"),
    ("k", "Rats", "07/05/2015 01:00:00 PM", "Closed", "", "07/04/2015 01:00:00 PM", "", "", "", "H"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def city() -> None:
    use_profile(load_profile("hengyang"), by=BY)


def write(folder: Path) -> Path:
    path = folder / "past.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *ROWS])
    return path


def take(folder: Path, path: Path | None = None) -> Intake:
    path = path or write(folder)
    return taking.take_in(path, mapping=None, aside=folder / "aside.csv", by=BY, now=NOW)


def test_rows_become_cases_and_every_row_keeps_its_origin(tmp_path: Path) -> None:
    told = counts(take(tmp_path))
    assert (told["rows"], told["cases"], told["kept_aside"]) == (12, 5, 4)
    assert told["joined"] == {"said": 1, "same_matter": 1, "same_number": 1}
    assert told["place_unknown"] == {"missing": 1, "whole_degree": 1}
    first = Case.objects.get(origins__row=2)
    assert {one.number for one in first.origins.all()} == {"a", "b", "c"}
    assert first.reported_at == datetime(2015, 7, 2, 2, 0, tzinfo=UTC), "ten in the evening in New York"
    assert list(first.steps.values_list("step", "state")) == [("report", "reported"), ("close", "closed")]
    assert CaseStep.objects.get(case=first, number=2).about["imported"], "nobody checked it here, and its step says so"
    assert Case.objects.get(origins__number="d").lon is None
    assert Case.objects.get(origins__number="g").state == State.DECLINED
    assert Case.objects.get(origins__number="f").due_at is not None


def test_unreadable_rows_stand_in_a_file_that_no_spreadsheet_runs(tmp_path: Path) -> None:
    take(tmp_path)
    with (tmp_path / "aside.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["SRRecordID"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"h", "i", "j", "k"}
    assert rows["h"]["Address"] == "'=1+1"
    assert "yesterday" in rows["h"]["reason"]
    assert rows["h"]["row"] == "10"


def test_on_time_by_our_clocks_and_by_the_file_and_why_they_differ(tmp_path: Path) -> None:
    take(tmp_path)
    told = on_time()
    assert told["zone"] == "America/New_York"
    assert told["by_the_file"] == {"judged": 5, "on_time": 3, "share": 0.6}
    assert told["by_our_clocks"] == {"judged": 3, "on_time": 3, "share": 1.0}
    assert told["differences"] == {
        "clocks_changed_in_between": {"file late, ours on time": 1},
        "joined_to_another_row": {"file late, ours not judged": 1, "file on time, ours not judged": 2},
        "no_due_in_the_file": {"file not judged, ours on time": 1},
    }


def test_ended_anywhere_it_goes_on_there_and_takes_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "AT_ONCE", 3)

    def power_cut(rows: int) -> None:
        if rows >= 6:
            raise KeyboardInterrupt

    path = write(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        taking.take_in(path, mapping=None, aside=tmp_path / "aside.csv", by=BY, now=NOW, tell=power_cut)
    assert (Intake.objects.get().rows, Origin.objects.count(), Case.objects.count()) == (6, 6, 0)
    assert counts(take(tmp_path, path))["cases"] == 5
    assert (counts(take(tmp_path, path))["rows"], Origin.objects.count(), Case.objects.count()) == (12, 8, 5)


def test_points_are_unknown_by_rule_and_by_counting() -> None:
    assert by_rule(-77, 39) is Nowhere.WHOLE
    assert by_rule(None, 39.1) is Nowhere.MISSING
    assert by_rule(39.1, -276.1) is Nowhere.NO_PLACE
    assert by_rule(-76.61, 39.0) is None
    counting = Counting()
    counting.add((-76.5, 39.5, f"{n} ELM ST") for n in range(6))
    counting.add((-76.6, 39.3, "200 HOLLIDAY ST, MD 21202") for _ in range(50))
    assert counting.repeated() == {(-76.5, 39.5)}, "an office is a place however many papers arrive there"
    bare = Counting()
    bare.add([(-76.5, 39.5, "")] * 30 + [(n / 7, 1.5, "") for n in range(500)])
    assert bare.repeated() == {(-76.5, 39.5)}


def test_a_mapping_is_refused_with_its_line_and_a_file_without_the_columns(tmp_path: Path) -> None:
    text = (taking.choose.__globals__["READY"] / "baltimore.yaml").read_text(encoding="utf-8")
    with pytest.raises(BadIntakeMapping, match=r"line 4.*time zone"):
        read(text.replace("America/New_York", "Baltimore"), file="m.yaml")
    with pytest.raises(BadIntakeMapping, match="did you mean 'closed'"):
        read(text.replace("Closed: closed", "Closed: close"), file="m.yaml")
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(NoSuchMapping):
        take(tmp_path, tmp_path / "x.csv")
    with pytest.raises(IntakeColumns, match="SRType"):
        taking.take_in(tmp_path / "x.csv", mapping="baltimore", aside=tmp_path / "a", by=BY, now=NOW)
    assert not Intake.objects.exists()


REAL = Path(os.environ.get("BELLTOWER_DATA", "../shared/data")) / "service_requests" / "baltimore.csv"


@pytest.mark.skipif(not REAL.is_file(), reason=f"no {REAL}: set BELLTOWER_DATA")
def test_a_city_s_real_requests_are_as_much_on_time_by_our_clocks(tmp_path: Path) -> None:
    """Each eighth row of the file, so that it takes seconds."""
    lines = REAL.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    (tmp_path / "part.csv").write_text("".join([lines[0], *lines[1::8]]), encoding="utf-8")
    intake = take(tmp_path, tmp_path / "part.csv")
    told = on_time(intake)
    explained = sum(sum(each.values()) for each in told["differences"].values())
    assert (intake.rows, intake.kept_aside) == (len(lines[1::8]), 0)
    assert abs(told["by_the_file_of_rows_that_both_judge"]["share"] - told["by_our_clocks"]["share"]) < 0.001
    assert explained < 0.03 * told["rows"]
