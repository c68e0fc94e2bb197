# SPDX-License-Identifier: Apache-2.0
"""Sources (数据来源): a mapping that the workers keep a bridge for, and how that bridge stands."""

from __future__ import annotations

from django.db import models

from belltower.kernel.identity import uuid7


class Source(models.Model):
    """A source with its mapping, as it was put in force; it is never deleted, but switched off."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=12)
    title = models.JSONField()
    since = models.DateField()
    mapping = models.TextField()
    is_on = models.BooleanField(default=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "sources_source"
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class BridgeState(models.TextChoices):
    WAITING = "waiting"
    CONNECTED = "connected"
    AWAY = "away"
    STOPPED = "stopped"


class StandingRow(models.Model):
    """What the bridge of a source told last (standing.py writes it); no bridge works where ``told_at`` is old."""

    source = models.CharField(max_length=120, primary_key=True)
    state = models.CharField(max_length=12, choices=BridgeState)
    since = models.DateTimeField(null=True)
    last_seen = models.DateTimeField(null=True)
    error = models.JSONField(null=True)
    error_at = models.DateTimeField(null=True)
    holder = models.CharField(max_length=200)
    frames = models.BigIntegerField(default=0)
    readings = models.BigIntegerField(default=0)
    per_s = models.FloatField(default=0.0)
    told_at = models.DateTimeField()
    # What a feed must know after a crash: the names that Sparkplug's births gave.
    memory = models.JSONField(default=dict, db_default={})

    class Meta:
        db_table = "sources_standing"

    def __str__(self) -> str:
        return f"{self.source}: {self.state}"
