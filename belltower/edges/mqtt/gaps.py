# SPDX-License-Identifier: Apache-2.0
"""Messages that a broker counts as sent to us, and never wrote to the connection: seen by the numbers that are missing.

Mosquitto drops what it cannot write at once beyond ``max_queued_messages`` (1,000) packets, keeps it as "in flight", and
sends it only when the session is taken up again. Its packet ids go up by one, so a hole in them tells of it; what is missing
at the very end of a burst shows no hole, so the end of a burst is reason enough to ask. The standard does not demand such
numbers (MQTT 5.0, 2.2.1): with a broker that counts otherwise we ask ever more seldom.
"""

from __future__ import annotations

_HIGHEST = 65_535
QUIET_S = 1.0
LONGEST_S = 600.0
_TRUSTED_AFTER = 100
BURST = 1_000


class Gaps:
    """Follows the packet ids of one session, and says when it is worth to take it up again."""

    def __init__(self) -> None:
        self._last = 0
        self._has_hole = self._has_burst = False
        self._came = self._seen = 0
        self._quiet_since = 0.0
        self._wait_s = QUIET_S

    def begin(self, now: float) -> None:
        """The session is taken up at ``now`` (monotonic seconds)."""
        self._wait_s = min(LONGEST_S, 2 * self._wait_s) if self._has_hole else self._wait_s
        self._last, self._came, self._seen, self._quiet_since = 0, 0, 0, now
        self._has_hole = self._has_burst = False

    def note(self, mid: int) -> None:
        """A message came with that packet id; nought is one without an id."""
        if mid:
            self._has_hole = self._has_hole or bool(self._last and mid != self._last % _HIGHEST + 1)
            self._last = mid
            self._came += 1
            if self._came == _TRUSTED_AFTER and not self._has_hole:
                self._wait_s = QUIET_S

    def note_batch(self, count: int) -> None:
        """So many were there in one go: from BURST on, the broker may have had more than it could write."""
        self._has_burst = self._has_burst or count >= BURST

    def shall_ask_again(self, now: float) -> bool:
        """Whether there is a hole, or was a burst, and nothing has come for a moment; longer each time there was a hole."""
        if self._came != self._seen:
            self._seen, self._quiet_since = self._came, now
        return (self._has_hole or self._has_burst) and now - self._quiet_since >= self._wait_s
