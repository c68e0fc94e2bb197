# SPDX-License-Identifier: Apache-2.0
"""Values that a check names outright rather than in a predicate: a reach, a window, a delay; what is said before each."""

from __future__ import annotations

from collections.abc import Iterator

from belltower.core.standards.checks import (
    AttributeCheck,
    Bound,
    CadenceCheck,
    Check,
    IndicatorCheck,
    Must,
    Predicate,
    ReachCheck,
    SignalCheck,
    SpatialCheck,
    WatchCheck,
)
from belltower.core.standards.clauses import Clause
from belltower.core.standards.outputs import vocabulary
from belltower.core.standards.outputs.limits import Use, uses
from belltower.core.standards.outputs.vocabulary import Fields
from belltower.kernel.packs import Register
from belltower.kernel.texts import Text

SIGNALS = {
    "hi": Text(zh="{stream}高于", en="{stream} above"),
    "hihi": Text(zh="{stream}高于", en="{stream} above"),
    "lo": Text(zh="{stream}低于", en="{stream} below"),
    "lolo": Text(zh="{stream}低于", en="{stream} below"),
    "rate": Text(zh="{stream}变化快于", en="{stream} changing faster than"),
    "stale": Text(zh="{stream}没有读数超过", en="no reading of {stream} for longer than"),
    "deviation": Text(zh="{stream}偏离设定值超过", en="{stream} further from its set point than"),
}
_DELAYS = {
    "deadband": Text(zh="回差", en="deadband"),
    "on_delay": Text(zh="持续满", en="for"),
    "off_delay": Text(zh="恢复满", en="over for"),
    "set_point": Text(zh="设定值", en="set point"),
}


def uses_of(clause: Clause, register: Register) -> dict[str, Use]:
    """By the value's name, what stands before it, its unit and its field; what a predicate compares with is found there."""
    found: dict[str, Use] = {}
    for predicate, fields in asked(clause, register):
        found = uses(predicate.tree, fields) | found
    return found | dict(_named(clause, register))


def asked(clause: Clause, register: Register) -> Iterator[tuple[Predicate, Fields]]:
    """Each predicate of the check with the fields that it speaks of; what it demands comes before whom it means."""
    check = clause.check
    own = vocabulary.fields_of_subject(clause, register)
    match check:
        case AttributeCheck():
            pairs: list[tuple[Predicate | None, Fields]] = [(check.holds, own), (check.where, own)]
        case CadenceCheck() | WatchCheck():
            pairs = [(check.counts, vocabulary.fields_of_activity(check.activity, register)), (check.where, own)]
        case SignalCheck():
            pairs = [(check.where, own)]
        case SpatialCheck():
            pairs = [
                (check.unless, own),
                (check.of_where, vocabulary.fields_of_kind(check.of, register)),
                (check.where, own),
            ]
        case ReachCheck():
            pairs = [(check.by_where, vocabulary.fields_of_kind(check.by, register)), (check.where, own)]
        case IndicatorCheck():
            fields = fields_counted(check, clause, register)
            pairs = [(check.counts, fields), (check.among, fields)]
    return ((predicate, fields) for predicate, fields in pairs if predicate)


def fields_counted(check: IndicatorCheck, clause: Clause, register: Register) -> Fields:
    """What an indicator may ask of each that it counts."""
    match str(check.of):
        case "activities":
            return vocabulary.fields_of_activity(check.name or "", register)
        case "readings":
            return vocabulary.fields_of_reading(vocabulary.stream_of(check.name, clause, register))
        case _:
            return vocabulary.fields_of_subject(clause, register)


def _named(clause: Clause, register: Register) -> Iterator[tuple[str, Use]]:
    check: Check = clause.check
    match check:
        case CadenceCheck():
            yield (
                check.within,
                Use(_about(Text(zh="{one}间隔不超过", en="{one} at least once every"), check.activity, register)),
            )
        case WatchCheck():
            yield check.window, Use(_about(Text(zh="{one}，每段时间", en="{one} in every"), check.activity, register))
        case SpatialCheck() if check.distance:
            to = vocabulary.kind_called(check.of, register)
            says = (
                Text(zh="距{one} ≥", en="From {one} ≥")
                if check.must is Must.KEEP_AWAY_FROM
                else Text(zh="距{one} ≤", en="From {one} ≤")
            )
            yield check.distance, Use(says.format(one=to), "m")
        case ReachCheck():
            yield (
                check.reach,
                Use(Text(zh="距{one} ≤", en="To {one} ≤").format(one=vocabulary.kind_called(check.by, register)), "m"),
            )
        case SignalCheck():
            yield from _of_signal(check, clause, register)
        case IndicatorCheck():
            sign = "≥" if check.bound is Bound.AT_LEAST else "≤"
            yield check.limit, Use(Text(zh=f"比例 {sign}", en=f"Share {sign}"), "%")
            if check.window:
                yield check.window, Use(Text(zh="统计期", en="Counted over"), is_technical=True)
            if check.sample_at_least:
                yield check.sample_at_least, Use(Text(zh="样本至少", en="Sample at least"), "1", is_technical=True)


def _of_signal(check: SignalCheck, clause: Clause, register: Register) -> Iterator[tuple[str, Use]]:
    stream, condition = vocabulary.stream_of(check.stream, clause, register), check.condition
    unit = stream.unit if stream else None
    called = stream.title if stream else Text(en=check.stream)
    word = condition.word
    yield (
        condition.limit,
        Use(SIGNALS[word].format(stream=called), None if word == "stale" else f"{unit}/s" if word == "rate" else unit),
    )
    for name, label in _DELAYS.items():
        if value := getattr(condition, name):
            of_stream = name in ("deadband", "set_point")
            yield value, Use(label, unit if of_stream else None, is_technical=name in ("deadband", "off_delay"))


def _about(says: Text, activity: str, register: Register) -> Text:
    return says.format(one=vocabulary.activity_called(activity, register))
