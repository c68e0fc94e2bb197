# SPDX-License-Identifier: Apache-2.0
"""What the demo's duty desk did before anybody looks: acknowledged what is over, some of what stands, and shelved one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from belltower.core.access.models import User
from belltower.core.alarms import actions
from belltower.core.alarms.models import Alarm, AlarmState, Command, What
from belltower.core.alarms.rules import may_do
from belltower.core.observations.models import Landing
from belltower.demo.sensed import senses
from belltower.demo.senses import ours
from belltower.kernel.actors import Actor, ActorKind

SHELVED_FOR = timedelta(hours=8)
_OVER = "已核实，恢复正常。 Looked at; it is over."


def settle_in(now: datetime) -> bool:
    """Do it once the runner has judged the past; whether nothing is left to do."""
    if Command.objects.exists():
        return True
    found = Alarm.objects.filter(stream__in=ours())
    if Landing.objects.filter(received_at__lt=now - timedelta(minutes=1)).exists() or not found.filter(
        ~Q(state=AlarmState.NORMAL)
    ):
        return False
    person = User.objects.filter(username="desk").first()
    by = Actor(ActorKind.PERSON, person.username, person.uid) if person else Actor.system("demo")
    over = found.filter(state=AlarmState.RETURNED_UNACKNOWLEDGED).order_by("-raised_at").values_list("uid", flat=True)
    actions.acknowledge(list(over)[1:], note=_OVER, by=by, now=now)  # the last one is left to whoever looks
    for sense in senses():
        for event in sense.events:
            _answer(sense.stream, event, by=by, now=now)
    return True


def _answer(stream: str, event: dict[str, Any], *, by: Actor, now: datetime) -> None:
    """What the desk did about one event's alarm, where that stands."""
    what = event.get("desk", "")
    its = ours().filter(stream=stream).order_by("asset__key").values_list("pk", flat=True)
    alarm = Alarm.objects.filter(stream__in=list(its[event["nth"] : event["nth"] + 1])).first()
    if not what or alarm is None or not may_do(alarm.state, What(what)):
        return
    if what == What.SHELVE:
        actions.shelve(alarm.uid, until=now + SHELVED_FOR, reason=event["note"], by=by, now=now)
    else:
        actions.acknowledge([alarm.uid], note=event["note"], by=by, now=now)
        actions.assign(alarm.uid, "sector_officer", by=by, now=now)
