# SPDX-License-Identifier: Apache-2.0
"""Each of the six kinds of check as one sentence in Chinese or English, with the values of a day; and the units of values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from belltower.core.places.models.area import AreaLevel
from belltower.core.standards.checks import (
    AttributeCheck,
    Bound,
    CadenceCheck,
    Counted,
    IndicatorCheck,
    Must,
    Over,
    Predicate,
    ReachCheck,
    SignalCheck,
    SpatialCheck,
    WatchCheck,
    predicates_of,
)
from belltower.core.standards.clauses import Clause
from belltower.core.standards.predicates.binding import Given
from belltower.kernel.packs import Field, FieldType, Register
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity
from belltower.screens.console.shown import printed
from belltower.screens.console.standard_words import Fields, Speaker, units_in

LEVELS = {
    AreaLevel.CITY: Text(zh="城市", en="City"), AreaLevel.DISTRICT: Text(zh="区县", en="District"),
    AreaLevel.STREET: Text(zh="街道", en="Street"), AreaLevel.COMMUNITY: Text(zh="社区", en="Community"),
    AreaLevel.GRID: Text(zh="单元网格", en="Unit grid"),
}  # fmt: skip
_OF_AREAS: Fields = {
    "population": Field("population", FieldType.INTEGER, Text(zh="人口", en="Population")),
    "area_m2": Field("area_m2", Quantity.AREA, Text(zh="面积", en="Size"), unit="m2"),
}


def sentence(clause: Clause, register: Register, values: Mapping[str, Given], language: str) -> str:
    """The check in words, with these values; one that is missing is said by its name."""
    return _Saying(clause, register, values, language).say()


def subject_title(clause: Clause, register: Register) -> Text:
    """What the clause applies to: a kind of asset, or a level of areas."""
    return LEVELS[AreaLevel(clause.applies_to)] if clause.is_of_areas else register.kind(clause.applies_to).title


def subject_fields(clause: Clause, register: Register) -> Fields:
    """What may be asked of what the clause applies to."""
    return _OF_AREAS if clause.is_of_areas else by_name(register.kind(clause.applies_to).fields)


def by_name(fields: tuple[Field, ...]) -> Fields:
    """Declared fields by their names."""
    return {one.name: one for one in fields}


def units_of(clause: Clause, register: Register) -> dict[str, str]:
    """The printed unit of each value of a clause that has one."""
    check = clause.check
    found: dict[str, str] = {}
    for predicate in predicates_of(check):
        found |= units_in(predicate.tree, _fields_around(clause, register))
    match check:
        case SpatialCheck(distance=name) | ReachCheck(reach=name) if name:
            found[name] = "m"
        case IndicatorCheck(limit=name):
            found[name] = "%"
        case SignalCheck(stream, condition):
            unit = printed(_unit(clause, register, stream))
            for name in (condition.limit, condition.deadband, condition.set_point):
                if name and unit and condition.word != "stale":
                    found[name] = unit
        case _:
            pass
    return found


def _fields_around(clause: Clause, register: Register) -> Fields:
    """The fields of the subject and of whatever else the check asks of; of two of one name the subject's."""
    check, found = clause.check, dict(subject_fields(clause, register))
    others: tuple[tuple[Field, ...], ...] = ()
    match check:
        case SpatialCheck(of=kind) | ReachCheck(by=kind):
            others = (register.kind(kind).fields,)
        case (
            CadenceCheck(activity=name)
            | WatchCheck(activity=name)
            | IndicatorCheck(of=Counted.ACTIVITIES, name=str(name))
        ):
            others = (register.activities[name].fields,)
        case _:
            pass
    return {**{name: one for some in others for name, one in by_name(some).items()}, **found}


def _unit(clause: Clause, register: Register, stream: str) -> str:
    streams = (one for pack in register.packs for one in pack.streams)
    return next((one.unit for one in streams if one.name == stream and one.on == clause.applies_to), "")


@dataclass(frozen=True, slots=True)
class _Saying:
    clause: Clause
    register: Register
    values: Mapping[str, Given]
    language: str

    def say(self) -> str:
        check = self.clause.check
        match check:
            case AttributeCheck(holds):
                said = self._choose(f"{self._every()}：{self._about(holds)}", f"{self._every()}: {self._about(holds)}")
            case CadenceCheck():
                said = self._cadence(check)
            case SignalCheck():
                said = self._signal(check)
            case SpatialCheck():
                said = self._spatial(check)
            case ReachCheck():
                said = self._reach(check)
            case WatchCheck():
                said = self._watch(check)
            case IndicatorCheck():
                said = self._indicator(check)
        return said + self._choose("。", ".")

    def _cadence(self, check: CadenceCheck) -> str:
        within, what = self._limit(check.within), self._done(check.activity, check.counts)
        return self._choose(
            f"{self._every()}在最近 {within} 内应有一次{what}",
            f"{self._every()} has had this within the last {within}: {what}",
        )

    def _watch(self, check: WatchCheck) -> str:
        window, what = self._limit(check.window), self._done(check.activity, check.counts)
        return self._choose(
            f"{self._every()}在每个 {window} 时段内应有一次{what}",
            f"{self._every()} has had this in every {window} of the day: {what}",
        )

    def _signal(self, check: SignalCheck) -> str:
        condition, stream = check.condition, self._stream(check.stream)
        limit, point = self._limit(condition.limit), self._limit(condition.set_point)
        lasting = self._limit(condition.on_delay)
        zh = {"rate": f"每秒变化超过 {limit}", "stale": f"静默超过 {limit}", "deviation": f"偏离 {point} 超过 {limit}"}
        en = {"rate": f"changes by more than {limit} a second", "stale": f"is silent for longer than {limit}",
              "deviation": f"is further than {limit} from {point}"}  # fmt: skip
        is_high = condition.word in ("hi", "hihi")
        return self._choose(
            f"{self._every()}的{stream}不得{zh.get(condition.word, ('高于 ' if is_high else '低于 ') + limit)}"
            + (f"并持续 {lasting}" if condition.on_delay else ""),
            f"{self._every()} is broken when its {stream} "
            f"{en.get(condition.word, ('is above ' if is_high else 'is below ') + limit)}"
            + (f" for {lasting}" if condition.on_delay else ""),
        )

    def _spatial(self, check: SpatialCheck) -> str:
        every, of, far = self._every(), self._kind(check.of, check.of_where), self._limit(check.distance)
        said = {
            Must.KEEP_AWAY_FROM: (
                f"{every}与任何{of}的距离不小于 {far}",
                f"{every} keeps at least {far} away from any {of}",
            ),
            Must.BE_NEAR: (f"{every}周围 {far} 内应有{of}", f"{every} has a {of} within {far}"),
            Must.BE_INSIDE: (f"{every}应位于{of}之内", f"{every} lies inside a {of}"),
            Must.BE_OUTSIDE: (f"{every}应位于所有{of}之外", f"{every} lies outside every {of}"),
        }[check.must]
        if check.unless is None:
            return self._choose(*said)
        unless = self._about(check.unless)
        return self._choose(f"{said[0]}，除非{unless}", f"{said[1]}, unless {unless}")

    def _reach(self, check: ReachCheck) -> str:
        by, reach = self._kind(check.by, check.by_where), self._limit(check.reach)
        zh, en = {
            Over.STRAIGHT: ("直线", "in a straight line"),
            Over.STREETS: ("沿道路", "along the streets"),
            Over.ON_FOOT: ("步行", "on foot along the streets"),
        }[check.over]
        return self._choose(
            f"{self._every()}{zh} {reach} 内应有{by}", f"{self._every()} has a {by} within {reach} {en}"
        )

    def _indicator(self, check: IndicatorCheck) -> str:
        fields = _fields_around(self.clause, self.register)
        what, counts, limit = self._counted(check), self._about(check.counts, fields), self._limit(check.limit)
        among = self._where(check.among, fields)
        least = check.bound is Bound.AT_LEAST
        by = LEVELS[AreaLevel(check.by)].say(self.language)
        over_zh = f"最近 {self._limit(check.window)} 内" if check.window else ""
        over_en = f" over the last {self._limit(check.window)}" if check.window else ""
        return self._choose(
            f"各{by}{over_zh}的{what}{among}中，“{counts}”的比率{'不低于' if least else '不高于'} {limit}",
            f"In each {by.lower()}{over_en}, at {'least' if least else 'most'} {limit} of {what}{among} are so: {counts}",
        )

    def _every(self) -> str:
        title = subject_title(self.clause, self.register).say(self.language)
        where = getattr(self.clause.check, "where", None)
        return self._choose(f"每个{title}", f"Every {title.lower()}") + self._where(where)

    def _where(self, where: Predicate | None, fields: Fields | None = None) -> str:
        if where is None:
            return ""
        return self._choose(f"（{self._about(where, fields)}）", f" ({self._about(where, fields)})")

    def _kind(self, name: str, where: Predicate | None) -> str:
        kind = self.register.kind(name)
        return self._small(kind.title) + self._where(where, by_name(kind.fields))

    def _done(self, name: str, counts: Predicate | None) -> str:
        activity = self.register.activities[name]
        return self._small(activity.title) + self._where(counts, by_name(activity.fields))

    def _stream(self, name: str) -> str:
        streams = (one for pack in self.register.packs for one in pack.streams)
        found = next((one for one in streams if one.name == name and one.on == self.clause.applies_to), None)
        return self._small(found.title) if found else name

    def _counted(self, check: IndicatorCheck) -> str:
        if check.of is Counted.ACTIVITIES and check.name:
            return self._small(self.register.activities[check.name].title)
        if check.of is Counted.ASSETS and check.name in self.register.kinds:
            return self._small(self.register.kind(check.name or "").title)
        if check.of is Counted.ASSETS:
            return self._small(subject_title(self.clause, self.register))
        return self._choose("读数", "readings") + (f"（{check.name}）" if check.name else "")

    def _about(self, predicate: Predicate, fields: Fields | None = None) -> str:
        known = subject_fields(self.clause, self.register) if fields is None else fields
        return Speaker(known, self.values, self.language).say(predicate.tree)

    def _limit(self, name: str | None) -> str:
        if name is None or name not in self.values:
            return name or ""
        unit = units_of(self.clause, self.register).get(name, "")
        return Speaker({}, {}, self.language).value(self.values[name], unit)

    def _small(self, title: Text) -> str:
        """A title within a sentence; letters beyond the first stay as they are."""
        said = title.say(self.language)
        return said if said[1:2].isupper() else said[:1].lower() + said[1:]

    def _choose(self, zh: str, en: str) -> str:
        return zh if self.language.startswith("zh") else en
