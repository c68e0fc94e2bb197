# SPDX-License-Identifier: Apache-2.0
"""What is measured of the ledger: its size, the age of the newest head, entries that wait for their place, anchors."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from belltower.core.ledger.anchor_models import Anchor
from belltower.core.ledger.anchor_rules import Way
from belltower.core.ledger.anchors import wishes
from belltower.kernel.measures import Measure, measures

# Waiting entries are counted up to a limit: beyond it the number says enough.
_MOST = 100_000
_STATE = """
    SELECT (SELECT coalesce(max(position) + 1, 0) FROM ledger_leaf),
           (SELECT count(*) FROM (SELECT FROM ledger_pending LIMIT %s) AS some),
           (SELECT size FROM ledger_head ORDER BY size DESC LIMIT 1),
           (SELECT extract(epoch FROM now() - at) FROM ledger_head ORDER BY size DESC LIMIT 1)
"""
_ANCHORED = "SELECT extract(epoch FROM now() - max(made_at)) FROM ledger_anchor WHERE way = %s"


@measures
def ledger() -> Iterator[Measure]:
    """The log and its newest head. An old head over waiting entries means that nobody signs."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [_MOST])
        size, waiting, signed, age = cursor.fetchone()
    yield Measure("belltower_ledger_entries", "Entries that have their place in the log", {}, size)
    yield Measure("belltower_ledger_waiting", f"Entries that wait for their place, up to {_MOST}", {}, waiting)
    yield Measure("belltower_ledger_unsigned", "Entries behind the newest signed head", {}, size - (signed or 0))
    if age is not None:
        yield Measure("belltower_ledger_head_age_seconds", "Age of the newest signed head", {}, float(age))


@measures
def anchors() -> Iterator[Measure]:
    """How long ago a head left by each way that is set, and tries that failed since."""
    for way in wishes().ways:
        with connection.cursor() as cursor:
            cursor.execute(_ANCHORED, [way])
            [age] = cursor.fetchone()
        if age is not None:
            yield Measure("belltower_ledger_anchor_age_seconds", "Since a head left by this way", _of(way), float(age))
        failing = Anchor.objects.filter(way=way, made_at=None).exclude(error="").first()
        yield Measure(
            "belltower_ledger_anchor_failures", "Tries that failed since", _of(way), failing.attempts if failing else 0
        )


def _of(way: Way) -> dict[str, str]:
    return {"way": way.value}
