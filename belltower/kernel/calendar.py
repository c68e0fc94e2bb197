# SPDX-License-Identifier: Apache-2.0
"""The working calendar: which civil days are worked, why, and whether that is published or only presumed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from belltower.kernel.texts import Text


@dataclass(frozen=True, slots=True)
class DayException:
    """A day on which the city itself differs from its country's calendar."""

    day: date
    is_working: bool
    because: Text
