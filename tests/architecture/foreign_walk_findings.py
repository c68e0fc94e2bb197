# SPDX-License-Identifier: Apache-2.0
"""How the operations on standards, findings and activities are walked by a foreign enterprise (test_foreign_enterprise.py)."""

from __future__ import annotations

from typing import Any

_FINDING = {"takes": {"uid": "finding"}}
FINDINGS: dict[str, dict[str, Any]] = {
    "api:list_standards": {},
    "api:list_clauses": {"queries": ("", "state=draft&state=in_review", "on=2026-11-23", "document=poles.lights")},
    "api:list_findings": {
        "queries": ("", "state=open", "kind=street_light", "area=430405002", "clause=poles.bright_enough")
    },
    "api:get_finding": _FINDING,
    "api:explain_finding": _FINDING,
    "api:list_activities": {"queries": ("", "since=2024-01-01T00:00:00Z")},
    "api:record_activities": {},
}
