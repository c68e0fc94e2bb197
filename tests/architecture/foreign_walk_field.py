# SPDX-License-Identifier: Apache-2.0
"""How the field pages are walked by a foreign enterprise (test_foreign_enterprise.py)."""

from __future__ import annotations

from typing import Any

_ACT = {"step": "take", "text": "walk", "key": "0190b8a0-0000-7000-8000-000000000000"}
FIELD: dict[str, dict[str, Any]] = {
    "field:tasks": {"queries": ("", "lon=112.6&lat=26.9", "order=near")},
    "field:task": {"takes": {"case": "case"}},
    "field:acts": {"form": _ACT},
    "field:act_aside": {"takes": {"act": "act"}},
    "field:picture": {"takes": {"evidence": "evidence"}},
    "field:picture_small": {"takes": {"evidence": "evidence"}},
    "field:state": {},
    "field:manifest": {},
    "field:worker": {},
}
