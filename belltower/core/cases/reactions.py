# SPDX-License-Identifier: Apache-2.0
"""What this room does when something happened: findings and alarms open cases, and findings close them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from belltower.core.cases.opening import follow_findings, open_for_alarms
from belltower.core.ledger.handling import Event, handles
from belltower.kernel.texts import Text


@handles(
    "standards.found", name="cases.follow_findings", title=Text(zh="违标立案与结案", en="Cases of findings"), many=True
)
def on_findings(events: Sequence[Event]) -> None:
    """Findings opened, opened again or closed."""
    uids = {uid for event in events for word in ("opened", "closed") for uid in event.body.get(word, ())}
    follow_findings(uids, now=datetime.now(UTC))


@handles("alarms.raised", name="cases.open_for_alarms", title=Text(zh="报警立案", en="Cases of alarms"), many=True)
def on_alarms(events: Sequence[Event]) -> None:
    """Alarms were raised."""
    uids = {one["alarm"] for event in events for one in event.body.get("raised", ())}
    open_for_alarms(uids, now=datetime.now(UTC))
