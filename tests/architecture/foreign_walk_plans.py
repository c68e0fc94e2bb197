# SPDX-License-Identifier: Apache-2.0
"""How the planning studio is walked by a foreign enterprise (test_foreign_enterprise.py): they see none of it."""

from __future__ import annotations

from typing import Any

_NOBODYS = {"takes": {"uid": "plan"}}
PLANS: dict[str, dict[str, Any]] = {
    "console:plans": {},
    "console:plan_new": {
        "form": {"title": "走查", "kind": "city_station", "reach": "1000", "new": "2", "seconds": "1"}
    },
    "console:plan_compare": {"queries": ("",)},
    "console:plan_question": _NOBODYS,
    "console:plan_run": {**_NOBODYS, "form": {"seconds": "1", "seed": "1"}},
    "console:plan_stop": _NOBODYS,
    "console:plan": _NOBODYS,
    "console:plan_adopt": {**_NOBODYS, "form": {"first_day": "2026-11-24", "every_days": "30"}},
    "console:plan_check": _NOBODYS,
    "console:plan_send": {"fixed": ({"uid": "00000000-0000-0000-0000-000000000001", "form": "json"},)},
    "console:plan_site_move": {**_NOBODYS, "form": {"to": "2027-01-01", "reason": "walk"}},
    "console:plan_site_reach": {**_NOBODYS, "form": {"on": "2026-11-24"}},
}
