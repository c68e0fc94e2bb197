# SPDX-License-Identifier: Apache-2.0
"""The verbs of alarms: define one, enable it, and what operators do: acknowledge, shelve, comment, assign.

What moves an alarm's state is a command: the runner applies it in its turn, in the order of the log, so that a replay
gives the same. Where no worker runs, the action lets the runner take its turn at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from belltower.core.access.models import User
from belltower.core.access.people import user_may
from belltower.core.access.rules import ANSWER_ALARMS
from belltower.core.alarms import rules, suppression
from belltower.core.alarms.errors import (
    AlarmTwice,
    BadDefinition,
    NothingSaid,
    NotRationalised,
    NotThisCommand,
    OwnedByClause,
    ShelvedWithoutReason,
    UnknownAssignee,
)
from belltower.core.alarms.models import SAID_ONLY, Alarm, AlarmState, Command, Condition, Definition, Stamp, What
from belltower.core.ledger.entries import action
from belltower.core.observations.models import Datastream
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.kernel.actors import Actor
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text

CHANNEL = "belltower_alarms"
LOCK = 0x616C61726D  # "alarm": whoever holds it runs the engine
_NOUN = Text(zh="报警", en="alarm")


@action("alarms.define")
def define(stream: Datastream, draft: rules.Draft, *, by: Actor, against: Datastream | None = None,
           now: datetime | None = None) -> Definition:  # fmt: skip
    """Give ``stream`` an alarm, not enabled yet. Raises BadDefinition, or AlarmTwice where it has one of this condition."""
    check(draft, against)
    row = Definition(stream=stream, condition=draft.condition)
    write(row, draft, against, by=by, at=now or timezone.now())
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise AlarmTwice(stream=stream.name, condition=Condition(draft.condition).label) from None
    Alarm.objects.create(definition=row, stream=stream, priority=row.priority)
    return row


@action("alarms.revise")
def revise(definition: Definition, draft: rules.Draft, *, by: Actor, against: Datastream | None = None,
           now: datetime | None = None) -> Definition:  # fmt: skip
    """Change a definition: its revision counts up, and the runner judges by the new one from its next turn on.

    An enabled one stays enabled, so it must keep its reasons. Raises BadDefinition, NotRationalised or OwnedByClause.
    """
    row = Definition.objects.select_for_update().get(pk=definition.pk)
    _must_be_nobodys(row)
    if draft.condition != row.condition:
        raise BadDefinition(alarm=draft.title, reason=Text(zh="条件不能更改", en="its condition cannot be changed"))
    check(draft, against)
    write(row, draft, against, by=by, at=now or timezone.now())
    if row.is_enabled:
        must_be_rationalised(row)
    row.revision += 1
    row.save()
    Alarm.objects.filter(pk=row.pk).update(priority=row.priority)
    have_read_anew()
    return row


@action("alarms.enable")
def enable(definition: Definition, *, by: Actor, now: datetime | None = None) -> Definition:
    """Let the alarm be judged from now on. Raises NotRationalised while it lacks any of its reasons, or OwnedByClause."""
    return _switch(definition, on=True, by=by, now=now)


@action("alarms.disable")
def disable(definition: Definition, *, by: Actor, now: datetime | None = None) -> Definition:
    """Judge it no longer; how it stood is kept. Raises OwnedByClause."""
    return _switch(definition, on=False, by=by, now=now)


@action("alarms.acknowledge")
def acknowledge(alarms: Iterable[UUID], *, by: Actor, note: str = "", now: datetime | None = None) -> list[Command]:
    """Say that these alarms were seen; those that need it no longer are left alone. Raises NotFound for an unknown one."""
    found = [_find(uid) for uid in alarms]
    at = now or timezone.now()
    calling = [one for one in found if rules.may_do(one.state, What.ACKNOWLEDGE)]
    return _command(calling, What.ACKNOWLEDGE, by=by, at=at, note=note.strip()[:1000])


@action("alarms.shelve")
def shelve(uid: UUID, *, until: datetime, reason: str, by: Actor, now: datetime | None = None) -> Command:
    """Keep the alarm quiet until then, for a reason; it wakes in the state that its process is in by then.

    Raises NotFound, ShelvedWithoutReason or NotThisCommand.
    """
    alarm, at = _find(uid), now or timezone.now()
    if not rules.is_shelf_fair(reason, until, now=at):
        longest = int(rules.LONGEST_SHELF.total_seconds() // 3600)
        raise ShelvedWithoutReason(alarm=_title(alarm), longest=longest)
    return _allowed(alarm, What.SHELVE, by=by, at=at, note=reason.strip()[:300], until=until)


@action("alarms.command")
def command(uid: UUID, what: What, *, by: Actor, note: str = "", now: datetime | None = None) -> Command:
    """Take off the shelf, reset a latch, take out of service or put back. Raises NotFound or NotThisCommand."""
    if what in (What.SHELVE, *SAID_ONLY):
        raise ValueError(f"{what} has an action of its own")
    return _allowed(_find(uid), what, by=by, at=now or timezone.now(), note=note.strip()[:1000])


@action("alarms.comment")
def comment(uid: UUID, words: str, *, by: Actor, now: datetime | None = None) -> Command:
    """Write something down on the alarm's page. Raises NotFound or NothingSaid."""
    alarm, at = _find(uid), now or timezone.now()
    if not words.strip():
        raise NothingSaid(alarm=_title(alarm))
    return _command([alarm], What.COMMENT, by=by, at=at, note=words.strip()[:1000], taken_at=at)[0]


@action("alarms.assign")
def assign(uid: UUID, username: str, *, by: Actor, now: datetime | None = None) -> Command:
    """Give the alarm to somebody who may answer alarms; an empty name gives it to nobody.

    Raises NotFound or UnknownAssignee.
    """
    alarm, at = _find(uid), now or timezone.now()
    person = User.objects.filter(username=username, is_active=True).first() if username else None
    if username and (person is None or not user_may(person, ANSWER_ALARMS, at.date())):
        raise UnknownAssignee(alarm=_title(alarm), name=username)
    assignee = person.uid if person else None
    Alarm.objects.filter(pk=alarm.pk).update(assigned_to=assignee)
    return _command([alarm], What.ASSIGN, by=by, at=at, assignee=assignee, taken_at=at)[0]


def _find(uid: UUID) -> Alarm:
    found = Alarm.objects.select_related("definition").filter(uid=uid).first()
    if found is None:
        raise NotFound(noun=_NOUN, name=uid)
    return found


def _title(alarm: Alarm) -> Text:
    return Text.read(alarm.definition.title)


def _allowed(alarm: Alarm, what: What, *, by: Actor, at: datetime, **told: object) -> Command:
    if not rules.may_do(alarm.state, what):
        raise NotThisCommand(alarm=_title(alarm), state=AlarmState(alarm.state).label, command=What(what).label)
    return _command([alarm], what, by=by, at=at, **told)[0]


def _command(alarms: list[Alarm], what: What, *, by: Actor, at: datetime, **told: object) -> list[Command]:
    made = [Command(alarm=one, what=what, by=by.reference, at=at, **told) for one in alarms]
    Command.objects.bulk_create(made)
    if what not in SAID_ONLY and made:
        _let_run(at)
    return made


def _let_run(at: datetime) -> None:
    """Have the commands applied: by the worker that holds the lock, woken after the commit, or else here and now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        is_free = cursor.fetchone()[0]
    if not is_free:
        _ring()
        return
    from belltower.core.alarms.runner import Runner  # numba is loaded where it is used

    with seen_as(EVERYTHING):
        Runner().turn(at)


def _ring() -> None:
    """Wake the runner after the commit."""
    transaction.on_commit(_notify, robust=True)


def have_read_anew() -> None:
    """Let the runner read the definitions anew at its next turn."""
    Stamp.objects.filter(pk=1).update(number=F("number") + 1)
    _ring()


def _notify() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")


def _switch(definition: Definition, *, on: bool, by: Actor, now: datetime | None) -> Definition:
    row = Definition.objects.select_for_update().get(pk=definition.pk)
    _must_be_nobodys(row)
    if on:
        must_be_rationalised(row)
    row.is_enabled, row.revision = on, row.revision + 1
    row.changed_at, row.changed_by = now or timezone.now(), by.reference
    row.save(update_fields=["is_enabled", "revision", "changed_at", "changed_by"])
    have_read_anew()
    return row


def must_be_rationalised(row: Definition) -> None:
    reasons = {name: getattr(row, name) for name in ("cause", "consequence", "response", "time_to_respond")}
    if missing := rules.missing_for_enabling(reasons):
        words = Text(zh="、".join(one.say("zh") for one in missing), en=", ".join(one.say("en") for one in missing))
        raise NotRationalised(alarm=Text.read(row.title), missing=words)


def _must_be_nobodys(row: Definition) -> None:
    if row.clause:
        raise OwnedByClause(alarm=Text.read(row.title), clause=row.clause)


def check(draft: rules.Draft, against: Datastream | None) -> None:
    fault = rules.fault_of(draft, has_other=against is not None) or suppression.fault_of(draft.suppressed_when)
    if fault:
        raise BadDefinition(alarm=draft.title, reason=fault)


def write(row: Definition, draft: rules.Draft, against: Datastream | None, *, by: Actor, at: datetime) -> None:
    """Put what the draft says into the row (not saved)."""
    row.title, row.against = draft.title.as_json(), against
    row.changed_at, row.changed_by = at, by.reference
    for name in ("limit", "set_point", "deadband", "on_delay", "off_delay", "stale_after", "is_latching", "priority",
                 "cause", "consequence", "response", "time_to_respond", "suppressed_when"):  # fmt: skip
        value = getattr(draft, name)
        setattr(row, name, value.strip() if isinstance(value, str) else value)
