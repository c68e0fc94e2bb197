# SPDX-License-Identifier: Apache-2.0
"""How the pages of hazards are walked by a foreign enterprise (test_foreign_enterprise.py)."""

from __future__ import annotations

from typing import Any

HAZARDS: dict[str, dict[str, Any]] = {
    "console:hazards": {"queries": ("", "by=enterprise", "by=kind", "by=month")},
    "console:hazards_csv": {"queries": ("", "by=enterprise")},
    "console:hazards_list": {"queries": ("", "by=enterprise&key=theirs-party", "only=open", "by=area&key=430405")},
    "console:hazard_sheets": {},
    "console:hazard_sheet": {"fixed": [{"uid": "00000000-0000-0000-0000-000000000001"}]},
}
