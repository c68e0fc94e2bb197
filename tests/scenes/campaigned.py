# SPDX-License-Identifier: Apache-2.0
"""What the bureau wants of an enterprise of two_enterprises: a closed campaign in its street, and a plan with its project."""

from __future__ import annotations

from datetime import UTC, date, datetime

from belltower.core.campaigns import planning
from belltower.core.campaigns.models import Campaign, Report
from belltower.core.places.models import Area, Party
from belltower.core.standards.models import KeptClause
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

BY = Actor.system("scene")
AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def campaigned(party: Party, street: Area, which: str) -> tuple[dict[str, str], set[str]]:
    """Uids by noun, and the words that only who it concerns may read."""
    campaign = Campaign.objects.create(
        title={"en": f"{which} campaign"}, first_day=date(2026, 11, 1), last_day=date(2026, 11, 10), closed_at=AT,
        targets=[{"measure": "overdue", "limit": 0}], made_by="system:scene", made_at=AT,
    )  # fmt: skip
    # A clause about lamps: banners, which the kept one is about, neither of the two has.
    campaign.clauses.create(clause=KeptClause.objects.get(key="poles.banner_size"), kind="street_light")
    campaign.areas.create(area=street)
    Report.objects.create(
        campaign=campaign,
        numbers={"title": f"{which} report", "targets": [], "score": {"open": 0, "overdue": 0}},
        digest="0" * 64,
    )
    plan = planning.make_plan(
        Text(en=f"{which} plan"), first_day=date(2026, 1, 1), last_day=date(2028, 12, 31), by=BY, now=AT
    )
    project = planning.add_project(plan, Text(en=f"{which} project"), party=party, by=BY)
    stone = planning.add_milestone(project, Text(en=f"{which} milestone"), due_on=date(2026, 6, 30), by=BY)
    planning.move_milestone(stone, date(2026, 9, 30), reason=f"{which} delay", by=BY, now=AT)
    things = {
        "campaign": str(campaign.uid), "plan": str(plan.uid), "project": str(project.uid), "milestone": str(stone.uid),
    }  # fmt: skip
    words = {f"{which} {noun}" for noun in ("campaign", "report", "plan", "project", "milestone", "delay")}
    return things, words | set(things.values())
