# SPDX-License-Identifier: Apache-2.0
"""A clause over a whole street: what holds, what is broken, what nobody knows; with the values of the day that is asked about."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from belltower.core.places.actions.assets import edit_asset
from belltower.core.places.kinds import register
from belltower.core.standards.assessing import assess
from belltower.core.standards.reading import read_document
from belltower.kernel.actors import Actor
from tests.scenes.quiet_street import QuietStreet

BY = Actor.system("tests")
WRITTEN = """\
id: poles.lights
title: {zh: 路灯, en: Street lights}
issued_by: {zh: 市, en: City}
clauses:
- id: poles.bright_enough
  title: {zh: 够亮, en: Bright enough}
  text: {zh: 够亮。, en: It is bright enough.}
  source: {document: Order 7, clause: "1", seen: 2026-08-01, verified: unverified}
  applies_to: street_light
  values: {least: {2020-01-01: 40, 2025-01-01: 60}}
  check: {kind: attribute, where: height > 3, holds: wattage >= least}
  grade: general
  rectify_within: {2020-01-01: {working: P5D}}
  responsible: owner
  examples:
  - {name: bright, on: 2026-01-01, fields: {height: 8, wattage: 60}, outcome: holds}
  - {name: dim, on: 2026-01-01, fields: {height: 8, wattage: 59.9}, outcome: broken}
"""


@pytest.mark.django_db
def test_a_street_is_assessed_with_the_values_of_the_day(quiet_street: QuietStreet) -> None:
    at = datetime(2025, 6, 1, tzinfo=UTC)
    for light, fields in zip(
        quiet_street.lights,
        [{"height": 8, "wattage": 59.9}, {"height": 8}, {"wattage": 20}, {"height": 2, "wattage": 20}],
        strict=False,
    ):
        edit_asset(light.uid, {"fields": {"height": None, "wattage": None} | fields}, by=BY, valid_from=at, now=at)
    edit_asset(quiet_street.lights[9].uid, {"life": "retired"}, by=BY, valid_from=at, now=at)
    [clause] = read_document(WRITTEN, file="x.yaml", register=register()).clauses
    found = assess(clause, today=date(2026, 1, 1), register=register())
    assert found
    # Ten lights: one dim, one of unknown power, one of unknown height, one too low to be meant, one retired, five good.
    assert (found.holds, found.broken, found.unknown, found.first_broken) == (5, 1, 2, ("L-01",))
    earlier = assess(clause, today=date(2024, 12, 31), register=register())
    assert earlier
    assert (earlier.holds, earlier.broken, earlier.unknown) == (6, 0, 2)
    assert assess(clause, today=date(2019, 12, 31), register=register()) is None
