# SPDX-License-Identifier: Apache-2.0
"""The outbox's nouns: events, what is still to be delivered, the lanes of delivery, and events that wait for a person.

outbox.py writes events, delivery.py delivers them, deciding.py holds what a person may do with one that was set aside.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from belltower.kernel.identity import uuid7


class EventSubject(models.Model):
    """How many events were emitted about a subject. Its row is locked from the emission to the commit."""

    subject = models.CharField(max_length=200, primary_key=True)
    last = models.BigIntegerField()

    class Meta:
        db_table = "ledger_event_subject"

    def __str__(self) -> str:
        return self.subject


class EventRecord(models.Model):
    """Something that happened: number ``number`` of its subject, told by the action that did it. Never changed."""

    topic = models.CharField(max_length=80)
    subject = models.CharField(max_length=200)
    number = models.BigIntegerField()
    body = models.JSONField()
    by = models.CharField(max_length=200)
    what = models.CharField(max_length=80)
    action = models.UUIDField(null=True)
    emitted_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_event"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "number"], name="ledger_event_number_once"),
            models.CheckConstraint(condition=~models.Q(by=""), name="ledger_event_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.subject} #{self.number}"


class Delivery(models.Model):
    """An event that a handler has not had yet. Added with the event, removed with the handler's effects."""

    pk = models.CompositePrimaryKey("handler", "bucket", "event_id")
    handler = models.CharField(max_length=80)
    bucket = models.SmallIntegerField()
    # No foreign key: its check would write to each event's row. Only events without a delivery are pruned.
    event_id = models.BigIntegerField()

    class Meta:
        db_table = "ledger_delivery"


class Lane(models.Model):
    """One handler's share of the subjects (those of one bucket); whoever holds its row delivers to it.

    ``tries`` counts the turns begun since the last one that ended: more than a few, and workers die in this lane.
    Then ``careful`` events are delivered one by one.
    """

    pk = models.CompositePrimaryKey("handler", "bucket")
    handler = models.CharField(max_length=80)
    bucket = models.SmallIntegerField()
    tries = models.IntegerField(default=0)
    careful = models.IntegerField(default=0)
    served_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_lane"


class HeldState(models.TextChoices):
    RETRYING = "retrying"  # will be tried again at due_at
    BEHIND = "behind"  # an earlier event of its subject is held
    SET_ASIDE = "set_aside"  # tried enough; a person must look
    GIVEN_UP = "given_up"  # a person said that it will not be delivered
    DELIVERED = "delivered"  # delivered after all, when a person had it tried again


OPEN = (HeldState.RETRYING, HeldState.SET_ASIDE)


class HeldEvent(models.Model):
    """An event that a handler failed on, or that waits behind such a one."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    event = models.ForeignKey(EventRecord, models.PROTECT, related_name="held")
    handler = models.CharField(max_length=80)
    bucket = models.SmallIntegerField()
    subject = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=HeldState)
    attempts = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    set_aside_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)
    trace = models.TextField(blank=True)

    class Meta:
        db_table = "ledger_held"
        ordering = ["event_id"]
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="ledger_held_once")]
        indexes = [
            models.Index(fields=["handler", "bucket"], name="ledger_held_open", condition=models.Q(state__in=[*OPEN])),
            models.Index(
                fields=["handler", "subject"], name="ledger_held_behind", condition=models.Q(state=HeldState.BEHIND)
            ),
            models.Index(fields=["state", "-id"], name="ledger_held_state"),
        ]

    def __str__(self) -> str:
        return f"{self.handler}: {self.subject} ({self.state})"

    @property
    def facts(self) -> dict[str, Any]:
        """What a refusal says about it."""
        return {"handler": self.handler, "subject": self.subject, "state": self.state}


class EventDecision(models.Model):
    """What a person decided about a held event, and why; lines are added, never changed."""

    class What(models.TextChoices):
        TRY_AGAIN = "try_again"
        GIVE_UP = "give_up"

    held = models.UUIDField(db_index=True)
    handler = models.CharField(max_length=80)
    topic = models.CharField(max_length=80)
    subject = models.CharField(max_length=200)
    number = models.BigIntegerField()
    what = models.CharField(max_length=12, choices=What)
    reason = models.CharField(max_length=500, blank=True)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_event_decision"
        ordering = ["id"]
