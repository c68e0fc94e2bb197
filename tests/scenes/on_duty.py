# SPDX-License-Identifier: Apache-2.0
"""A duty desk beside an enterprise of two_enterprises: the bureau's, with a shift, a line, a call and a hand-over that waits."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from belltower.core.duty.models import Call, Desk, HandOver, LogLine, Shift, What

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SOMEBODY = UUID(int=7)


def on_duty(which: str) -> tuple[dict[str, str], set[str]]:
    """Make the desk; what identifies it, and the words that are said of it."""
    desk = Desk.objects.create(code=f"{which}-desk", title={"en": f"{which} duty"}, made_by="system:scene", made_at=AT)
    shift = Shift.objects.create(desk=desk, holder=SOMEBODY, began_at=AT)
    LogLine.objects.create(
        shift=shift, what=What.NOTE, text=f"{which} line", at=AT, written_at=AT, written_by="system:scene"
    )
    Call.objects.create(shift=shift, rang_at=AT, about=f"{which} call", written_by="system:scene", written_at=AT)
    offer = HandOver.objects.create(
        shift=shift, to=SOMEBODY, note=f"{which} told", standing={"alarms": []}, offered_at=AT
    )
    things = {"desk": desk.code, "hand_over": str(offer.uid)}
    return things, {f"{which} {noun}" for noun in ("duty", "line", "call", "told")}
