# SPDX-License-Identifier: Apache-2.0
"""A step with a case was taken: whoever is to know of it is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from belltower.core.ledger.handling import Event, handles
from belltower.core.notices.raising import tell
from belltower.kernel.texts import Text


@handles("cases.advanced", name="notices.tell", title=Text(zh="案卷通知", en="Notices of cases"), many=True)
def on_steps(events: Sequence[Event]) -> None:
    """Cases took steps. The event was written with the step; what is raised here is written with the mark that it was handled."""
    tell(events, now=datetime.now(UTC))
