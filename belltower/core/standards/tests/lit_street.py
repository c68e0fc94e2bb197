# SPDX-License-Identifier: Apache-2.0
"""A quiet street whose lights are to be bright enough and cleaned in time: two clauses, installed, and a pack that declares the cleaning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from belltower.core.places.actions.assets import edit_asset
from belltower.core.places.kinds import register
from belltower.core.places.models import Asset
from belltower.core.standards import passes
from belltower.core.standards.installing import install
from belltower.core.standards.models import Finding
from belltower.kernel.actors import Actor
from belltower.kernel.packs import Activity, Field, FieldType, Register
from belltower.kernel.texts import Text
from tests.scenes.quiet_street import QuietStreet

BY, WRITER, REVIEWER = Actor.system("tests"), Actor.system("writer"), Actor.system("reviewer")
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, ten in the morning in Hengyang
CLEANED = Activity(
    "light_cleaned",
    "street_light",
    Text(zh="清洗", en="Cleaned"),
    (Field("thoroughly", FieldType.BOOLEAN, Text(zh="彻底", en="Thoroughly")),),
)
_HEAD = """\
id: poles.lights
title: {zh: 路灯, en: Street lights}
issued_by: {zh: 市, en: City}
clauses:
"""
BRIGHT = """\
- id: poles.bright_enough
  title: {zh: 够亮, en: Bright enough}
  text: {zh: 够亮。, en: It is bright enough.}
  source: {document: Order 7, clause: "1", seen: 2026-08-01, verified: unverified}
  applies_to: street_light
  values: {least: {2020-01-01: 40, 2026-03-05: 60}}
  check: {kind: attribute, where: height > 3, holds: wattage >= least}
  grade: general
  rectify_within: {2020-01-01: {working: P5D}}
  responsible: owner
  closes_after: {2020-01-01: PT6H}
  reopens_within: {2020-01-01: P3D}
  examples:
  - {name: bright, on: 2026-01-01, fields: {height: 8, wattage: 40}, outcome: holds}
  - {name: dim, on: 2026-01-01, fields: {height: 8, wattage: 39.9}, outcome: broken}
"""
CLEAN = """\
- id: poles.cleaned
  title: {zh: 清洗, en: Cleaned}
  text: {zh: 定期清洗。, en: It is cleaned in time.}
  source: {document: Order 7, clause: "2", seen: 2026-08-01, verified: unverified}
  applies_to: street_light
  values: {every: {2020-01-01: P30D}}
  check: {kind: cadence, activity: light_cleaned, within: every, counts: thoroughly}
  grade: major
  rectify_within: {2020-01-01: {natural: PT8H}}
  responsible: sector
  examples:
  - {name: on the last day, on: 2026-01-31, fields: {}, activities: [{at: 2026-01-01T08:00, fields: {thoroughly: true}}], outcome: holds}
  - {name: a day late, on: 2026-02-01, fields: {}, activities: [{at: 2026-01-01T08:00, fields: {thoroughly: true}}], outcome: broken}
"""
LOOKED_AFTER = """\
- id: poles.looked_after
  title: {zh: 照看, en: Looked after}
  text: {zh: 定期照看。, en: It is looked after.}
  source: {document: Order 7, clause: "3", seen: 2026-08-01, verified: unverified}
  applies_to: street_light
  values: {every: {2020-01-01: P12D}}
  check: {kind: cadence, activity: light_cleaned, within: every}
  grade: general
  rectify_within: {2020-01-01: {natural: PT8H}}
  responsible: sector
  examples:
  - {name: on the last day, on: 2026-01-13, fields: {}, activities: [{at: 2026-01-01T08:00}], outcome: holds}
  - {name: a day late, on: 2026-01-14, fields: {}, activities: [{at: 2026-01-01T08:00}], outcome: broken}
"""
"""A third clause, which asks of the same activity as CLEAN for another time and counts all of it."""
WRITTEN = _HEAD + BRIGHT + CLEAN
ALL_THREE = WRITTEN + LOOKED_AFTER


@dataclass
class LitStreet:
    """The lights from west to east."""

    street: QuietStreet
    lights: list[Asset]
    now: datetime = NOW
    today: date = date(2026, 3, 2)


@pytest.fixture
def lit_street(quiet_street: QuietStreet, settings: Any) -> LitStreet:
    """Ten lights, known since 15 January 2026, with both clauses in force."""
    packs = (replace(one, activities=(CLEANED,)) if one.name == "poles" else one for one in register().packs)
    settings.BELLTOWER_REGISTER = Register(tuple(packs))
    install([("poles/lights.yaml", WRITTEN)], by=BY, now=NOW)
    return LitStreet(quiet_street, quiet_street.lights)


def dim(asset: Asset, now: datetime) -> Finding:
    """The finding of a light that is too dim: the clause installed, the light dimmed, and the street judged."""
    install([("poles/lights.yaml", _HEAD + BRIGHT)], by=BY, now=now)
    edit_asset(asset.uid, {"fields": {"height": 8, "wattage": 20}}, by=BY, valid_from=now, now=now)
    passes.incremental(now=now)
    return Finding.objects.get(asset=asset)
