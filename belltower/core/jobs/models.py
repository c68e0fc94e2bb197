# SPDX-License-Identifier: Apache-2.0
"""The noun of long work and its story. The verbs are in actions.py; procrastinate carries it, this row is what people see."""

from __future__ import annotations

from django.db import models

from belltower.kernel.actors import Actor, ActorKind
from belltower.kernel.identity import uuid7


class JobState(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"  # will be tried again at retry_at
    DEAD = "dead"  # tried enough, or refused; a person must look


ENDED = (JobState.DONE, JobState.CANCELLED, JobState.DEAD)


class Job(models.Model):
    """One piece of long work: what, for whom, why, how far, how often tried, how it ended."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    work = models.CharField(max_length=80)
    arguments = models.JSONField(default=dict)
    title = models.JSONField()
    state = models.CharField(max_length=12, choices=JobState, default=JobState.WAITING)
    asked_by_uid = models.UUIDField(null=True)
    asked_by_kind = models.CharField(max_length=12, default=ActorKind.SYSTEM)
    asked_by_name = models.CharField(max_length=120)
    why = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    attempts_allowed = models.PositiveSmallIntegerField(default=5)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    doing = models.JSONField(null=True)
    is_cancel_asked = models.BooleanField(default=False)
    result = models.JSONField(null=True)
    # What people read, {zh, en}; ``error`` is the technical trace beside it.
    because = models.JSONField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        db_table = "jobs_job"
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "-id"], name="jobs_by_state")]

    def __str__(self) -> str:
        return f"{self.work} {self.uid}"

    @property
    def asked_by(self) -> Actor:
        """Who asked for it."""
        return Actor(ActorKind(self.asked_by_kind), self.asked_by_name, self.asked_by_uid)

    @property
    def share_done(self) -> float | None:
        """How far it is, 0 to 1; None while the total is not known."""
        return min(1.0, self.done / self.total) if self.total else None


class JobEvent(models.Model):
    """One line of a job's story; lines are added, never changed."""

    class What(models.TextChoices):
        ASKED = "asked"
        STARTED = "started"
        FAILED = "failed"
        LOST = "lost"  # its worker died
        PUT_BACK = "put_back"  # its worker was stopped
        CANCEL_ASKED = "cancel_asked"
        CANCELLED = "cancelled"
        RETRIED = "retried"
        DONE = "done"
        DEAD = "dead"

    job = models.ForeignKey(Job, models.CASCADE, related_name="events")
    what = models.CharField(max_length=12, choices=What)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=120)
    by_uid = models.UUIDField(null=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    because = models.JSONField(null=True)

    class Meta:
        db_table = "jobs_event"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d %H:%M:%S}"
