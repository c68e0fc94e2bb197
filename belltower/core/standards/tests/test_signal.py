# SPDX-License-Identifier: Apache-2.0
"""A signal clause owns one alarm a stream and is as its condition is, whatever people do about the alarm."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from belltower.core.alarms import actions as alarms
from belltower.core.alarms.errors import OwnedByClause
from belltower.core.alarms.models import Alarm, Definition, What
from belltower.core.alarms.tests import plant
from belltower.core.observations.models import Datastream
from belltower.core.places.models import Asset
from belltower.core.standards import passes
from belltower.core.standards.installing import install
from belltower.core.standards.models import Finding
from belltower.kernel.actors import Actor
from tests.scenes.quiet_street import QuietStreet

BY = Actor.system("tests")
MINUTE = timedelta(minutes=1)
WRITTEN = """\
id: poles.power
title: {zh: 功率, en: Power}
issued_by: {zh: 市, en: City}
clauses:
- id: poles.not_too_hot
  title: {zh: 功率不过高, en: Not too much power}
  text: {zh: 不过高。, en: It is not too much.}
  source: {document: Order 7, clause: "1", seen: 2026-08-01, verified: unverified}
  applies_to: street_light
  values: {at_most: {2020-01-01: 100}, delay: {2020-01-01: PT10S}}
  check:
    kind: signal
    stream: lamp_power
    condition: {kind: hi, limit: at_most, on_delay: delay}
    priority: 2
    rationalisation: {cause: {zh: 老化, en: Age}, consequence: {zh: 起火, en: Fire}, response: {zh: 断电, en: Cut it},
                      time_to_respond: PT30M}
  grade: general
  rectify_within: {2020-01-01: {natural: PT8H}}
  responsible: owner
  examples:
  - {name: below, on: 2026-01-01, readings: [[PT0S, 99], [PT1M, 99]], outcome: holds}
  - {name: at it, on: 2026-01-01, readings: [[PT0S, 100], [PT1M, 100]], outcome: broken}
"""


def stream_of(light: Asset) -> Datastream:
    stream = plant.detector(light, name=f"power {light.key}")
    Datastream.objects.filter(pk=stream.pk).update(stream="street_light.lamp_power", stale_after=timedelta(hours=1))
    return stream


def judged(at: datetime) -> dict[str, str]:
    """Pass over the city; findings of the clause that are open, by key."""
    plant.turn(at)
    passes.incremental(now=at)
    rows = Finding.objects.filter(state="open").select_related("asset")
    return {row.asset.key: row.outcome for row in rows}


@pytest.mark.django_db
def test_a_finding_is_open_while_the_condition_is_active_whatever_is_done_about_the_alarm(
    quiet_street: QuietStreet,
) -> None:
    at = plant.NOON
    install([("power.yaml", WRITTEN)], by=BY, now=at)
    first, second = (stream_of(light) for light in quiet_street.lights[:2])
    by_hand = alarms.define(second, plant.draft(limit=5.0), by=BY, now=at)
    assert judged(at) == {}
    rows: dict[Any, Definition] = {row.stream_id: row for row in Definition.objects.all()}
    assert {row.clause for row in rows.values()} == {"poles.not_too_hot"}
    assert [(row.limit, row.on_delay, row.is_enabled, row.priority) for row in rows.values()] == [
        (100.0, timedelta(seconds=10), True, 2)
    ] * 2
    assert rows[second.pk].pk == by_hand.pk
    assert passes.signal.keep_alarms(now=at, register=passes.register()) == 0
    with pytest.raises(OwnedByClause):
        alarms.disable(rows[first.pk], by=BY)
    plant.report(first, 120.0, 120.0, at=at + MINUTE, every=timedelta(seconds=20))
    plant.report(second, 50.0, at=at + MINUTE)
    assert judged(at + 2 * MINUTE) == {"L-01": "broken"}
    finding = Finding.objects.get()
    assert finding.evidence["streams"][0]["value"] == 120.0
    alarm = Alarm.objects.get(stream=first)
    alarms.acknowledge([alarm.uid], by=BY, now=at + 2 * MINUTE)
    alarms.shelve(alarm.uid, until=at + timedelta(hours=1), reason="noise", by=BY, now=at + 2 * MINUTE)
    assert judged(at + 3 * MINUTE) == {"L-01": "broken"}
    assert Alarm.objects.get(pk=alarm.pk).state == "shelved"
    alarms.command(alarm.uid, What.OUT_OF_SERVICE, by=BY, now=at + 4 * MINUTE)
    assert judged(at + 5 * MINUTE) == {"L-01": "unknown"}
    alarms.command(alarm.uid, What.RETURN_TO_SERVICE, by=BY, now=at + 6 * MINUTE)
    assert judged(at + 6 * MINUTE) == {"L-01": "broken"}
    plant.report(first, 50.0, at=at + 7 * MINUTE)
    assert judged(at + 8 * MINUTE) == {}
    changed = WRITTEN.replace("{2020-01-01: 100}", "{2020-01-01: 100, 2026-11-23: 40}").replace(
        "[PT0S, 99]", "[PT0S, 39]"
    )
    install([("power.yaml", changed.replace("[PT1M, 99]", "[PT1M, 39]"))], by=BY, now=at + 9 * MINUTE)
    passes.incremental(now=at + 9 * MINUTE)
    assert set(Definition.objects.values_list("limit", "is_enabled")) == {(40.0, True)}
    plant.report(second, 50.0, 50.0, at=at + 10 * MINUTE, every=timedelta(seconds=20))
    assert judged(at + 11 * MINUTE) == {"L-02": "broken"}
    renamed = changed.replace("poles.not_too_hot", "poles.another").replace("[PT1M, 99]", "[PT1M, 39]")
    install([("power.yaml", renamed)], by=BY, now=at + 12 * MINUTE)
    passes.incremental(now=at + timedelta(days=1))
    assert {(row.clause, row.is_enabled) for row in Definition.objects.all()} == {("poles.another", True)}
