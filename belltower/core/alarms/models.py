# SPDX-License-Identifier: Apache-2.0
"""The nouns of alarms: how one is defined and why, how it stands, each step of its life, and what operators command.

The engine (belltower/analytics/alarms) judges; runner.py writes what it found. Nobody else writes an alarm's state.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from belltower.kernel.identity import uuid7


class Condition(models.TextChoices):
    """What is judged. The words are the engine's kinds in small letters."""

    HIHI = "hihi", _("High high")
    HI = "hi", _("High")
    LO = "lo", _("Low")
    LOLO = "lolo", _("Low low")
    DEVIATION = "deviation", _("Deviation from a set point")
    RATE = "rate", _("Rate of change")
    DISCREPANCY = "discrepancy", _("Discrepancy between two streams")
    STALE = "stale", _("Silence")


class AlarmState(models.TextChoices):
    """States of ISA-18.2. The words are the engine's names in small letters."""

    NORMAL = "normal", _("Normal")
    UNACKNOWLEDGED = "unacknowledged", _("Unacknowledged")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    RETURNED_UNACKNOWLEDGED = "returned_unacknowledged", _("Returned, unacknowledged")
    LATCHED_UNACKNOWLEDGED = "latched_unacknowledged", _("Latched, unacknowledged")
    LATCHED_ACKNOWLEDGED = "latched_acknowledged", _("Latched, acknowledged")
    SHELVED = "shelved", _("Shelved")
    SUPPRESSED = "suppressed", _("Suppressed by design")
    OUT_OF_SERVICE = "out_of_service", _("Out of service")


CALLING = (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED_UNACKNOWLEDGED, AlarmState.LATCHED_UNACKNOWLEDGED)
"""States in which somebody must acknowledge."""
QUIET = (AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE)
"""States in which an alarm does not annunciate, whatever its process does."""
STANDING = (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED, AlarmState.RETURNED_UNACKNOWLEDGED,
            AlarmState.LATCHED_UNACKNOWLEDGED, AlarmState.LATCHED_ACKNOWLEDGED)  # fmt: skip
"""States that the list shows unless it is asked otherwise."""


class Priority(models.IntegerChoices):
    """Drawn in the four hazard colours, each with a shape and a word."""

    CRITICAL = 1, _("Critical")
    HIGH = 2, _("High priority")
    MEDIUM = 3, _("Medium priority")
    LOW = 4, _("Low priority")


class Definition(models.Model):
    """One alarm of one stream, and its rationalisation: why it is there, what follows, what to do, and within what time.

    Without cause, consequence, response and time to respond it cannot be enabled (rules.missing_for). ``limit`` and
    ``deadband`` are in the stream's own unit; for ``rate`` per second, for ``stale`` the limit is empty and ``stale_after``
    holds. ``against`` is the stream that a deviation or discrepancy is measured from; ``set_point`` stands in for it. ``clause`` is
    that of a written standard which owns it ('': none); then only that changes it (owned.py).
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    stream = models.ForeignKey("observations.Datastream", on_delete=models.PROTECT, related_name="alarm_definitions")
    condition = models.CharField(max_length=16, choices=Condition)
    title = models.JSONField()
    limit = models.FloatField(null=True)
    set_point = models.FloatField(null=True)
    against = models.ForeignKey("observations.Datastream", null=True, on_delete=models.PROTECT, related_name="+")
    deadband = models.FloatField(default=0.0)
    on_delay = models.DurationField()
    off_delay = models.DurationField()
    stale_after = models.DurationField(null=True)
    is_latching = models.BooleanField(default=False)
    priority = models.SmallIntegerField(choices=Priority)
    is_enabled = models.BooleanField(default=False)
    cause = models.TextField(blank=True)
    consequence = models.TextField(blank=True)
    response = models.TextField(blank=True)
    time_to_respond = models.DurationField(null=True)
    suppressed_when = models.TextField(blank=True)
    clause = models.CharField(max_length=81, blank=True, default="", db_default="")
    revision = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120)

    class Meta:
        db_table = "alarms_definition"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["stream", "condition"], name="alarms_definition_once"),
            models.CheckConstraint(condition=models.Q(priority__gte=1, priority__lte=4), name="alarms_priority"),
            models.CheckConstraint(
                condition=models.Q(is_enabled=False)
                | ~(models.Q(cause="") | models.Q(consequence="") | models.Q(response=""))
                & models.Q(time_to_respond__isnull=False),
                name="alarms_enabled_with_reasons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.condition} of stream {self.stream_id}"


class Alarm(models.Model):
    """How an alarm stands: kept by the runner from the engine's transitions, one row a definition.

    ``since`` is the instant of the last transition, ``raised_at`` that of the last occurrence, both by the clock of the
    readings; ``chatters`` counts occurrences that followed two others within a minute. ``assigned_to`` is who looks after
    it (an account's uid). ``changed`` is the log's position at its last transition.
    """

    definition = models.OneToOneField(Definition, primary_key=True, on_delete=models.PROTECT, related_name="alarm")
    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    stream = models.ForeignKey("observations.Datastream", on_delete=models.PROTECT, related_name="alarms")
    state = models.CharField(max_length=24, choices=AlarmState, default=AlarmState.NORMAL)
    priority = models.SmallIntegerField(choices=Priority)
    since = models.DateTimeField(null=True)
    raised_at = models.DateTimeField(null=True)
    value = models.FloatField(null=True)
    occurrences = models.IntegerField(default=0)
    chatters = models.IntegerField(default=0)
    shelved_until = models.DateTimeField(null=True)
    assigned_to = models.UUIDField(null=True)
    changed = models.BigIntegerField(default=0)

    class Meta:
        db_table = "alarms_alarm"
        indexes = [
            models.Index(fields=["state", "priority", "-raised_at"], name="alarms_alarm_state"),
            models.Index(fields=["changed"], name="alarms_alarm_changed"),
            models.Index(fields=["stream"], name="alarms_alarm_stream"),
        ]

    def __str__(self) -> str:
        return f"{self.uid} {self.state}"


class Transition(models.Model):
    """One step of an alarm's life, as the engine found it. Written by the runner, never changed.

    ``at`` is the instant of the reading, command or tick that made it; ``recorded_at`` when we wrote it down.
    """

    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="transitions", db_constraint=False)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    before = models.CharField(max_length=24, choices=AlarmState)
    after = models.CharField(max_length=24, choices=AlarmState)
    cause = models.CharField(max_length=24)
    value = models.FloatField(null=True)
    position = models.BigIntegerField()
    command = models.BigIntegerField(null=True)

    class Meta:
        db_table = "alarms_transition"
        indexes = [
            models.Index(fields=["alarm", "-id"], name="alarms_transition_alarm"),
            models.Index(fields=["at"], name="alarms_transition_at"),
        ]


class What(models.TextChoices):
    """What an operator, or a rule of suppression, does about an alarm. The last two change no state."""

    ACKNOWLEDGE = "acknowledge", _("Acknowledged")
    SHELVE = "shelve", _("Shelved")
    UNSHELVE = "unshelve", _("Taken from the shelf")
    RESET = "reset", _("Latch reset")
    OUT_OF_SERVICE = "out_of_service", _("Taken out of service")
    RETURN_TO_SERVICE = "return_to_service", _("Put back into service")
    SUPPRESS = "suppress", _("Suppressed by design")
    UNSUPPRESS = "unsuppress", _("No longer suppressed")
    COMMENT = "comment", _("Comment")
    ASSIGN = "assign", _("Assigned")


SAID_ONLY = (What.COMMENT, What.ASSIGN)


class Command(models.Model):
    """What somebody did about an alarm: the runner takes it in its turn, and ``position`` is its place in the log.

    ``until`` is when a shelving ends; ``note`` the reason or the comment; ``assignee`` the account that is assigned.
    """

    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="commands")
    what = models.CharField(max_length=24, choices=What)
    until = models.DateTimeField(null=True)
    note = models.CharField(max_length=1000, blank=True)
    assignee = models.UUIDField(null=True)
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    position = models.BigIntegerField(null=True)

    class Meta:
        db_table = "alarms_command"
        indexes = [
            models.Index(fields=["alarm", "-id"], name="alarms_command_alarm"),
            models.Index(fields=["id"], condition=models.Q(taken_at=None), name="alarms_command_waiting"),
        ]


class Engine(models.Model):
    """The engine's state between two turns, in pieces (keeping.py), so that a turn writes only what it changed."""

    shard = models.IntegerField(primary_key=True)
    state = models.BinaryField()

    class Meta:
        db_table = "alarms_engine"


class Stamp(models.Model):
    """How often a definition was changed: the runner reads them anew when it moves."""

    number = models.BigIntegerField(default=0)

    class Meta:
        db_table = "alarms_stamp"
