# SPDX-License-Identifier: Apache-2.0
"""The noun of long work. Its verbs are in actions.py; procrastinate carries it, this row is what people see."""

from __future__ import annotations

from django.db import models

from belltower.kernel.identity import uuid7


class JobState(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"  # will be tried again at retry_at
    DEAD = "dead"  # tried enough; a person must look


ENDED = (JobState.DONE, JobState.CANCELLED, JobState.DEAD)


class Job(models.Model):
    """One piece of long work: what, for whom, why, how far, how often tried, how it ended."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    work = models.CharField(max_length=80)
    arguments = models.JSONField(default=dict)
    title = models.JSONField()
    state = models.CharField(max_length=12, choices=JobState, default=JobState.WAITING)
    asked_by_uid = models.UUIDField(null=True)
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
    error = models.TextField(blank=True)

    class Meta:
        db_table = "jobs_job"
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "-id"], name="jobs_by_state")]

    def __str__(self) -> str:
        return f"{self.work} {self.uid}"
