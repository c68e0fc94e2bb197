# SPDX-License-Identifier: Apache-2.0
"""A city at work, with actions that fail and connections that are cut, never looks forged."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg
import pytest
import shapely
from django.db import Error, connection, connections, transaction

from belltower.core.ledger import heads
from belltower.core.ledger.entries import entry, record
from belltower.core.ledger.heads import TreeHead
from belltower.core.ledger.verification import verify
from belltower.core.places.actions.assets import edit_asset
from belltower.core.places.actions.parties import put_party
from belltower.core.places.bulk import AssetBatch, merge_assets
from belltower.core.places.models import Asset
from belltower.kernel.actors import Actor
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from tests.scenes.quiet_street import QuietStreet

EACH_TIME, HISTORIES, WRITERS, STEPS = 40, 100, 3, 5
SINCE = datetime(2026, 2, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


class Interrupted(Exception):
    """An action that fails half-way."""


def _edit(street: QuietStreet, chance: random.Random, at: datetime) -> None:
    light = chance.choice(street.lights)
    edit_asset(light.uid, {"name": f"灯 {chance.random()}"}, by=_who(chance), valid_from=SINCE, now=at)


def _load(street: QuietStreet, chance: random.Random, at: datetime) -> None:
    keys = [f"B-{chance.randrange(40)}" for _ in range(chance.randrange(1, 6))]
    points = np.array([shapely.Point(112.6 + chance.random() / 100, 26.9) for _ in keys], dtype=object)
    batch = AssetBatch(kind="street_light", keys=keys, valid_from=at, geoms=points)
    merge_assets([batch], by=_who(chance), now=at, source="file")


def _fail(street: QuietStreet, chance: random.Random, at: datetime) -> None:
    with entry("tests.fail", by=_who(chance)):
        _edit(street, chance, at)
        raise Interrupted


def _cut(street: QuietStreet, chance: random.Random, at: datetime) -> None:
    """The server ends the connection in the middle of an action."""
    with entry("tests.cut", by=_who(chance)), connection.cursor() as cursor:
        _edit(street, chance, at)
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def _move_what_is_derived(street: QuietStreet, chance: random.Random, at: datetime) -> None:
    Asset.objects.filter(pk=chance.choice(street.lights).pk).update(cell=chance.randrange(2**30))


STEPS_OF: tuple[Callable[[QuietStreet, random.Random, datetime], None], ...] = (
    _edit,
    _edit,
    _load,
    _fail,
    _cut,
    _move_what_is_derived,
    lambda _street, chance, _at: record("tests.look", by=_who(chance), subject="thing:1", about={"a": chance.random()}),
    lambda _street, chance, _at: put_party(f"p{chance.randrange(5)}", "owner", Text(f"甲{chance.random()}"), by=_who(chance)) and None,
    lambda _street, _chance, at: heads.sign_head(at) and None,
    lambda _street, _chance, _at: heads.sequence() and None,
)  # fmt: skip


def _who(chance: random.Random) -> Actor:
    return Actor.system(chance.choice(["desk", "feed", "worker"]))


def _write(street: QuietStreet, seed: int) -> None:
    chance = random.Random(seed)
    try:
        for number in range(STEPS):
            at = SINCE + timedelta(seconds=seed * 100 + number)
            with contextlib.suppress(Interrupted, Refusal, Error, psycopg.Error):
                chance.choice(STEPS_OF)(street, chance, at)
            if connection.connection is not None and connection.connection.closed:
                connection.close()
    finally:
        connections.close_all()


@pytest.mark.parametrize("histories", [EACH_TIME, pytest.param(HISTORIES, marks=pytest.mark.long)])
def test_honest_histories_with_crashes_raise_no_alarm(quiet_street: QuietStreet, histories: int) -> None:
    held: list[TreeHead] = []
    with ThreadPoolExecutor(WRITERS) as writers:
        for history in range(histories):
            seeds = [history * WRITERS + number for number in range(WRITERS)]
            running = [writers.submit(_write, quiet_street, seed) for seed in seeds]
            if history % 4 == 0:
                assert verify(against=held).findings == ()  # in the middle of it
            for one in running:
                one.result()
            if head := heads.sign_head(SINCE + timedelta(days=history + 1)):
                held.append(head)
    report = verify(against=held)
    assert report.findings == ()
    assert report.checked == report.size > histories
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_pending")
        assert cursor.fetchone() == (0,)
