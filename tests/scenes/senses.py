# SPDX-License-Identifier: Apache-2.0
"""What an enterprise of two_enterprises senses: a detector on its lamp, with an alarm that was raised."""

from __future__ import annotations

from datetime import UTC, datetime

from belltower.core.alarms import actions
from belltower.core.alarms.models import Alarm, Transition
from belltower.core.alarms.tests import plant
from belltower.core.places.models import Asset
from belltower.kernel.texts import Text

RAISED = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def sensed(lamp: Asset, which: str) -> tuple[dict[str, str], set[str]]:
    """Uids by noun, and the words that only its owner may read."""
    stream = plant.detector(lamp, name=f"{which} methane")
    alarm = plant.enabled(
        stream, title=Text(f"{which} 漏气", f"{which} leak"), cause=f"{which} cause", response=f"{which} response"
    )
    plant.report(stream, 5.0, 73561.25 if which == "theirs" else 30.0, at=RAISED)
    _raise(alarm, 73561.25 if which == "theirs" else 30.0)
    actions.comment(alarm.uid, f"{which} comment", by=plant.BY, now=RAISED)
    words = {str(alarm.uid), str(stream.uid), f"{which} methane", f"{which} 漏气", f"{which} leak", f"{which} cause"}
    words |= {f"{which} response", f"{which} comment"} | ({"73561", "73,561"} if which == "theirs" else set())
    return {"alarm": str(alarm.uid), "stream": str(stream.uid)}, words


def _raise(alarm: Alarm, value: float) -> None:
    """As the runner would write it; the engine itself is not needed to see who sees what."""
    Alarm.objects.filter(pk=alarm.pk).update(
        state="unacknowledged", since=RAISED, raised_at=RAISED, value=value, occurrences=1
    )
    Transition.objects.create(alarm=alarm, at=RAISED, recorded_at=RAISED, before="normal", after="unacknowledged",
                              cause="alarm", value=value, position=1)  # fmt: skip
