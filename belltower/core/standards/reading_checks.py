# SPDX-License-Identifier: Apache-2.0
"""The part ``check`` of a clause, of whichever kind, against what packs declare and the clause's own values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from belltower.analytics.alarms.states import Kind as SignalKind
from belltower.core.standards.checks import (
    AttributeCheck,
    Bound,
    CadenceCheck,
    Check,
    CheckKind,
    Condition,
    Counted,
    IndicatorCheck,
    Must,
    Over,
    Predicate,
    Rationalisation,
    ReachCheck,
    SignalCheck,
    SpatialCheck,
    WatchCheck,
    used_by,
)
from belltower.core.standards.clauses import Dated
from belltower.core.standards.predicates.binding import Given
from belltower.core.standards.predicates.durations import CivilDuration
from belltower.core.standards.predicates.errors import BadPredicate
from belltower.core.standards.predicates.nodes import Kind
from belltower.core.standards.predicates.parsing import Vocabulary, parse
from belltower.core.standards.reading_parts import (
    entries,
    fields_of,
    fields_of_subject,
    known,
    limit,
    text,
    type_of,
)
from belltower.kernel.packs import Activity, Geometry, Register
from belltower.kernel.texts import Text
from belltower.kernel.written import Part

SIGNAL_KINDS = {one.name.lower(): one for one in SignalKind if one is not SignalKind.DISCREPANCY}
READING_FIELDS = {"value": Kind.NUMBER}
"""What a predicate may ask of a reading: its value, in the stream's unit."""
_IN_PREDICATES = {bool: Kind.BOOLEAN, float: Kind.NUMBER, str: Kind.TEXT, CivilDuration: Kind.DURATION}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Around:
    """What a check is read against: the clause's subject, its values, and what packs declare."""

    subject: str
    is_of_areas: bool
    values: Mapping[str, Dated[Given]]
    register: Register

    @property
    def fields(self) -> dict[str, Kind]:
        """What may be asked of the subject."""
        return fields_of_subject(self.subject, self.register, is_of_areas=self.is_of_areas)

    def activity(self, part: Part) -> Activity:
        """The declared activity that is done to the subject."""
        name = known(part, self.register.activities, zh="作业", en="activity")
        found = self.register.activities[name]
        if found.on != self.subject:
            raise part.refuse(
                f"作业“{name}”针对 {found.on}，不是 {self.subject}",
                f"names '{name}', which is done to {found.on}, not to {self.subject}",
            )
        return found

    def stream(self, part: Part) -> str:
        """The name of a stream that is measured on the subject."""
        there = (one.name for pack in self.register.packs for one in pack.streams if one.on == self.subject)
        return known(part, there, zh=f"{self.subject} 的数据流", en=f"stream of {self.subject}")

    def kind(self, part: Part) -> str:
        """A declared kind of asset."""
        return known(part, self.register.kinds, zh="部件类型", en="kind")

    def predicate(self, part: Part, fields: Mapping[str, Kind]) -> Predicate:
        """A predicate over these fields and the clause's values."""
        for name in self.values:
            if name in fields:
                raise part.refuse(
                    f"值“{name}”与字段同名", f"cannot be used: the value '{name}' is called as a field is"
                )
        usable = {name: kind for name, one in self.values.items() if (kind := _IN_PREDICATES.get(type_of(one)))}
        said = part.text()
        try:
            return Predicate(said, parse(said, Vocabulary(fields, usable)))
        except BadPredicate as error:
            reason = error.facts["reason"]
            assert isinstance(reason, Text)
            raise part.refuse(f"：{reason.zh}", f"cannot be used: {reason.en}") from None

    def maybe(self, part: Part, key: str, fields: Mapping[str, Kind]) -> Predicate | None:
        """The predicate ``key``, where there is one."""
        found = part.get(key)
        return self.predicate(found, fields) if found else None

    def limit(self, part: Part, key: str, *types: type) -> str:
        """The name of a value of one of the types, which must be there."""
        return limit(part.need(key), self.values, *types)

    def limit_or_none(self, part: Part, key: str, *types: type) -> str | None:
        """The name of a value of one of the types, where one is given."""
        return limit(part.need(key), self.values, *types) if part.get(key) else None


def read_check(part: Part, around: Around) -> Check:
    """The check, every name in it known and every value of the clause used."""
    kind = CheckKind(part.need("kind").word(*CheckKind))
    if around.is_of_areas and kind not in (CheckKind.COVERAGE, CheckKind.INDICATOR):
        raise part.need("kind").refuse(
            "只有 coverage 和 indicator 可以针对区域", "can be of areas only for coverage and indicator"
        )
    check = _READERS[kind](part, around)
    for name in around.values:
        if name not in used_by(check):
            raise part.refuse(f"没有用到值“{name}”", f"does not use the value '{name}'")
    return check


def _attribute(part: Part, around: Around) -> Check:
    part.keys(known=("kind", "holds", "where"))
    fields = around.fields
    return AttributeCheck(around.predicate(part.need("holds"), fields), around.maybe(part, "where", fields))


def _cadence(part: Part, around: Around) -> Check:
    part.keys(known=("kind", "activity", "within", "counts", "where"))
    activity = around.activity(part.need("activity"))
    return CadenceCheck(
        activity=activity.name, within=around.limit(part, "within", CivilDuration, timedelta),
        counts=around.maybe(part, "counts", fields_of(activity)), where=around.maybe(part, "where", around.fields),
    )  # fmt: skip


def _signal(part: Part, around: Around) -> Check:
    part.keys(known=("kind", "stream", "condition", "priority", "rationalisation", "where"))
    return SignalCheck(
        stream=around.stream(part.need("stream")), condition=_condition(part.need("condition"), around),
        priority=part.need("priority").whole(least=1, most=4),
        rationalisation=_rationalisation(part.need("rationalisation")),
        where=around.maybe(part, "where", around.fields),
    )  # fmt: skip


def _condition(part: Part, around: Around) -> Condition:
    kind = SIGNAL_KINDS[part.need("kind").word(*SIGNAL_KINDS)]
    is_stale, is_deviation = kind is SignalKind.STALE, kind is SignalKind.DEVIATION
    part.keys(known=("kind", "limit", "on_delay", "off_delay", *(() if is_stale else ("deadband",)),
                     *(("set_point",) if is_deviation else ())))  # fmt: skip
    for name in ("deadband", "on_delay", "off_delay"):
        if (found := part.get(name)) is not None and found.value in around.values:
            _not_negative(found, around.values[found.value])
    return Condition(
        kind=kind, limit=around.limit(part, "limit", timedelta if is_stale else float),
        deadband=around.limit_or_none(part, "deadband", float),
        on_delay=around.limit_or_none(part, "on_delay", timedelta),
        off_delay=around.limit_or_none(part, "off_delay", timedelta),
        set_point=around.limit(part, "set_point", float) if is_deviation else None,
    )  # fmt: skip


def _rationalisation(part: Part) -> Rationalisation:
    part.keys(known=("cause", "consequence", "response", "time_to_respond"))
    cause, consequence, response = (text(part.need(name)) for name in ("cause", "consequence", "response"))
    return Rationalisation(cause, consequence, response, timedelta(seconds=part.need("time_to_respond").seconds()))


def _spatial(part: Part, around: Around) -> Check:
    must = Must(part.need("must").word(*Must))
    has_distance = must in (Must.KEEP_AWAY_FROM, Must.BE_NEAR)
    part.keys(known=("kind", "must", "of", *(("distance",) if has_distance else ()), "of_where", "where", "unless"))
    of = around.kind(part.need("of"))
    if not has_distance and around.register.kind(of).geometry is not Geometry.POLYGON:
        raise part.need("of").refuse(
            "应为面状部件：没有内外之分", "must be a kind of polygons to be inside or outside of"
        )
    distance = around.limit(part, "distance", float) if has_distance else None
    if distance:
        _not_negative(part.need("distance"), around.values[distance])
    return SpatialCheck(
        must=must, of=of, distance=distance,
        of_where=around.maybe(part, "of_where", fields_of(around.register.kind(of))),
        where=around.maybe(part, "where", around.fields), unless=around.maybe(part, "unless", around.fields),
    )  # fmt: skip


def _coverage(part: Part, around: Around) -> Check:
    if "activity" in entries(part):
        return _watch(part, around)
    part.keys(known=("kind", "by", "reach", "over", "by_where", "where", "activity", "window", "counts"))
    by, reach = around.kind(part.need("by")), around.limit(part, "reach", float)
    _not_negative(part.need("reach"), around.values[reach])
    for name in ("window", "counts"):
        if found := part.get(name):
            raise found.refuse("只用于带 activity 的检查", "belongs to a coverage by an activity only")
    over = Over(part.need("over").word(*Over))
    if over is not Over.STRAIGHT:
        _along_streets(part.need("over"), around)
    return ReachCheck(
        by=by, reach=reach, over=over, by_where=around.maybe(part, "by_where", fields_of(around.register.kind(by))),
        where=around.maybe(part, "where", around.fields),
    )  # fmt: skip


def _along_streets(part: Part, around: Around) -> None:
    """Reach along streets is of things, in a city whose packs say what its streets are."""
    if around.is_of_areas:
        raise part.refuse("针对区域时只能为 straight（直线距离）", "can only be straight where the clause is of areas")
    if not around.register.streets:
        raise part.refuse("不可用：没有功能包声明道路网", "cannot be used: no pack declares which lines are streets")


def _watch(part: Part, around: Around) -> Check:
    part.keys(known=("kind", "activity", "window", "counts", "where"))
    activity = around.activity(part.need("activity"))
    window = around.limit(part, "window", timedelta)
    for _, length in around.values[window].since:
        if not isinstance(length, timedelta) or _DAY % length:
            raise part.need("window").refuse("应能整除 24 小时，例如 PT4H", "must divide 24 hours, as PT4H does")
    return WatchCheck(
        activity=activity.name, window=window, counts=around.maybe(part, "counts", fields_of(activity)),
        where=around.maybe(part, "where", around.fields),
    )  # fmt: skip


def _indicator(part: Part, around: Around) -> Check:
    of = Counted(part.need("of").word(*Counted))
    own = {Counted.ACTIVITIES: ("activity", "window"), Counted.READINGS: ("stream", "window"), Counted.ASSETS: ()}[of]
    part.keys(known=("kind", "of", *own, "counts", "among", *Bound, "by", "sample_at_least"))
    if around.is_of_areas and of is not Counted.ACTIVITIES:
        raise part.need("of").refuse(
            "针对区域时只能为 activities", "can only be activities where the clause is of areas"
        )
    name, fields = None, around.fields
    if of is Counted.ACTIVITIES:
        activity = around.activity(part.need("activity"))
        name, fields = activity.name, fields_of(activity)
    elif of is Counted.READINGS:
        name, fields = around.stream(part.need("stream")), READING_FIELDS
    bounds = [one for one in Bound if part.get(one)]
    if len(bounds) != 1:
        raise part.refuse("应有 at_least 或 at_most 之一", "must have either at_least or at_most")
    bound = around.limit(part, bounds[0], float)
    if any(not 0 <= share <= 100 for _, share in around.values[bound].since):  # type: ignore[operator]
        raise part.need(bounds[0]).refuse("应为 0 至 100 的百分数", "must be a share from 0 to 100 per cent")
    return IndicatorCheck(
        of=of, name=name, counts=around.predicate(part.need("counts"), fields), among=around.maybe(part, "among", fields),
        window=around.limit(part, "window", CivilDuration, timedelta) if own else None, bound=bounds[0], limit=bound,
        by=part.need("by").word("city", "district", "street"),
        sample_at_least=around.limit_or_none(part, "sample_at_least", float),
    )  # fmt: skip


def _not_negative(part: Part, dated: Dated[Given]) -> None:
    if any(isinstance(value, float) and value < 0 for _, value in dated.since):
        raise part.refuse("不得为负", "must not be negative")


_READERS = {CheckKind.ATTRIBUTE: _attribute, CheckKind.CADENCE: _cadence, CheckKind.SIGNAL: _signal,
            CheckKind.SPATIAL: _spatial, CheckKind.COVERAGE: _coverage, CheckKind.INDICATOR: _indicator}  # fmt: skip
