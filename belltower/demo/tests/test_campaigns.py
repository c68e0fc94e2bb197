# SPDX-License-Identifier: Apache-2.0
"""The demo's campaigns: one closed, one running, lived day by day before anybody looks, and a plan with its slips."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from belltower.core.campaigns.models import ActionPlan, Campaign, Report, Slip
from belltower.core.campaigns.standing import standing
from belltower.core.places.kinds import register
from belltower.core.standards.installing import install
from belltower.demo import campaigns, city, done
from belltower.kernel.actors import Actor
from belltower.packs import register as packs

pytestmark = pytest.mark.django_db


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same campaigns over nine days, with more visits on each: two months of a town take a minute to live."""
    said = campaigns._read()
    days = [{"begins": -9, "ends": -5, "visits": 0.4}, {"begins": -4, "ends": 5, "visits": 0.2}]
    short = [one | of for one, of in zip(said["campaigns"], days, strict=True)]
    monkeypatch.setattr(campaigns, "_read", lambda: said | {"campaigns": short})


@pytest.mark.usefixtures("_short")
def test_its_campaigns_are_lived_day_by_day_and_marked_simulated(demo_town: city.DemoReport, db: None) -> None:
    at = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    done.catch_up(at)
    gas = [one for one in packs.standards(register()) if one[0] == "gas/users.yaml"]
    install(gas, by=Actor.system("test"), now=at)
    made = campaigns.begin(at)
    assert (made.campaigns, made.plans) == (2, 1)
    assert made.visits > 20
    assert campaigns.begin(at) == campaigns.Made(), "once"

    closed, running = Campaign.objects.order_by("first_day")
    assert closed.is_simulated
    assert running.is_simulated
    numbers = Report.objects.get(campaign=closed).numbers
    assert numbers["is_simulated"]
    assert numbers["score"]["put_right"] > 0.5 * numbers["score"]["among"] > 0
    assert all(one["judged"] for one in numbers["days"])
    found = standing(running, at)
    assert not found.is_over
    assert found.score.put_right > 0
    assert found.score.open > 0
    judged = [one.judged for one in found.days if one.judged]
    assert len(judged) == 4
    assert found.judged
    assert found.judged.unknown > 0, "nobody tried some of the alarms"
    assert Slip.objects.filter(milestone__project__plan=ActionPlan.objects.get(is_simulated=True)).exists()
