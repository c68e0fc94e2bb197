# SPDX-License-Identifier: Apache-2.0
"""How the addresses of notices are walked by a foreign enterprise (test_foreign_enterprise.py)."""

from __future__ import annotations

from typing import Any

_NOBODYS = {"fixed": ({"uid": "00000000-0000-7000-8000-000000000001"},)}
_LINK = {"fixed": ({"token": "WyJ4Il0:1x:walk"},)}
NOTICES: dict[str, dict[str, Any]] = {
    "console:notices": {"queries": ("", "unread=1", "before=9")},
    "console:notices_read_all": {},
    "console:notice_read": _NOBODYS,
    "console:notices_channel": {
        "form": {"channel": "webhook", "party": "theirs-party", "address": "https://example.org/", "on": "1"}
    },
    "console:notices_parties": {
        "queries": ("", "party=theirs-party"),
        "form": {"channel": "webhook", "party": "theirs-party", "on": "1"},
    },
    "public:subscribe": {"form": {"area": "430405", "email": "walk@example.org"}},
    "public:subscribe_confirm": _LINK,
    "public:subscribe_stop": _LINK,
}
