# SPDX-License-Identifier: Apache-2.0
"""How the pages of duty desks are walked by a foreign enterprise (test_foreign_enterprise.py): to it there is no desk."""

from __future__ import annotations

from typing import Any

_DESK = {"takes": {"code": "desk"}}
DUTY: dict[str, dict[str, Any]] = {
    "console:duty": {},
    "console:duty_new": {"form": {"title_en": "Walk", "code": "walk"}},
    "console:duty_desk": {**_DESK, "queries": ("", "day=2026-11-23")},
    "console:duty_do": {
        **_DESK,
        "fixed": [{"what": what} for what in ("come-on", "leave", "offer", "write", "call")],
        "form": {"text": "walk", "to": "theirs", "about": "walk"},
    },
    "console:duty_answer": {"takes": {"code": "desk", "uid": "hand_over"}, "form": {"note": "walk"}},
    "console:duty_report": {**_DESK, "queries": ("", "day=2026-11-23", "language=en")},
}
