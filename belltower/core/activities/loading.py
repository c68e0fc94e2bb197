# SPDX-License-Identifier: Apache-2.0
"""Activities out of a CSV file: one a row, with the columns activity, subject, at, by, and the declared fields."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from belltower.core.activities.actions import Done
from belltower.kernel.errors import Unreadable
from belltower.kernel.texts import Text

COLUMNS = ("activity", "subject", "at", "by")
_FILE = Text(zh="作业文件“{file}”", en="the file of activities '{file}'")


def read_csv(path: Path) -> Iterator[Done]:
    """What the rows tell, the first after the header being row 2. Raises Unreadable where the columns are not there."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if missing := [name for name in COLUMNS[:3] if name not in (rows.fieldnames or ())]:
            reason = Text(zh=f"缺少列 {'、'.join(missing)}", en=f"it lacks the columns {', '.join(missing)}")
            raise Unreadable(what=_FILE.format(file=path.name), reason=reason)
        for number, row in enumerate(rows, start=2):
            fields = {name: value for name, value in row.items() if name not in COLUMNS and value}
            yield Done(
                row["activity"] or "", row["subject"] or "", row["at"] or "", fields, row.get("by") or "", number
            )
