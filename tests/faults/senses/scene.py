# SPDX-License-Identifier: Apache-2.0
"""What a city needs before devices report into it: streams, an alarm on each, tokens, and a source in force.

`python -m tests.faults.senses.scene MAPPING` over a running installation; prints the streams' ids and the tokens.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import django

EACH = 4
SENDERS = ("lines", "packed", "single", "broker")
"""/ingest as JSON lines, /ingest as MessagePack and Arrow in turn, SensorThings one by one, and MQTT."""
HIGH, DEAD_BAND = 20.0, 2.0
BROKER = "broker"


def keys_of(sender: str) -> list[str]:
    """The streams that one sender reports; nobody else does."""
    return [f"{sender}/{number}" for number in range(EACH)]


def prepare(mapping: Path) -> None:
    """Make all of it, and print what the senders must know."""
    from belltower.core.access import actions
    from belltower.core.access.rules import Verb
    from belltower.core.alarms.tests import plant
    from belltower.core.observations.models import Datastream
    from belltower.edges.sources.actions import put_source
    from belltower.edges.sources.tests.running import make_streams
    from belltower.kernel.actors import Actor

    by, now = Actor.system("faults"), datetime.now(UTC)
    keys = [key for sender in SENDERS for key in keys_of(sender)]
    make_streams(keys)
    ids = dict(Datastream.objects.filter(key__in=keys).values_list("key", "id"))
    for stream in Datastream.objects.filter(key__in=keys):
        plant.enabled(stream, limit=HIGH, deadband=DEAD_BAND)
    tokens = {}
    for sender in SENDERS:
        account = actions.service_account(sender, by=by)
        scopes = [Verb.SENSE, Verb.VIEW]
        tokens[sender] = actions.make_token(account, scopes=scopes, expires_at=None, by=by, now=now).secret
    put_source(mapping.read_text(encoding="utf-8"), by=by)
    print(json.dumps({"ids": ids, "tokens": tokens}))


if __name__ == "__main__":
    django.setup()
    from belltower.core.ledger.entries import entry
    from belltower.kernel.actors import Actor

    with entry("faults.scene", by=Actor.system("faults")):
        prepare(Path(sys.argv[1]))
