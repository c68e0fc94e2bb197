# SPDX-License-Identifier: Apache-2.0
"""``python -m belltower.analytics``: compile every room's loops, so that nobody waits for them later."""

from belltower.analytics.alarms import engine
from belltower.analytics.corridor import index
from belltower.analytics.isolation import isolating
from belltower.analytics.meters import detecting
from belltower.analytics.text import warming

for room in (engine, index, detecting, isolating, warming):
    room.warm_up()
