# SPDX-License-Identifier: Apache-2.0
"""How the pages of campaigns and action plans are walked by a foreign enterprise (test_foreign_enterprise.py)."""

from __future__ import annotations

from typing import Any

_CAMPAIGN = {"takes": {"uid": "campaign"}}
_TITLE = {"title_zh": "走查", "title_en": "Walk"}
CAMPAIGNS: dict[str, dict[str, Any]] = {
    "console:campaigns": {},
    "console:campaign": _CAMPAIGN,
    "console:campaign_new": {
        "queries": ("", "sector=poles", "document=poles.lamp_pole_banners"),
        "form": {**_TITLE, "first_day": "2026-01-01", "last_day": "2026-12-31", "clause": "poles.banner_size",
                 "measure": "overdue", "limit": "0", "grade": ""},
    },
    "console:campaign_close": {**_CAMPAIGN, "form": {"remark": "walk"}},
    "console:campaign_report": {**_CAMPAIGN, "queries": ("", "language=en")},
    "console:action_plans": {},
    "console:action_plan": {"takes": {"uid": "plan"}},
    "console:action_plan_new": {"form": {**_TITLE, "first_day": "2026-01-01", "last_day": "2028-12-31"}},
    "console:project_add": {"takes": {"uid": "plan"}, "form": _TITLE},
    "console:project_alter": {"takes": {"uid": "project"}, "form": _TITLE},
    "console:milestone_add": {"takes": {"uid": "project"}, "form": {**_TITLE, "due_on": "2026-06-30"}},
    "console:milestone_move": {"takes": {"uid": "milestone"}, "form": {"to": "2026-09-30", "reason": "walk"}},
    "console:milestone_reach": {"takes": {"uid": "milestone"}, "form": {"on": "2026-02-01"}},
}  # fmt: skip
