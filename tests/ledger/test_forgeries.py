# SPDX-License-Identifier: Apache-2.0
"""Whatever a superuser of the database falsifies is found and named against a head held outside."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from belltower.core.ledger import heads
from belltower.core.ledger.entries import record
from belltower.core.ledger.heads import TreeHead
from belltower.core.ledger.verification import Report, verify_on
from belltower.core.places.actions.assets import edit_asset
from belltower.kernel.actors import Actor
from tests.ledger.forging import FORGERIES, Superuser, make_consistent
from tests.scenes.quiet_street import QuietStreet

COUNT = 500
PARTS, EACH_TIME = 10, 4
"""All of them in `make test-long`; some of them each time."""
BY = Actor.system("worker")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def head(quiet_street: QuietStreet) -> TreeHead:
    """A city with a few hundred entries, of which this head is held outside."""
    at = datetime(2026, 2, 1, tzinfo=UTC)
    for number in range(6):
        for light in quiet_street.lights:
            edit_asset(light.uid, {"name": f"灯 {number}"}, by=BY, valid_from=at, now=at + timedelta(minutes=number))
    with transaction.atomic():
        for number in range(200):
            record("ledger.look", by=BY, subject=f"thing:{number}", about={"number": number})
    heads.sign_head(at)
    edit_asset(
        quiet_street.lights[0].uid, {"life": "out_of_service"}, by=BY, valid_from=at, now=at + timedelta(hours=1)
    )
    found = heads.sign_head(at + timedelta(hours=1))
    assert found
    return found


@pytest.mark.parametrize(
    "part", [*range(EACH_TIME), *(pytest.param(part, marks=pytest.mark.long) for part in range(EACH_TIME, PARTS))]
)
def test_every_random_forgery_is_found_and_named(head: TreeHead, admin: Superuser, part: int) -> None:
    missed = []
    for seed in range(part, COUNT, PARTS):
        chance = random.Random(seed)
        forgery = chance.choice(FORGERIES)
        admin.execute("SAVEPOINT honest")
        named = forgery(admin, chance)
        report = verify_on(admin, against=[head])
        admin.execute("ROLLBACK TO honest")
        if not _is_named(named, report):
            missed.append((seed, forgery.__name__, named, report.findings[:3]))
    assert not missed
    assert verify_on(admin, against=[head]).is_whole


@pytest.mark.parametrize("forgery", dict.fromkeys(FORGERIES))
def test_each_kind_of_forgery_is_named_and_the_honest_city_is_not(head: TreeHead, admin: Superuser, forgery) -> None:  # type: ignore[no-untyped-def]
    assert verify_on(admin, against=[head]).is_whole
    named = forgery(admin, random.Random(1))
    report = verify_on(admin, against=[head])
    assert _is_named(named, report), report.findings[:5]


def _is_named(place: str, report: Report) -> bool:
    return any(re.search(rf"\b{re.escape(place)}\b", finding.where) for finding in report.findings)


def test_a_log_rewritten_with_the_true_key_is_consistent_in_itself_and_only_the_head_outside_tells(
    head: TreeHead, admin: Superuser
) -> None:
    admin.execute("UPDATE ledger_entry SET subject = 'thing:forged' WHERE subject = 'thing:7'")
    make_consistent(admin)
    assert verify_on(admin).is_whole
    [finding] = verify_on(admin, against=[head]).findings
    assert finding.code == "head_differs"
