# SPDX-License-Identifier: Apache-2.0
"""How the pages of learning are walked by a foreign enterprise (test_foreign_enterprise.py): each address with the fields of a Visit."""

from __future__ import annotations

from typing import Any

_EXAM, _SITTING = {"takes": {"uid": "exam"}}, {"takes": {"uid": "sitting"}}

LEARNING: dict[str, dict[str, Any]] = {
    "console:learning": {},
    "console:learning_book": {"queries": ("", "sector=gas&role=owner", "paper=a0")},
    "console:certificate_check": {"queries": ("", "number=K7QF-2M9X-A4H")},
    "console:exams": {},
    "console:exam_set": {"form": {"title_en": "walk", "party": "theirs-party"}},
    "console:exam": _EXAM,
    "console:exam_begin": _EXAM,
    "console:exam_results": _EXAM,
    "console:exam_withdraw": _EXAM,
    "console:sitting": _SITTING,
    "console:sitting_question": {**_SITTING, "fixed": [{"number": 1}], "form": {"answer": "1", "to": "next"}},
    "console:sitting_hand_in": _SITTING,
    "console:sitting_clock": _SITTING,
    "console:sitting_certificate": _SITTING,
}
