# SPDX-License-Identifier: Apache-2.0
"""What names in a clause mean for people: fields of its subject, of other kinds, of activities and readings; streams and areas."""

from __future__ import annotations

from belltower.core.standards.clauses import Clause
from belltower.core.standards.outputs import wording
from belltower.kernel.packs import Field, Register, Stream
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity

Fields = dict[str, Field]
AREA_FIELDS: Fields = {
    "population": Field("population", Quantity.COUNT, Text(zh="人口", en="population"), unit="{person}"),
    "area_m2": Field("area_m2", Quantity.AREA, Text(zh="面积", en="area"), unit="m2"),
}
AREAS = {
    "city": Text(zh="全市", en="city"),
    "district": Text(zh="区县", en="district"),
    "street": Text(zh="街道", en="street"),
    "community": Text(zh="社区", en="community"),
    "grid": Text(zh="单元网格", en="unit grid"),
}


def subject_of(clause: Clause, register: Register) -> Text:
    """What the clause is about, as people call it."""
    if clause.is_of_areas:
        return AREAS.get(clause.applies_to, wording.words(clause.applies_to))
    kind = register.kinds.get(clause.applies_to)
    return kind.title if kind else wording.words(clause.applies_to)


def fields_of_subject(clause: Clause, register: Register) -> Fields:
    """The declared fields of what the clause is about, by name."""
    return AREA_FIELDS if clause.is_of_areas else fields_of_kind(clause.applies_to, register)


def fields_of_kind(name: str, register: Register) -> Fields:
    """The declared fields of a kind; none where no pack declares it."""
    kind = register.kinds.get(name)
    return {one.name: one for one in kind.fields} if kind else {}


def fields_of_activity(name: str, register: Register) -> Fields:
    """What is noted each time an activity is done."""
    found = register.activities.get(name)
    return {one.name: one for one in found.fields} if found else {}


def fields_of_reading(stream: Stream | None) -> Fields:
    """What may be asked of a reading: its value, in the stream's unit."""
    return {"value": Field("value", stream.quantity, stream.title, unit=stream.unit)} if stream else {}


def stream_of(name: str | None, clause: Clause, register: Register) -> Stream | None:
    """The declared stream of the clause's kind."""
    streams = (one for pack in register.packs for one in pack.streams)
    return next((one for one in streams if one.name == name and one.on == clause.applies_to), None)


def activity_called(name: str | None, register: Register) -> Text:
    """What people call an activity."""
    found = register.activities.get(name or "")
    return found.title if found else wording.words(name or "")


def kind_called(name: str, register: Register) -> Text:
    """What people call a kind of thing."""
    kind = register.kinds.get(name)
    return kind.title if kind else wording.words(name)
