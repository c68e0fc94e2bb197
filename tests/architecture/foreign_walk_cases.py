# SPDX-License-Identifier: Apache-2.0
"""How the addresses of cases, hazards and notices are walked by a foreign enterprise (test_foreign_enterprise.py)."""

from __future__ import annotations

from typing import Any

from tests.architecture.foreign_walk_hazards import HAZARDS

_CASE = {"takes": {"case": "case"}}
CASES: dict[str, dict[str, Any]] = {
    "api:list_cases": {"queries": ("", "party={theirs}", "area=430405002", "state=dispatched", "overdue=false")},
    "api:report_case": {},
    "api:get_case": _CASE,
    "api:list_case_steps": _CASE,
    "api:advance_case": _CASE,
    "api:list_case_remarks": _CASE,
    "api:remark_on_case": _CASE,
    "api:get_case_rates": {
        "queries": ("", "party=theirs-party", "area=430405002", "since=2026-11-01&until=2026-11-30")
    },
    "console:cases": {"queries": ("", "state=all", "state=all&party=theirs-party", "area=430405002", "number=1")},
    "console:case_new": {"form": {"text": "walk", "kind": "other", "asset": "theirs-L0"}},
    "console:case_queues": {},
    "console:case_committee": {"queries": ("", "list=took", "list=consider", "committee=theirs-party")},
    "console:case_rates": {"queries": ("", "party=theirs-party", "since=2026-11-01&until=2026-11-30")},
    "console:case_rates_csv": {"queries": ("", "party=theirs-party")},
    "console:case_rate": {"fixed": ({"rate": "filing", "side": "among"}, {"rate": "overdue", "side": "counted"})},
    "console:case_duplicates": {},
    "console:save_case_view": {"form": {"name": "mine", "query": "state=all", "is_shared": "on"}},
    "console:forget_case_view": {"takes": {"uid": "view"}},
    "console:answers": {},
    "console:answer_new": {"form": {"name": "walk", "text": "walk"}},
    "console:answer_change": {"takes": {"uid": "view"}, "form": {"name": "walk", "text": "walk", "seen": "1"}},
    "console:case_file": {**_CASE, "queries": ("", "language=en")},
    "console:cases_many": {"form": {"step": "take", "reason": "walk", "case": "2026-000002"}},
    "console:case": _CASE,
    "console:case_advance": {**_CASE, "form": {"step": "take", "reason": "walk"}},
    "console:case_remark": {**_CASE, "form": {"text": "walk"}},
    **HAZARDS,
    "console:notices": {"queries": ("", "unread=1", "before=9")},
    "console:notices_read_all": {},
    "console:notice_read": {"fixed": ({"uid": "00000000-0000-7000-8000-000000000001"},)},
    "console:notices_channel": {"form": {"channel": "webhook", "party": "theirs-party", "on": "1"}},
    "console:notices_parties": {
        "queries": ("", "party=theirs-party"),
        "form": {"channel": "webhook", "party": "theirs-party", "on": "1"},
    },
}
