# SPDX-License-Identifier: Apache-2.0
"""Near-duplicates joined: links with their evidence, which a person may take apart again."""

from __future__ import annotations

from datetime import datetime, timedelta

from belltower.core.ledger.entries import action
from belltower.core.messages.models import Link, Message
from belltower.kernel.actors import Actor

WITHIN = timedelta(days=60)
"""Messages further apart than that are about another time, however alike."""
LEAST = 0.6
MOST_AT_ONCE = 20_000


@action("messages.join_alike")
def join_alike(*, by: Actor, now: datetime, since: datetime | None = None) -> int:
    """Join messages that say the same within some weeks; how many links are new. What was taken apart stays apart.

    Two that lie in different areas or name different places are not joined: the same complaint about another house is
    another matter. Looked at are the newest MOST_AT_ONCE of the messages from ``since`` on.
    """
    from belltower.analytics.text.duplicates import pairs

    rows = Message.objects.filter(at__gte=since or now - 2 * WITHIN, at__lte=now).order_by("-at", "-pk")
    found = sorted(
        rows.only("subject", "text", "at", "area_id", "writer")[:MOST_AT_ONCE], key=lambda one: (one.at, one.pk)
    )
    links = []
    for pair in pairs([one.whole for one in found], least=LEAST):
        first, second = found[pair.first], found[pair.second]
        if second.at - first.at <= WITHIN and (
            first.area_id == second.area_id or None in (first.area_id, second.area_id)
        ):
            links.append(Link(first=first, second=second, evidence=_evidence(first, second, pair.likeness), made_at=now,
                              made_by=by.reference, parted_by=""))  # fmt: skip
    there = set(Link.objects.filter(first__in={one.first_id for one in links}).values_list("first", "second"))
    new = [one for one in links if (one.first_id, one.second_id) not in there]
    Link.objects.bulk_create(new, batch_size=2_000, ignore_conflicts=True)
    return len(new)


def is_one_place(first: Message, second: Message) -> bool:
    """Whether nothing speaks against one place: neither their areas nor the names in their texts."""
    from belltower.analytics.text.extracting import places

    if first.area_id and second.area_id and first.area_id != second.area_id:
        return False
    here, there = places(first.whole), places(second.whole)
    return not here or not there or any(one in other or other in one for one in here for other in there)


def _evidence(first: Message, second: Message, likeness: float) -> dict[str, object]:
    return {
        "likeness": round(likeness, 3),
        "days_apart": round((second.at - first.at).total_seconds() / 86400, 1),
        "same_area": first.area_id == second.area_id if first.area_id and second.area_id else None,
        "same_writer": first.writer == second.writer if first.writer and second.writer else None,
    }
