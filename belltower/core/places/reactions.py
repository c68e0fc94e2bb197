# SPDX-License-Identifier: Apache-2.0
"""What this room does when something happened: after areas were redrawn, assets are given to the new ones."""

from __future__ import annotations

from collections.abc import Sequence

from belltower.core.jobs.actions import ask
from belltower.core.jobs.models import Job, JobState
from belltower.core.ledger.handling import Event, handles
from belltower.core.places.works import PLACE_ANEW, PLACING
from belltower.kernel.actors import Actor


@handles("places.areas_redrawn", name="places.locate_assets", title=PLACING, many=True)
def locate_assets(events: Sequence[Event]) -> None:
    """Ask for one job that finds every asset's area anew; one that waits already will see these areas as well."""
    if not Job.objects.filter(work=PLACE_ANEW, state=JobState.WAITING).exists():
        source = next((str(event.body["source"]) for event in events if event.body.get("source")), "-")
        ask(PLACE_ANEW, by=Actor.system("places"), why=f"区域已调整 areas redrawn: {source}")
