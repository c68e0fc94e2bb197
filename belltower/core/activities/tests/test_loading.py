# SPDX-License-Identifier: Apache-2.0
"""A file of activities is read row by row, and refused where its columns are not those of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from belltower.core.activities.actions import Done
from belltower.core.activities.loading import read_csv
from belltower.kernel.errors import Unreadable


def test_a_row_is_an_activity_with_the_fields_that_it_has(tmp_path: Path) -> None:
    file = tmp_path / "visits.csv"
    file.write_text(
        "\ufeffactivity,subject,at,by,was_let_in,note\nhome_visit,H-1,2026-11-01T08:00+08:00,gas,yes,\n", "utf-8"
    )
    [read] = read_csv(file)
    assert read == Done("home_visit", "H-1", "2026-11-01T08:00+08:00", {"was_let_in": "yes"}, "gas", 2)
    file.write_text("activity,what\nhome_visit,H-1\n", "utf-8")
    with pytest.raises(Unreadable, match="lacks the columns subject, at"):
        list(read_csv(file))
