# SPDX-License-Identifier: Apache-2.0
"""What each of the six kinds of check looks at, with the values in force, in words of both languages."""

from __future__ import annotations

from collections.abc import Mapping

from belltower.core.standards.checks import (
    AttributeCheck,
    CadenceCheck,
    IndicatorCheck,
    Must,
    Predicate,
    ReachCheck,
    SignalCheck,
    SpatialCheck,
    WatchCheck,
)
from belltower.core.standards.clauses import Clause
from belltower.core.standards.outputs import vocabulary, wording
from belltower.core.standards.outputs.named import SIGNALS, fields_counted, uses_of
from belltower.core.standards.outputs.phrases import Spoken, phrase
from belltower.core.standards.outputs.vocabulary import Fields
from belltower.core.standards.predicates.binding import Given
from belltower.kernel.packs import Register
from belltower.kernel.texts import Text

_MUST = {
    Must.KEEP_AWAY_FROM: Text(zh="距{of}不小于 {distance}", en="At least {distance} from: {of}"),
    Must.BE_NEAR: Text(zh="{distance} 内有{of}", en="Within {distance}: {of}"),
    Must.BE_INSIDE: Text(zh="在{of}之内", en="Inside: {of}"),
    Must.BE_OUTSIDE: Text(zh="在{of}之外", en="Outside: {of}"),
}
_OVER = {
    "straight": Text(zh="直线", en="as the crow flies"),
    "streets": Text(zh="沿街道", en="along the streets"),
    "on_foot": Text(zh="沿街道步行", en="on foot along the streets"),
}


def rule_of(clause: Clause, values: Mapping[str, Given], register: Register) -> Text:
    """What the machine looks at with ``values``, in both languages."""
    return _Rule(clause, values, register).said()


class _Rule:
    """One clause's check with the values of a day."""

    def __init__(self, clause: Clause, values: Mapping[str, Given], register: Register) -> None:
        self.clause, self.values, self.register = clause, values, register
        self.uses = uses_of(clause, register)
        self.own = vocabulary.fields_of_subject(clause, register)

    def said(self) -> Text:
        check = self.clause.check
        match check:
            case AttributeCheck():
                rule = self.phrase(check.holds, self.own)
            case CadenceCheck():
                rule = self.cadence(check)
            case WatchCheck():
                rule = self.watch(check)
            case SignalCheck():
                rule = self.signal(check)
            case SpatialCheck():
                rule = self.spatial(check)
            case ReachCheck():
                rule = self.reach(check)
            case IndicatorCheck():
                return self.indicator(check)
        if check.where is None:
            return rule
        where = self.phrase(check.where, self.own)
        return Text(zh=f"凡{where.zh}的：{rule.zh}", en=f"Where {where.en}: {rule.en}")

    def cadence(self, check: CadenceCheck) -> Text:
        done = vocabulary.activity_called(check.activity, self.register)
        said = Text(zh="每 {within}至少一次{done}", en="{done} at least once every {within}").format(
            within=self.value(check.within), done=done
        )
        return self.counting(said, check.counts, vocabulary.fields_of_activity(check.activity, self.register))

    def watch(self, check: WatchCheck) -> Text:
        done = vocabulary.activity_called(check.activity, self.register)
        said = Text(zh="一日内每 {window}都有{done}", en="{done} in every {window} of the day").format(
            window=self.value(check.window), done=done
        )
        return self.counting(said, check.counts, vocabulary.fields_of_activity(check.activity, self.register))

    def signal(self, check: SignalCheck) -> Text:
        stream, condition = vocabulary.stream_of(check.stream, self.clause, self.register), check.condition
        called = stream.title if stream else wording.words(check.stream)
        bad = SIGNALS[condition.word].format(stream=called)
        said = Text(zh="不得出现：{bad} {limit}", en="Must not happen: {bad} {limit}").format(
            bad=bad, limit=self.value(condition.limit)
        )
        if condition.on_delay:
            delay = self.value(condition.on_delay)
            said = Text(zh=f"{said.zh}，持续满 {delay.say('zh')}", en=f"{said.en} for {delay.say('en')}")
        why = check.rationalisation
        seconds = int(why.time_to_respond.total_seconds())
        return Text(zh="{said}。处置：{response}（{time}内）", en="{said}. To do: {response} (within {time})").format(
            said=said, response=why.response, time=wording.seconds(seconds)
        )

    def spatial(self, check: SpatialCheck) -> Text:
        of = self.meant(
            vocabulary.kind_called(check.of, self.register),
            check.of_where,
            vocabulary.fields_of_kind(check.of, self.register),
        )
        said = _MUST[check.must].format(of=of, distance=self.value(check.distance) if check.distance else "")
        if check.unless is None:
            return said
        unless = self.phrase(check.unless, self.own)
        return Text(zh=f"{said.zh}；{unless.zh}的除外", en=f"{said.en}; unless {unless.en}")

    def reach(self, check: ReachCheck) -> Text:
        by = self.meant(
            vocabulary.kind_called(check.by, self.register),
            check.by_where,
            vocabulary.fields_of_kind(check.by, self.register),
        )
        return Text(zh="{reach} 内有{by}（{over}）", en="Within {reach} ({over}): {by}").format(
            reach=self.value(check.reach), by=by, over=_OVER[str(check.over)]
        )

    def indicator(self, check: IndicatorCheck) -> Text:
        fields = fields_counted(check, self.clause, self.register)
        counted = self.phrase(check.counts, fields)
        of = self.meant(self.counted_called(check), check.among, fields)
        sign = "≥" if check.bound == "at_least" else "≤"
        said = Text(
            zh=f"按{{by}}：{{of}}中，{{counted}}的占比 {sign} {{limit}}",
            en=f"By {{by}}: of {{of}}, the share with {{counted}} {sign} {{limit}}",
        ).format(by=vocabulary.AREAS[check.by], of=of, counted=counted, limit=self.value(check.limit))
        if check.window:
            window = self.value(check.window)
            said = Text(zh=f"{said.zh}（{window.say('zh')}内）", en=f"{said.en} (over {window.say('en')})")
        return Text(zh=f"{said.zh}；按 95% 置信区间判断", en=f"{said.en}; judged with its 95% interval")

    def counted_called(self, check: IndicatorCheck) -> Text:
        """What an indicator counts, as people call it."""
        if str(check.of) == "activities":
            return vocabulary.activity_called(check.name, self.register)
        if str(check.of) == "readings":
            stream = vocabulary.stream_of(check.name, self.clause, self.register)
            return Text(zh="{one}读数", en="readings of {one}").format(
                one=stream.title if stream else wording.words(check.name or "")
            )
        return vocabulary.subject_of(self.clause, self.register)

    def counting(self, said: Text, counts: Predicate | None, fields: Fields) -> Text:
        if counts is None:
            return said
        only = self.phrase(counts, fields)
        return Text(zh=f"{said.zh}（只计{only.zh}的）", en=f"{said.en} (counting only: {only.en})")

    def meant(self, called: Text, where: Predicate | None, fields: Fields) -> Text:
        if where is None:
            return called
        only = self.phrase(where, fields)
        return Text(zh=f"{called.say('zh')}（{only.zh}）", en=f"{called.say('en')} ({only.en})")

    def phrase(self, predicate: Predicate, fields: Fields) -> Text:
        return phrase(predicate.tree, Spoken(fields, self.values, {name: use.unit for name, use in self.uses.items()}))

    def value(self, name: str) -> Text:
        use = self.uses.get(name)
        return wording.value(self.values[name], use.unit if use else None)
