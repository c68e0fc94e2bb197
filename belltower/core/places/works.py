# SPDX-License-Identifier: Apache-2.0
"""The long work of this room: loading a file, and giving every asset to the area that it lies in."""

from __future__ import annotations

from typing import Any

from belltower.core.jobs.work import RunningJob, work
from belltower.core.places.actions import loads
from belltower.core.places.actions.areas import place_assets_anew
from belltower.core.places.models import Load
from belltower.kernel.texts import Text

PLACE_ANEW = "places.place_assets_anew"
PLACING = Text(zh="重新归属部件", en="Place assets anew")


@work(loads.WORK, Text(zh="导入文件", en="Load a file"))
def load(job: RunningJob, *, load: str, dry_run: bool = False) -> dict[str, Any]:
    """Load the file of the Load with that uid, or try it; the report is the job's result."""
    found = Load.objects.get(uid=load)
    return loads.run(found, by=job.by, dry_run=dry_run, progress=job.progress).as_json()


@work(PLACE_ANEW, PLACING)
def place_anew(job: RunningJob) -> dict[str, Any]:
    """Find the area of every asset anew, after areas changed; how many lie in another one now."""
    return {"moved": place_assets_anew(by=job.by, progress=lambda looked_at: job.progress(looked_at, None, PLACING))}
