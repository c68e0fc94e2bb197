# SPDX-License-Identifier: Apache-2.0
"""What a kill test does through the rooms' own actions, in a process beside the installation.

`python -m tests.faults.driver prepare COUNT`, `... load FOLDER` (asks for a load of each file, however often the
database goes away meanwhile; prints one line for each that was acknowledged), `... audit`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import django
import numpy as np
import shapely
from django.db import InterfaceError, OperationalError, connection

Answer = TypeVar("Answer")
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE_S = 120.0


def patiently(act: Callable[[], Answer]) -> Answer:
    """Do it, again while the database is away; what raises was not acknowledged."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return act()
        except (OperationalError, InterfaceError):
            if time.monotonic() > deadline:
                raise
            connection.close()
            time.sleep(0.1)


def prepare(count: int) -> None:
    """``count`` street lights and a token that may edit them."""
    from belltower.core.access.actions import add_service_account, make_token
    from belltower.core.access.rules import Verb
    from belltower.core.places.bulk import AssetBatch, merge_assets
    from belltower.core.places.models import Asset
    from belltower.kernel.actors import Actor

    by, now = Actor.system("faults"), datetime.now(UTC)
    geoms = shapely.points(np.linspace(112.5, 112.7, count), np.full(count, 26.9))
    keys = [f"edited-{number}" for number in range(count)]
    batch = AssetBatch(kind="street_light", keys=keys, geoms=geoms, valid_from=SINCE)
    merge_assets([batch], by=by, now=now, source="faults")
    token = make_token(
        add_service_account("faults", by=by), scopes=[Verb.VIEW, Verb.EDIT], expires_at=None, by=by, now=now
    )
    uids = [str(uid) for uid in Asset.objects.filter(key__startswith="edited-").values_list("uid", flat=True)]
    print(json.dumps({"token": token.secret, "uids": uids}))


def load(folder: str) -> None:
    """Ask for one load after the other, a few ahead of the worker."""
    from belltower.core.jobs.models import ENDED, Job

    def is_far_ahead() -> bool:
        return Job.objects.exclude(state__in=ENDED).count() >= 3

    for file in sorted(Path(folder).glob("*.csv")):
        while patiently(is_far_ahead):
            time.sleep(0.2)
        patiently(lambda file=file: _ask(file))
        print(file.stem, flush=True)


def _ask(file: Path) -> None:
    from belltower.core.places.actions.loads import ask_load, choose, propose, receive_file
    from belltower.kernel.actors import Actor

    by = Actor.system("faults")
    with file.open("rb") as stream:
        received = receive_file(stream, file.name, by=by)
    chosen = choose(received, propose(received, target="street_light", crs="wgs84").mapping, by=by)
    ask_load(chosen, by=by, why="fault run")


def audit() -> None:
    """Where the pyramid differs from the assets, and how the jobs stand."""
    from belltower.core.jobs.models import Job
    from belltower.core.places import pyramid

    jobs = [[job.title["en"], job.state, job.attempts, job.error[-500:]] for job in Job.objects.all()]
    print(json.dumps({"drift": list(pyramid.drift()), "jobs": jobs}))


if __name__ == "__main__":
    django.setup()
    command, *arguments = sys.argv[1:]
    if command == "prepare":
        prepare(int(arguments[0]))
    elif command == "load":
        load(*arguments)
    else:
        patiently(audit)
