# SPDX-License-Identifier: Apache-2.0
"""A city with one street, a gas company, a bureau, and somebody for each part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import shapely

from belltower.core.access.rules import Verb
from belltower.core.cases.acting import Acting, everywhere
from belltower.core.cases.table import Part
from belltower.core.places.actions.areas import AreaDraft, put_areas
from belltower.core.places.actions.city import use_profile
from belltower.core.places.actions.parties import put_party
from belltower.core.places.city import load_profile
from belltower.core.places.models import Party
from belltower.core.places.scope import Scope
from belltower.kernel.actors import Actor, ActorKind
from belltower.kernel.texts import Text

BY = Actor.system("scene")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""A Monday, 10:00 in the city."""
LON, LAT = 112.603, 26.9


def person(number: int) -> Actor:
    return Actor(ActorKind.PERSON, f"person {number}", UUID(int=number))


@dataclass
class Bureau:
    """Who takes part; ``other`` belongs to another enterprise."""

    gas: Party
    lights: Party
    desk: Acting
    inspector: Acting
    worker: Acting
    other: Acting
    leader: Acting
    resident: Acting
    committee: Party
    member: Acting


def bureau() -> Bureau:
    """Make the city and its people."""
    use_profile(load_profile("hengyang"), by=BY)
    district = AreaDraft(
        code="430408", level="district", name=Text("蒸湘区", "Zhengxiang"), parent_code="430400",
        geometry=shapely.box(112.5, 26.8, 112.7, 27.0),
    )  # fmt: skip
    city = AreaDraft(code="430400", level="city", name=Text("衡阳市"), geometry=shapely.box(112, 26, 113, 28))
    put_areas([city, district], by=BY, on=date(2024, 1, 1), source="scene")
    gas = put_party("gas", "enterprise", Text(zh="衡阳燃气", en="Hengyang Gas"), by=BY)
    committee = put_party("committee", "committee", Text(zh="燃气专委会", en="Gas committee"), by=BY)
    lights = put_party("lights", "enterprise", Text(zh="衡阳照明", en="Hengyang Lights"), by=BY)
    return Bureau(
        gas, lights,
        desk=everywhere(person(1), [Verb.REPORT_CASES, Verb.DISPATCH_CASES, Verb.CHECK_CASES]),
        inspector=everywhere(person(2), [Verb.REPORT_CASES, Verb.HANDLE_CASES, Verb.CHECK_CASES]),
        worker=_of(gas, 3), other=_of(lights, 4),
        leader=everywhere(person(5), [Verb.LEAD_CASES]),
        resident=Acting(Actor.system("public"), fixed=Part.REPORTER),
        committee=committee,
        member=everywhere(person(6), [Verb.LEAD_CASES, Verb.HANDLE_CASES], committee.pk),
    )  # fmt: skip


def _of(party: Party, number: int) -> Acting:
    own = Scope(frozenset({party.pk}))
    return Acting(person(number), {Verb.HANDLE_CASES: own, Verb.REPORT_CASES: own, Verb.CHECK_CASES: own}, party.pk)
