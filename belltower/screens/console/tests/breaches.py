# SPDX-License-Identifier: Apache-2.0
"""A little law and its breaches for the console's tests: one standard of the packs, kept, and findings about lamps and an area."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import yaml

from belltower.core.places.kinds import register
from belltower.core.places.models import Area, Asset, Party, Responsibility
from belltower.core.standards.installing import install
from belltower.core.standards.models import (
    Assessment,
    Count,
    Finding,
    Revision,
)
from belltower.kernel.actors import Actor
from belltower.packs import register as packs

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DOCUMENT = "poles.lamp_pole_banners"


def law(*keys: str) -> dict[str, Revision]:
    """The packs' documents of these ids (left out: DOCUMENT), installed; their revisions in force by the clause's id."""
    wanted = keys or (DOCUMENT,)
    files = [(name, text) for name, text in packs.standards(register()) if yaml.safe_load(text)["id"] in wanted]
    install(files, by=Actor.system("scene"), now=NOW)
    found = Revision.objects.filter(clause__document__key__in=wanted).select_related("clause__document")
    return {one.clause.key: one for one in found}


def breach(revision: Revision, asset: Asset, /, **more: Any) -> Finding:
    """An open finding about an asset since two days, due in one."""
    facts: dict[str, Any] = {
        "clause": revision.clause, "revision": revision, "kind": asset.kind, "asset": asset, "area": asset.area,
        "opened_at": NOW - timedelta(days=2), "seen_at": NOW, "due_at": datetime.now(UTC) + timedelta(days=1),
        "grade": "general", "role": "owner", "party": asset.owner,
        "evidence": {"values": {"height_at_most": 2.4}, "fields": {"height": 8.0, "lamp": None},
                     "asset": {"key": asset.key, "life": asset.life}},
    }  # fmt: skip
    return Finding.objects.create(**(facts | more))


def broken_city() -> list[Finding]:
    """Five findings: one broken and overdue by a rule, one major, one unknown, one closed, one of an area; and a week's counts."""
    revisions = law()
    size, clearance = revisions["poles.banner_size"], revisions["poles.banner_clearance"]
    lamps = list(Asset.objects.filter(kind="street_light").order_by("key")[:4])
    rule = Responsibility.objects.get(role="owner", kind="street_light")
    found = [
        breach(size, lamps[0], due_at=NOW - timedelta(days=400), responsibility=rule, party=rule.party),
        breach(size, lamps[1], grade="major"),
        breach(size, lamps[2], outcome="unknown"),
        breach(size, lamps[3], state="closed", closed_at=NOW, closed_because="holds"),
        breach(clearance, lamps[0], asset=None, area=Area.objects.get(code="430405001"),
               party=Party.objects.get(key="zhuhui"), role="territory"),
    ]  # fmt: skip
    areas = {one.code: one for one in Area.objects.filter(level="community")}
    for ago in range(7):
        made = Assessment.objects.create(
            clause=size.clause, revision=size, applies_to="street_light", day=NOW.date() - timedelta(days=ago), at=NOW,
            kind="full", took_ms=10,
        )  # fmt: skip
        for number, code in enumerate(("430405001001", "430405002001")):
            Count.objects.create(
                assessment=made,
                area=areas[code],
                holds=90 - ago,
                broken=2 + number + ago,
                unknown=number,
                exempt=1 - number,
            )
    return found
