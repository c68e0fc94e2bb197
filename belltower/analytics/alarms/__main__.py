# SPDX-License-Identifier: Apache-2.0
"""``python -m belltower.analytics.alarms``: compile the engine, so that nobody waits for it later."""

from belltower.analytics.alarms.engine import warm_up

warm_up()
