# SPDX-License-Identifier: Apache-2.0
"""The words of an alarm's life and the moves between its states, as ISA-18.2 draws them: data only, no judging.

Integer values are stored in states and transitions and never change their meaning; new ones are added at the end.
docs/why/alarms.md shows the same tables for people.
"""

from __future__ import annotations

from enum import IntEnum


class AlarmState(IntEnum):
    """How an alarm stands. The last three hide whatever its condition does."""

    NORMAL = 0
    UNACKNOWLEDGED = 1
    ACKNOWLEDGED = 2
    RETURNED_UNACKNOWLEDGED = 3
    LATCHED_UNACKNOWLEDGED = 4
    LATCHED_ACKNOWLEDGED = 5
    SHELVED = 6
    SUPPRESSED = 7
    OUT_OF_SERVICE = 8


class Kind(IntEnum):
    """What is judged of a stream."""

    HIHI = 1
    HI = 2
    LO = 3
    LOLO = 4
    DEVIATION = 5
    RATE = 6
    DISCREPANCY = 7
    STALE = 8


class EventKind(IntEnum):
    """What an entry of the log is."""

    READING = 0
    COMMAND = 1
    TICK = 2


class Quality(IntEnum):
    """What a source says of its own reading; BAD is never judged."""

    GOOD = 0
    UNCERTAIN = 1
    BAD = 2


class Command(IntEnum):
    """What an operator, or a rule outside the engine, does about one alarm."""

    ACKNOWLEDGE = 1
    SHELVE = 2
    UNSHELVE = 3
    SUPPRESS = 4
    UNSUPPRESS = 5
    OUT_OF_SERVICE = 6
    RETURN_TO_SERVICE = 7
    RESET = 8


class Cause(IntEnum):
    """Why an alarm changed its state."""

    ALARM = 1
    RETURN = 2
    ACKNOWLEDGE = 3
    RESET = 4
    SHELVE = 5
    UNSHELVE = 6
    SHELF_EXPIRED = 7
    SUPPRESS = 8
    UNSUPPRESS = 9
    SUPPRESSOR_ALARM = 10
    SUPPRESSOR_CLEAR = 11
    OUT_OF_SERVICE = 12
    RETURN_TO_SERVICE = 13


_S, _C = AlarmState, Cause

LIFE: dict[tuple[AlarmState, Cause], tuple[AlarmState, AlarmState]] = {
    # (state, cause): (what follows for an ordinary alarm, what follows for a latching one)
    (_S.NORMAL, _C.ALARM): (_S.UNACKNOWLEDGED, _S.UNACKNOWLEDGED),
    (_S.RETURNED_UNACKNOWLEDGED, _C.ALARM): (_S.UNACKNOWLEDGED, _S.UNACKNOWLEDGED),
    (_S.LATCHED_UNACKNOWLEDGED, _C.ALARM): (_S.UNACKNOWLEDGED, _S.UNACKNOWLEDGED),
    (_S.LATCHED_ACKNOWLEDGED, _C.ALARM): (_S.UNACKNOWLEDGED, _S.UNACKNOWLEDGED),
    (_S.UNACKNOWLEDGED, _C.RETURN): (_S.RETURNED_UNACKNOWLEDGED, _S.LATCHED_UNACKNOWLEDGED),
    (_S.ACKNOWLEDGED, _C.RETURN): (_S.NORMAL, _S.LATCHED_ACKNOWLEDGED),
    (_S.UNACKNOWLEDGED, _C.ACKNOWLEDGE): (_S.ACKNOWLEDGED, _S.ACKNOWLEDGED),
    (_S.RETURNED_UNACKNOWLEDGED, _C.ACKNOWLEDGE): (_S.NORMAL, _S.NORMAL),
    (_S.LATCHED_UNACKNOWLEDGED, _C.ACKNOWLEDGE): (_S.LATCHED_ACKNOWLEDGED, _S.LATCHED_ACKNOWLEDGED),
    (_S.LATCHED_UNACKNOWLEDGED, _C.RESET): (_S.RETURNED_UNACKNOWLEDGED, _S.RETURNED_UNACKNOWLEDGED),
    (_S.LATCHED_ACKNOWLEDGED, _C.RESET): (_S.NORMAL, _S.NORMAL),
}
"""Moves of an alarm that nothing hides. What is not here changes nothing."""

HIDDEN = (AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE)
"""The hiding states, weakest first: where several hold, the last of them shows."""

WAKES: dict[tuple[bool, bool], AlarmState] = {
    # (its condition holds, it was latched when it was hidden): how it wakes when nothing hides it any more
    (True, False): AlarmState.UNACKNOWLEDGED,
    (True, True): AlarmState.UNACKNOWLEDGED,
    (False, True): AlarmState.LATCHED_UNACKNOWLEDGED,
    (False, False): AlarmState.NORMAL,
}
"""Whatever still stands wakes unacknowledged: nobody has answered it since it was hidden."""

CHATTERS_AT = 3
"""Occurrences within Definitions.chatter_within_us that make an alarm chatter: as many as State remembers."""
