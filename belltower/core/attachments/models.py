# SPDX-License-Identifier: Apache-2.0
"""Attachments: a file beside what it shows, named by the digest of its content."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from belltower.kernel.identity import uuid7


class State(models.TextChoices):
    KEPT = "kept", _("Kept")
    RETIRED = "retired", _("Taken down")
    ERASED = "erased", _("Erased")


class Scan(models.TextChoices):
    """What is known of viruses in it. ``NONE``: no scanner was set when it came."""

    NONE = "none", _("Not scanned")
    WAITING = "waiting", _("Waits for the scanner")
    CLEAN = "clean", _("Scanned, nothing found")
    INFECTED = "infected", _("Virus found")


@dataclass(frozen=True, slots=True)
class Subject:
    """What an attachment shows, by name: the kind as its room calls it ("places.asset"), and its outside identifier."""

    kind: str
    uid: UUID

    def __str__(self) -> str:
        return f"{self.kind}:{self.uid}"


class Attachment(models.Model):
    """One file beside one thing. The same content beside two things is kept once, and is two attachments.

    ``digest`` is the SHA-256 of the original in hex; ``thumbnail`` and ``copy`` are digests of what was made from it
    (without position, camera and the rest). ``taken_at``, ``lon``, ``lat`` (degrees, WGS 84) and ``facts`` are what
    the file said of itself. ``put_by`` and ``ended_by`` are references of actors, never names.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    subject_kind = models.CharField(max_length=60)
    subject_uid = models.UUIDField()
    digest = models.CharField(max_length=64)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=80)
    name = models.CharField(max_length=255)
    taken_at = models.DateTimeField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    facts = models.JSONField(default=dict)
    put_by = models.CharField(max_length=120)
    put_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.KEPT)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    scan = models.CharField(max_length=10, choices=Scan, default=Scan.NONE)
    found = models.CharField(max_length=200, blank=True)
    scanned_at = models.DateTimeField(null=True)
    # Made from the original by a job; they can be made again.
    thumbnail = models.CharField(max_length=64, blank=True)
    copy = models.CharField(max_length=64, blank=True)
    copy_size = models.BigIntegerField(null=True)
    prepared_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=40, blank=True)

    class Meta:
        db_table = "attachments_attachment"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["subject_uid", "id"], name="attachments_subject"),
            models.Index(fields=["digest"], name="attachments_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.digest[:12]})"

    @property
    def subject(self) -> Subject:
        return Subject(self.subject_kind, self.subject_uid)
