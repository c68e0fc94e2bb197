# SPDX-License-Identifier: Apache-2.0
"""Whether an adopted plan is still true: its certificate, checked again against the sites as they are now."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from belltower.core.ledger.entries import action
from belltower.core.ledger.outbox import emit
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.core.plans.computing import reached_without
from belltower.core.plans.models import Adoption, Site
from belltower.core.plans.rules import Broken, Standing, broken
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text
from belltower.planners.certifying import NotCertified, certify
from belltower.planners.plan import digest

VOIDED = "plans.voided"
"""Event: an adopted plan is not true any more. The body says why, in both languages."""
_CHECKER = Text(zh="核验程序：{reason}", en="The checker: {reason}")


@action("plans.verify")
def verify(adoption: Adoption, *, by: Actor, now: datetime, day: date) -> Adoption:
    """Check the certificate against today's sites. A plan that is void stays so: what was promised did not come true."""
    with seen_as(EVERYTHING):
        row = Adoption.objects.select_for_update(of=("self",)).select_related("plan").get(pk=adoption.pk)
        if row.void_at is not None:
            return row
        lost = broken(standings(row), day)
        file = json.loads(row.plan.text)
        refused = refusal_of(file, lost)
        row.checked_at = row.plan.checked_at = max(now, row.checked_at)
        if lost or refused:
            reasons = [one.why for one in lost] + ([_CHECKER.format(reason=refused)] if refused else [])
            row.void_at, row.void_because = now, [one.as_json() for one in reasons]
            row.reached_now = reached_without(file["problem"], [one.number for one in lost], file["plan"]["open"])
            emit(VOIDED, f"plan:{row.plan.uid}", {"because": row.void_because})
        else:
            row.plan.save(update_fields=["checked_at"])
        row.save()
        return row


def standings(adoption: Adoption) -> list[Standing]:
    """How each site of an adopted plan stands; one query."""
    rows = Site.objects.filter(adoption=adoption).select_related("asset").defer("asset__geometry", "asset__words")
    return [
        Standing(one.number, one.asset.title or Text(one.asset.key), one.asset.life, one.promised_on, one.reached_on)
        for one in rows
    ]


def refusal_of(file: dict[str, Any], lost: Iterable[Broken]) -> str | None:
    """What the independent checker says of the plan where the lost sites may not be open; None: the certificate holds."""
    for one in lost:
        file["problem"]["sites"]["states"][one.number] = "forbidden"
    file["problem_digest"] = digest(file["problem"])
    try:
        certify(json.dumps(file), file="plan.json")
    except NotCertified as refused:
        return str(refused.facts["reason"])
    return None
