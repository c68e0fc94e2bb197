# SPDX-License-Identifier: Apache-2.0
"""The demo's duty desks (desks.yaml): one for gas, one for all; nobody is on them until somebody comes on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from belltower.core.duty.actions import set_up
from belltower.core.duty.models import Desk
from belltower.core.places.kinds import register
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

BY = Actor.system("demo")


def begin(now: datetime) -> int:
    """Set up the desks that are not there yet; how many."""
    read: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "desks.yaml").read_text(encoding="utf-8"))
    there = set(Desk.objects.values_list("code", flat=True))
    wanted = [one for one in read["desks"] if one["code"] not in there]
    for one in wanted:
        set_up(one["code"], Text.read(one["title"]), kinds=_kinds(one.get("kinds_of", "")), by=BY, now=now)
    return len(wanted)


def _kinds(sector: str) -> list[str]:
    """The kinds whose names begin with that word; none for all."""
    return [name for name in register().kinds if sector and name.startswith(f"{sector}_")]
