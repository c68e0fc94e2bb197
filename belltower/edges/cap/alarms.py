# SPDX-License-Identifier: Apache-2.0
"""Our alarms as CAP 1.2 messages: which of its words stand for our priority, time to respond and state."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from belltower.core.alarms.models import Alarm, AlarmState, Condition, Definition
from belltower.core.places import city
from belltower.core.places.models import Asset
from belltower.edges.cap.message import Alert, Area, Info
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

SEVERITY: Mapping[int, str] = {1: "Extreme", 2: "Severe", 3: "Moderate", 4: "Minor"}
AT_ONCE, SOON = timedelta(minutes=10), timedelta(hours=1)
"""What must be answered within these is Immediate, or Expected ("within the next hour", table 3.2)."""
_LANGUAGES = (("zh-CN", "zh"), ("en", "en"))
_RESTRICTION = "For those who answer for this city's facilities. 仅供城市设施责任单位使用。"


class NothingToTell(Refusal):
    """An alarm that never called has nothing to alert of."""

    code = "alarm_never_raised"
    sentence = Text(
        zh="所选报警从未发生，没有可导出的告警消息。请选择已发生的报警。",
        en="None of these alarms was ever raised, so there is nothing to alert of. Choose one that was.",
    )


def alert_of(alarms: Sequence[Alarm], *, sent: datetime) -> Alert:
    """One message about these alarms, with definition, stream and asset at hand. Raises NothingToTell.

    The same state of the same alarms has the same identifier. A single alarm that was raised is an Alert, acknowledged
    an Update of it, returned a Cancel of it; a group is an Alert of its own. ``sent`` is now.
    """
    raised = [one for one in alarms if one.raised_at is not None]
    if not raised:
        raise NothingToTell()
    infos = [info for one in raised for info in _infos(one)]
    identifier, message, references = _identity(raised)
    return Alert(
        identifier=identifier, sender=_sender(), sent=sent, status=_status(raised), msg_type=message,
        scope="Restricted", restriction=_RESTRICTION, references=references, infos=infos,
    )  # fmt: skip


def _identity(raised: Sequence[Alarm]) -> tuple[str, str, list[tuple[str, str, datetime]]]:
    """Identifier, type of message and references."""
    if len(raised) > 1:
        told = "\n".join(sorted(f"{one.uid}.{one.occurrences}.{one.state}" for one in raised))
        return f"group.{hashlib.sha256(told.encode()).hexdigest()[:32]}", "Alert", []
    [alarm] = raised
    first = _occurrence(alarm.uid, alarm.occurrences)
    if alarm.state == AlarmState.UNACKNOWLEDGED or alarm.raised_at is None:
        return first, "Alert", []
    message = "Cancel" if alarm.state == AlarmState.NORMAL else "Update"
    return f"{first}.{alarm.state}.{alarm.changed}", message, [(_sender(), first, alarm.raised_at)]


def _occurrence(uid: UUID, number: int) -> str:
    return f"{uid}.{number}"


def _sender() -> str:
    return f"belltower.{city.current().code}"


def _status(raised: Sequence[Alarm]) -> str:
    """Exercise where any of the streams is marked as simulated: nobody shall act on the demo city."""
    is_simulated = any((one.stream.properties or {}).get("simulated") for one in raised)
    return "Exercise" if is_simulated else "Actual"


def _infos(alarm: Alarm) -> Iterator[Info]:
    """What is said about one alarm, in each language."""
    definition, asset = alarm.definition, alarm.stream.asset
    for tag, language in _LANGUAGES:
        title = Text.read(definition.title).say(language)
        place = _place(alarm, asset, language)
        yield Info(
            language=tag,
            category="Infra",
            event=title,
            urgency=_urgency(alarm, definition),
            severity=SEVERITY[definition.priority],
            certainty="Unknown" if definition.condition == Condition.STALE else "Observed",
            onset=alarm.raised_at,
            sender_name=city.current().name.say(language),
            headline=f"{title} · {place}",
            description=f"{definition.cause}\n{definition.consequence}",
            instruction=definition.response,
            parameters=tuple(_parameters(alarm, definition)),
            area=Area(place, asset.lat if asset else None, asset.lon if asset else None),
        )


def _urgency(alarm: Alarm, definition: Definition) -> str:
    if alarm.state == AlarmState.NORMAL:
        return "Past"
    within = definition.time_to_respond or SOON
    return "Immediate" if within <= AT_ONCE else "Expected" if within <= SOON else "Future"


def _parameters(alarm: Alarm, definition: Definition) -> Iterator[tuple[str, str]]:
    yield "belltower:alarm", str(alarm.uid)
    yield "belltower:stream", alarm.stream.name
    yield "belltower:condition", definition.condition
    yield "belltower:state", alarm.state
    yield "belltower:unit", alarm.stream.unit_symbol or ""
    if alarm.value is not None:
        yield "belltower:value", repr(alarm.value)
    if definition.limit is not None:
        yield "belltower:limit", repr(definition.limit)


def _place(alarm: Alarm, asset: Asset | None, language: str) -> str:
    if asset is None:
        return alarm.stream.name
    name = asset.title.say(language) if asset.title else asset.key
    return f"{Text.read(asset.area.name).say(language)} {name}" if asset.area else name
