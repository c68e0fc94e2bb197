# SPDX-License-Identifier: Apache-2.0
"""Values, units, lengths of time and the house's words for a clause, as people read them in both languages."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from belltower.core.standards.clauses import Grade, Outcome, Role, Source, TimeAllowed, Verified
from belltower.core.standards.predicates.binding import Given
from belltower.core.standards.predicates.durations import CivilDuration
from belltower.kernel.packs import Field, FieldType
from belltower.kernel.texts import Text

ROLES: dict[Role, Text] = {
    Role.TERRITORY: Text(zh="属地", en="Territory"),
    Role.SECTOR: Text(zh="行业主管部门", en="Sector authority"),
    Role.ENTERPRISE: Text(zh="企业主体", en="Enterprise"),
    Role.OWNER: Text(zh="权属单位", en="Owner"),
}
GRADES: dict[Grade, Text] = {
    Grade.GENERAL: Text(zh="一般", en="General"),
    Grade.MAJOR: Text(zh="重大", en="Major"),
}
VERIFIED: dict[Verified, Text] = {
    Verified.PRIMARY: Text(zh="已对照原文", en="read in the standard itself"),
    Verified.TRANSCRIPTION: Text(zh="据转录本", en="read in a transcription"),
    Verified.SECONDARY: Text(zh="二手资料", en="second-hand"),
    Verified.UNVERIFIED: Text(zh="未经核实", en="not verified"),
}
DOUBTFUL = (Verified.SECONDARY, Verified.UNVERIFIED)
"""Numbers of which nobody has seen the standard's own text, or a transcription: marked wherever they are printed."""
OUTCOMES: dict[Outcome, Text] = {
    Outcome.HOLDS: Text(zh="符合", en="holds"),
    Outcome.BROKEN: Text(zh="不符合", en="broken"),
    Outcome.UNKNOWN: Text(zh="情况不明", en="not known"),
}
YES, NO = Text(zh="是", en="yes"), Text(zh="否", en="no")
_UNITS: dict[str, Text] = {
    "m2": Text(en="m²"), "m3": Text(en="m³"), "km2": Text(en="km²"),
    "har": Text(zh="公顷", en="ha"), "Cel": Text(en="°C"), "[degF]": Text(en="°F"), "[ft_i]": Text(zh="英尺", en="ft"),
    "[in_i]": Text(zh="英寸", en="in"), "[mi_i]": Text(zh="英里", en="mi"), "[sft_i]": Text(zh="平方英尺", en="ft²"),
    "{person}": Text(zh="人", en="people"), "s": Text(zh="秒", en="s"), "min": Text(zh="分钟", en="min"),
    "h": Text(zh="小时", en="h"), "d": Text(zh="天", en="days"),
}  # fmt: skip
_MARKS = re.compile(r"[{}\[\]]")
_LENGTHS = {
    "M": (Text(zh="{n} 个月", en="{n} month"), Text(zh="{n} 个月", en="{n} months")),
    "D": (Text(zh="{n} 天", en="{n} day"), Text(zh="{n} 天", en="{n} days")),
    "TH": (Text(zh="{n} 小时", en="{n} hour"), Text(zh="{n} 小时", en="{n} hours")),
    "TM": (Text(zh="{n} 分钟", en="{n} minute"), Text(zh="{n} 分钟", en="{n} minutes")),
    "TS": (Text(zh="{n} 秒", en="{n} second"), Text(zh="{n} 秒", en="{n} seconds")),
}
_ISO = re.compile(
    r"P(?:(?P<Y>\d+)Y)?(?:(?P<M>\d+)M)?(?:(?P<W>\d+)W)?(?:(?P<D>\d+)D)?"
    r"(?:T(?:(?P<TH>\d+)H)?(?:(?P<TM>\d+)M)?(?:(?P<TS>\d+)S)?)?"
)


def number(value: float) -> str:
    """A number as it is printed: no trailing zeros, at most 12 digits."""
    return format(float(value), ".12g")


def unit(code: str | None) -> Text | None:
    """What people write for a UCUM code; None where nothing stands after the number."""
    if code in (None, "1"):
        return None
    return _UNITS.get(code) or Text(en=_MARKS.sub("", code).replace("m2", "m²").replace("m3", "m³"))


def value(given: Given, code: str | None = None) -> Text:
    """A value in force as people read it: ``2.4 m``, ``24 个月``, ``yes``."""
    if isinstance(given, bool):
        return YES if given else NO
    if isinstance(given, CivilDuration):
        return _together([("M", given.months), ("D", given.days)])
    if isinstance(given, timedelta):
        return seconds(int(given.total_seconds()))
    if isinstance(given, float | int):
        return amount(given, code)
    return day(given) if isinstance(given, date) else Text(zh=str(given), en=str(given))


def amount(given: float, code: str | None) -> Text:
    """A number with its unit; per cent stands close."""
    said = unit(code)
    if said is None:
        return Text(zh=number(given), en=number(given))
    gap = "" if code == "%" else "\u00a0"
    return Text(zh=f"{number(given)}{gap}{said.say('zh')}", en=f"{number(given)}{gap}{said.say('en')}")


def length(iso: str) -> Text:
    """An ISO 8601 length of time in words: ``P5D`` is 5 天, ``PT8H`` 8 小时. Raises ValueError."""
    found = _ISO.fullmatch(iso)
    if not found:
        raise ValueError(f"{iso!r} is no ISO 8601 length of time")
    parts = {name: int(said or 0) for name, said in found.groupdict().items()}
    counted = {"M": parts["Y"] * 12 + parts["M"], "D": parts["W"] * 7 + parts["D"]}
    return _together([*counted.items(), *((name, parts[name]) for name in ("TH", "TM", "TS"))])


def seconds(count: int) -> Text:
    """A length of natural time: 5400 is 1 小时 30 分钟. Whole days beyond two are said as days."""
    days, rest = divmod(count, 86400) if count >= 172800 else (0, count)
    hours, rest = divmod(rest, 3600)
    return _together([("D", days), ("TH", hours), ("TM", rest // 60), ("TS", rest % 60)])


def time_allowed(allowed: TimeAllowed) -> Text:
    """How long a breach may take: ``5 个工作日内``, ``within 8 hours``."""
    said = length(allowed.length)
    if not allowed.is_working:
        return Text(zh=f"{said.zh}内", en=f"within {said.en}")
    zh = said.zh.replace(" 天", " 个工作日").replace(" 小时", " 个工作小时")
    en = re.sub("(day|hour|minute)", r"working \1", said.en)
    return Text(zh=f"{zh}内", en=f"within {en}")


def day(one: date) -> Text:
    """A day as the house prints it: 2026年11月22日, 22 Nov 2026."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return Text(zh=f"{one.year}年{one.month}月{one.day}日", en=f"{one.day} {months[one.month - 1]} {one.year}")


def instant(at: datetime) -> Text:
    """An instant by the city's clock: 2026年11月22日 14:05, 22 Nov 2026, 14:05."""
    on = day(at.date())
    return Text(zh=f"{on.zh} {at:%H:%M}", en=f"{on.en}, {at:%H:%M}")


def field_value(field: Field, given: object) -> Text:
    """What stands in a declared field, as people read it; a choice by its title."""
    if isinstance(given, bool):
        return YES if given else NO
    if isinstance(given, int | float):
        return amount(given, field.unit)
    if field.holds is FieldType.DATE and isinstance(given, str):
        return day(date.fromisoformat(given))
    said = str(given)
    return next((one.title for one in field.choices if one.value == said), Text(zh=said, en=said))


def words(name: str) -> Text:
    """A name of ours as words, where nothing better is known: ``above_footway`` is above footway."""
    return Text(en=name.replace("_", " "))


def place_in(source: Source) -> Text:
    """Document and clause; where the clause has no number, that is said in both languages."""
    number = source.number
    if source.is_numbered:
        return Text(zh=f"{source.document}　{number.zh}", en=f"{source.document}, {number.en}")
    return Text(zh=f"{source.document}（{number.zh}）", en=f"{source.document} ({number.en})")


def joined(texts: list[Text], *, zh: str, en: str) -> Text:
    """The texts one after the other, with a mark between that each language has of its own."""
    return Text(zh=zh.join(one.say("zh") for one in texts), en=en.join(one.say("en") for one in texts))


def _together(parts: list[tuple[str, int]]) -> Text:
    said = [_LENGTHS[name][0 if count == 1 else 1].format(n=count) for name, count in parts if count]
    return joined(said, zh=" ", en=" ") if said else Text(zh="0 分钟", en="0 minutes")
