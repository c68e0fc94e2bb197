# SPDX-License-Identifier: Apache-2.0
"""The verbs on readings that lie in files: changed or deleted, they get a revision, which is laid over from then on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from belltower.core.ledger.entries import action
from belltower.core.observations.lake import manifest
from belltower.core.observations.lake.rows import instant
from belltower.core.observations.models import Reading, Revision
from belltower.core.observations.models.readings import RevisionKind
from belltower.kernel.actors import Actor
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text

READING = Text(zh="已归档读数", en="archived reading")


@action("observations.change_archived")
def change_archived(id: int, *, value: float | None, quality: int = 0, by: Actor, now: datetime) -> None:
    """Give a reading of the lake another value (None: no number). Raises NotFound where the viewer sees none there."""
    revise(id, {"value": value, "quality": quality}, now)


@action("observations.delete_archived")
def delete_archived(ids: Sequence[int], *, by: Actor, now: datetime) -> None:
    """Show these readings of the lake no more; all or none. Raises NotFound where the viewer does not see one there."""
    for id in ids:
        revise(id, None, now)


def revise(id: int, changes: dict[str, Any] | None, now: datetime) -> None:
    """Lay ``changes`` of its columns (None: that it is gone) over a reading of the lake; for verbs, inside their act.

    Raises NotFound where the viewer sees none there.
    """
    was = _lying(id)
    Revision.objects.create(
        reading=id,
        stream=was["stream"],
        at=was["at"],
        what=RevisionKind.DELETED if changes is None else RevisionKind.CHANGED,
        row=None if changes is None else {**was, **changes},
        was=was,
        recorded_at=now,
    )


def _lying(id: int) -> dict[str, Any]:
    """The reading of the lake as it is now, as the database writes one. Raises NotFound."""
    from belltower.core.observations.reading import by_id

    manifest.hold_still()  # a hot reading is changed where it lies, by who writes there
    found = by_id([id])
    if not len(found) or Reading.objects.filter(pk=id).exists():
        raise NotFound(noun=READING, name=id)
    value = float(found.value[0])
    return {
        "id": id,
        "stream": int(found.stream[0]),
        "at": instant(int(found.at[0])).isoformat(),
        "result_at": instant(int(found.result_at[0])).isoformat(),
        "value": None if np.isnan(value) else value,
        "quality": int(found.quality[0]),
        "flags": int(found.flags[0]),
    }
