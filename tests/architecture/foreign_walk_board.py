# SPDX-License-Identifier: Apache-2.0
"""How the pages of the message board are walked by a foreign enterprise: row policies show it no message at all."""

from __future__ import annotations

from typing import Any

_NONE = {"fixed": [{"uid": "01a20a2f-e5d8-7f56-a182-aae1f227d75d"}]}

BOARD: dict[str, dict[str, Any]] = {
    "console:messages": {"queries": ("", "q=theirs", "state=joined", "area=430405", "month=2026-11")},
    "console:board_queue": {"queries": ("", "after=1")},
    "console:board_month": {"queries": ("", "month=2026-01", "area=430405")},
    "console:message": _NONE,
    "console:message_decide": {**_NONE, "form": {"label": "x"}},
    "console:message_refer": {**_NONE, "form": {"kind": "other"}},
    "console:message_reply": {**_NONE, "form": {"reply": "x"}},
    "console:message_writer": _NONE,
    "console:message_part": _NONE,
}
