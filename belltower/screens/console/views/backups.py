# SPDX-License-Identifier: Apache-2.0
"""Backups: what was made, of which head of the ledger, when it was read back last; one made now; how one comes back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from belltower.core.access.rules import Verb
from belltower.core.jobs.actions import ask
from belltower.core.jobs.models import ENDED, Job, JobState
from belltower.screens.console.doors import ConsoleRequest, door

WORK = "safekeeping.backup"
# As project/safekeeping/state.py: a nightly one, and two hours of grace.
TOO_OLD = timedelta(hours=26)
_SHOWN = 30


@door(Verb.ADMINISTER)
def show(request: ConsoleRequest) -> HttpResponse:
    """What this installation remembers of its backups, newest first."""
    made = [_dressed(one) for one in _remembered(Path(settings.BELLTOWER_BACKUPS))[:_SHOWN]]
    to = str(settings.BELLTOWER_BACKUP_TO or "")
    newest = next((one for one in made if to in ("", one["to"])), None)
    lately = Job.objects.filter(work=WORK).order_by("-id").first()
    page = {
        "backups": made,
        "to": to,
        "newest": newest,
        "age_h": _hours(request.now - newest["taken"]) if newest else None,
        "is_old": newest is None or request.now - newest["taken"] > TOO_OLD,
        "job": lately if lately and lately.state not in ENDED else None,
        "failed": lately if lately and lately.state == JobState.DEAD else None,
    }
    return render(request, "console/backups.html", page)


@door(Verb.ADMINISTER)
@require_POST
def make(request: ConsoleRequest) -> HttpResponse:
    """Ask for a backup now; the job's page shows how far it is. One that is under way is shown instead."""
    under_way = Job.objects.filter(work=WORK).exclude(state__in=ENDED).first()
    job = under_way or ask(WORK, by=request.actor, why="备份页面 from the page on backups", attempts_allowed=2)
    return redirect("console:job", job.uid)


def _remembered(path: Path) -> list[dict[str, Any]]:
    """The home's memory of its backups; none where there is none or it cannot be read."""
    try:
        listed = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return []
    return listed if isinstance(listed, list) else []


def _dressed(one: dict[str, Any]) -> dict[str, Any]:
    """One backup with its instants and the part of it that was shared with earlier ones."""
    size = one["size"]
    return {
        **one,
        "taken": datetime.fromisoformat(one["taken_at"]),
        "verified": datetime.fromisoformat(one["verified_at"]),
        "shared": 1 - one["new_bytes"] / size if size else 0.0,
    }


def _hours(age: timedelta) -> int:
    return int(age.total_seconds() // 3600)
